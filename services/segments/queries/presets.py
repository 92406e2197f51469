"""The tags by rule that a shop may begin with, and has not yet."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.models import Product
from services.segments.models import Tag
from services.segments.queries.named import may_ask
from services.segments.queries.scenes import load_catalogue
from services.segments.rules import trees
from services.segments.rules.presets import PRESETS, Preset
from services.shared.actors import Actor


@dataclass(frozen=True)
class Offer:
    """A preset as this shop would have it; `rule` is None where nothing that it is about is sold here."""

    preset: Preset
    rule: dict[str, Any] | None


def list_offers(session: Session, *, actor: Actor) -> list[Offer]:
    """The presets that this actor may use and that are not tags already."""
    taken = set(session.scalars(select(Tag.preset).where(Tag.preset.is_not(None), Tag.archived_at.is_(None))))
    offers = [Offer(each, _rule(session, each)) for each in PRESETS if each.key not in taken]
    catalogue = load_catalogue(session)
    return [
        offer for offer in offers if offer.rule is not None and may_ask(actor, trees.read(offer.rule, catalogue))
    ]  # fmt: skip


def _rule(session: Session, preset: Preset) -> dict[str, Any] | None:
    if not preset.words:
        return dict(preset.rule)
    rows = session.execute(select(Product.id, Product.name).where(Product.archived_at.is_(None)))
    ids = [str(row.id) for row in rows if any(word in row.name.lower() for word in preset.words)]
    return {**preset.rule, "one_of": ids} if ids else None
