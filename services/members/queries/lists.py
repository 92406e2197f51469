"""Lists of members: filters as condition trees, pages by cursor, search by any part of name, phone or number."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.members.models import Member, MemberFacts, MemberSearchTerm
from services.members.permissions import MEMBERS_PHONES
from services.members.queries.cards import MemberCard, count_of, get_cards, read_cards, select_cards
from services.members.rules import names, phones
from services.shared import conditions
from services.shared.actors import Actor
from services.shared.conditions import Tree

DORMANT = timedelta(days=90)  # domain.md, *Metrics*: no purchase for longer is a churn warning
AFTER_ALL = "\U0010ffff"  # greater than every character that a term holds
LONGEST = 60  # characters of a search that are looked at
SPARE = 8  # cards read beyond the limit at first, for those that a filter holds back
END = 4  # digits at the end of a phone that are shown to everybody
HITS_PER_MEMBER = 6  # one member may be found by several of their own terms

# What filters and, later, segments may speak of. Facts of the member_facts row are kept by reactions.
FACTS = {
    "source": Member.source,
    "store": Member.store_id,
    "joined_at": Member.joined_at,
    "archived_at": Member.archived_at,
    "phone_lost_at": Member.phone_lost_at,
    "gender": Member.gender,
    "orders": MemberFacts.orders,
    "spent": MemberFacts.spent,
    "last_order_at": MemberFacts.last_order_at,
}


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to. `state` is all, new (joined this month), unseen (never bought), dormant, lost (their phone number is
    somebody else's) or archived."""

    state: str = "all"
    source: str = ""
    store_id: int | None = None

    def tree(self, *, at: datetime, month_begins: datetime) -> Tree:
        """The same as a condition; `month_begins` is the first moment of this month in the shop's zone."""
        parts: list[Tree] = [{"fact": "archived_at", "known": self.state == "archived"}]
        if self.state == "new":
            parts.append({"fact": "joined_at", "at_least": month_begins})
        if self.state == "unseen":
            parts.append({"fact": "last_order_at", "known": False})
        if self.state == "dormant":
            parts.append({"fact": "last_order_at", "at_most": at - DORMANT})
        if self.state == "lost":
            parts.append({"fact": "phone_lost_at", "known": True})
        if self.source:
            parts.append({"fact": "source", "is": self.source})
        if self.store_id is not None:
            parts.append({"fact": "store", "is": self.store_id})
        return {"all": parts}


STATES = ("all", "new", "unseen", "dormant", "lost", "archived")
LIVING: Tree = {"fact": "archived_at", "known": False}


def list_members(
    session: Session, where: Tree = LIVING, *, after: int | None = None, limit: int = 50
) -> list[MemberCard]:
    """Members that meet `where`, the newest cards first; `after` is the id where the last page ended."""
    query = select_cards().where(conditions.as_sql(where, FACTS))
    if after is not None:
        query = query.where(Member.id < after)
    return read_cards(session, query.order_by(Member.id.desc()).limit(limit))


def select_matching(where: Tree) -> Select[int]:
    """The ids of members that meet `where`: for who narrows a list further."""
    query = select(Member.id).join(MemberFacts, MemberFacts.member_id == Member.id)
    return query.where(conditions.as_sql(where, FACTS))


def count_members(session: Session, where: Tree = LIVING, *, most: int = 1000) -> int:
    """How many members meet `where`, counted up to `most`."""
    return count_of(session, select_matching(where), most)


def search_members(
    session: Session, text: str, limit: int = 20, *, where: Tree = LIVING, asker: Actor | None = None
) -> list[MemberCard]:
    """Members that meet `where`, found by part of a name, of its pinyin or initials, of the phone or the number.

    The exact phone or number comes first, then the closest words. Three queries at most, each on an index. An `asker` who may not see
    whole phones finds by the whole number or its last digits alone: parts from the middle would tell, digit by digit, what is masked.
    """
    exact, word = _exact_id(session, text), names.normalise(_without_country(text[:LONGEST]))
    hits = [] if exact is None else [exact]
    if word and len(hits) < limit:
        ends = asker is not None and not asker.may(MEMBERS_PHONES) and word.isdigit()
        hits += session.scalars(_ends_statement(word, limit) if ends else hits_statement(word, limit)).all()
    return _first_that_hold(session, list(dict.fromkeys(hits)), where, limit)


def _first_that_hold(session: Session, ids: Sequence[int], where: Tree, limit: int) -> list[MemberCard]:
    """The first `limit` of these members that meet `where`. Nearly all do as a rule, so a few more are read than needed;
    the rest only where many do not (never after an exact phone or number, which has few hits)."""
    found: list[MemberCard] = []
    for some in (ids[: limit + SPARE], ids[limit + SPARE :]):
        if some and len(found) < limit:
            found += [card for card in get_cards(session, some) if conditions.holds(where, _facts(card))]
    return found[:limit]


def hits_statement(word: str, limit: int) -> Any:
    """The ids behind the terms that begin with `word`, the shortest terms first: a range on the primary key."""
    return (
        select(MemberSearchTerm.member_id)
        .where(MemberSearchTerm.term >= word, MemberSearchTerm.term < word + AFTER_ALL)
        .order_by(MemberSearchTerm.term, MemberSearchTerm.member_id)
        .limit(limit * HITS_PER_MEMBER)
    )


def _ends_statement(word: str, limit: int) -> Any:
    """The ids of those whose phone or number ends with these few digits."""
    found = select(MemberSearchTerm.member_id).where(MemberSearchTerm.term == (word if len(word) <= END else ""))
    return found.order_by(MemberSearchTerm.member_id).limit(limit * HITS_PER_MEMBER)


def _facts(card: MemberCard) -> dict[str, Any]:
    return {name: getattr(card, "store_id" if name == "store" else name) for name in FACTS}


def _exact_id(session: Session, text: str) -> int | None:
    number = phones.read_number(text)
    try:
        phone = phones.read_phone(text)
    except ValueError:
        phone = None
    if number is not None:
        return session.scalar(select(Member.id).where(Member.number == number))
    if phone is not None:
        return session.scalar(select(Member.id).where(Member.phone == phone, Member.archived_at.is_(None)))
    return None


def _without_country(text: str) -> str:
    """`+86 138 00` is looked for as `13800`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for start in ("+86", "0086"):
        plain = plain.removeprefix(start)
    return plain
