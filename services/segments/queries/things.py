"""What conditions may name: stores, products, tags and the rest, by their ids."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.models import Category, Product
from services.coupons.models import CouponTemplate
from services.loyalty.models import Tier
from services.segments.models import Tag
from services.segments.rules.parameters import ONE_OF, Chosen
from services.segments.rules.trees import TOP, Condition, Group, Node, Not
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.models import Store

TABLES: Mapping[str, Any] = {
    "store": Store, "product": Product, "category": Category, "tier": Tier, "template": CouponTemplate, "tag": Tag,
}  # fmt: skip


def list_things(session: Session, of: str, *, limit: int = 500) -> list[tuple[int, str]]:
    """What of these there is to choose from, by id and name; what was put away is named no more."""
    table = TABLES[of]
    rows = select(table.id, table.name).where(table.archived_at.is_(None)).order_by(table.name).limit(limit)
    return [(row.id, row.name) for row in session.execute(rows)]


def load_names(session: Session, node: Node) -> dict[tuple[str, int], str]:
    """The names of everything that the tree names by id, put away or not."""
    found: dict[tuple[str, int], str] = {}
    for of, ids in _named(node).items():
        table = TABLES[of]
        query = select(table.id, table.name).where(table.id.in_([each for each, _path in ids]))
        found |= {(of, row.id): row.name for row in session.execute(query)}
    return found


def require_things(session: Session, node: Node) -> None:
    """Raise Invalid, beside its condition, for an id that is nothing's."""
    names = load_names(session, node)
    wrong = {
        path: [N_("没有找到")] for of, ids in _named(node).items() for each, path in ids if (of, each) not in names
    }
    if wrong:
        raise Invalid(wrong, "conditions_invalid")


def _named(node: Node, path: str = TOP) -> dict[str, list[tuple[int, str]]]:
    """Ids by what they are of, each with the path of its list."""
    found: dict[str, list[tuple[int, str]]] = {}
    for part, where in _parts(node, path):
        for of, ids in _named(part, where).items():
            found.setdefault(of, []).extend(ids)
    if isinstance(node, Condition):
        for parameter in node.kind.parameters:
            if isinstance(parameter, Chosen) and parameter.of in TABLES:
                ids = [(each, f"{path}.{ONE_OF}") for each in node.values.get(ONE_OF, ())]
                found.setdefault(parameter.of, []).extend(ids)
    return found


def _parts(node: Node, path: str) -> Sequence[tuple[Node, str]]:
    match node:
        case Group(word, parts):
            return [(part, f"{path}.{word}.{place}") for place, part in enumerate(parts)]
        case Not(part):
            return [(part, f"{path}.not")]
    return []
