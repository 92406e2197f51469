"""What a member's purchases say of them: how often and when they come, what they spend, what they like best."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.catalog.models import Category, Product
from services.members.models import MemberFacts
from services.segments.models import MemberProduct
from services.segments.rules.figures import average_of
from services.shared.refusals import NotFound

LIKED = 3
HIGHEST_ID = 2**63 - 1
_NAMES = (
    "orders", "spent", "first_order_at", "last_order_at", "visits", "rhythm", "weekday", "hour", "orders_year", "spent_year",
)  # fmt: skip


@dataclass(frozen=True)
class LikedCategory:
    """A category that somebody bought from."""

    id: int
    name: str


@dataclass(frozen=True)
class Liked:
    """A product that somebody bought, and how many pieces of it they have kept."""

    id: int
    name: str
    pieces: int


@dataclass(frozen=True)
class Habits:
    """The facts of a member (services/members/models.py says what each means), and what they like, most of it first. Money is fen."""

    orders: int
    spent: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    visits: int
    rhythm: int | None
    weekday: int | None
    hour: int | None
    orders_year: int
    spent_year: int
    category: LikedCategory | None
    products: tuple[Liked, ...]

    @property
    def average(self) -> int | None:
        """What one order comes to (客单价), in fen; None where there is none."""
        return average_of(self.spent, self.orders)

    @property
    def average_year(self) -> int | None:
        """The same of the last 365 days."""
        return average_of(self.spent_year, self.orders_year)


def get_habits(session: Session, member_id: int) -> Habits:
    """A member's habits, in two queries. Raises NotFound."""
    facts: list[Any] = [getattr(MemberFacts, name) for name in _NAMES]
    query = select(Category.id, Category.name, *facts).select_from(MemberFacts)
    query = query.outerjoin(Category, Category.id == MemberFacts.favourite_category_id)
    known = 0 < member_id <= HIGHEST_ID
    row = session.execute(query.where(MemberFacts.member_id == member_id)).first() if known else None
    if row is None:
        raise NotFound("member_not_found")
    category_id, name, *told = row
    category = LikedCategory(category_id, name) if category_id else None
    return Habits(**dict(zip(_NAMES, told, strict=True)), category=category, products=_liked(session, member_id))


def find_favourite(session: Session, member_id: int) -> str | None:
    """The name of what they bought most of; None before they have come a second time."""
    query = select(Product.name).join(MemberFacts, MemberFacts.favourite_product_id == Product.id)
    return session.scalar(query.where(MemberFacts.member_id == member_id, MemberFacts.visits > 1))


def _liked(session: Session, member_id: int) -> tuple[Liked, ...]:
    """In the order of rules/figures.py: most pieces, then what was bought last, then what was there first."""
    pieces = func.sum(MemberProduct.pieces)
    query = (
        select(Product.id, Product.name, pieces.label("pieces"))
        .join(Product, Product.id == MemberProduct.product_id)
        .where(MemberProduct.member_id == member_id)
        .group_by(Product.id, Product.name)
        .order_by(pieces.desc(), func.max(MemberProduct.last_on).desc(), Product.id)
    )
    return tuple(Liked(row.id, row.name, int(row.pieces)) for row in session.execute(query.limit(LIKED)))
