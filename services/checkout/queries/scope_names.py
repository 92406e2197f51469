"""What the ids in a coupon's scope are called. One small query for each sort that is named."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.models import Category, Product
from services.coupons.rules import Scope
from services.loyalty.models import Tier
from services.stores.models import Store


@dataclass(frozen=True)
class ScopeNames:
    """Names by id; what no scope speaks of is not in here."""

    products: dict[int, str] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)
    stores: dict[int, str] = field(default_factory=dict)
    tiers: dict[int, str] = field(default_factory=dict)


def load_scope_names(session: Session, scopes: Iterable[Scope]) -> ScopeNames:
    """The names behind all of these scopes."""
    every = list(scopes)
    return ScopeNames(
        _names(session, Product, {each for scope in every for each in scope.products}),
        _names(session, Category, {each for scope in every for each in scope.categories}),
        _names(session, Store, {each for scope in every for each in scope.stores}),
        _names(session, Tier, {each for scope in every for each in scope.tiers}),
    )


def _names(session: Session, table: Any, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {row[0]: row[1] for row in session.execute(select(table.id, table.name).where(table.id.in_(ids)))}
