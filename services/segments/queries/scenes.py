"""The moment at which conditions are asked, and every kind that can be asked then."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.catalog.models import Product
from services.fields.queries import list_fields
from services.members.models import ConsentText
from services.segments.kinds import CATALOGUE, Kind, Scene
from services.segments.kinds.own_fields import kind_of
from services.segments.rules import trees
from services.segments.rules.trees import Node
from services.shared.days import local_day
from services.stores.queries import load_settings


def load_scene(session: Session, *, at: datetime) -> Scene:
    """The shop as it stands `at` a moment."""
    settings = load_settings(session)
    floors = select(ConsentText.kind, func.max(ConsentText.id)).where(ConsentText.anew).group_by(ConsentText.kind)
    launches = select(Product.id, Product.launches_on).where(Product.launches_on.is_not(None))
    return Scene(
        at,
        local_day(at, settings.zone),
        settings,
        dict(session.execute(floors).tuples().all()),
        dict(session.execute(launches).tuples().all()),  # type: ignore[arg-type]  # none of them is None
    )


def load_catalogue(session: Session) -> Mapping[str, Kind]:
    """Every kind by name: ours, and one for each own field about members; fields that were put away can be asked still."""
    asked = (kind_of(field) for field in list_fields(session, "member", archived=True))
    return {**CATALOGUE, **{kind.name: kind for kind in asked if kind is not None}}


def read_tree(session: Session, raw: Any) -> Node:
    """The tree that `raw` (JSON) means in this shop. Raises Invalid with the words by the path of each mistake."""
    return trees.read(raw, load_catalogue(session))
