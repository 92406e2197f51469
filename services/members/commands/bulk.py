"""Opening many cards at once and taking them back, for imports: a few statements per hundred of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.fields.commands import forget_values, write_values
from services.members.commands.erasing import NO_LIFE, NOBODY
from services.members.commands.terms import add_terms, write_terms
from services.members.events import MemberChanged
from services.members.models import Consent, Member, MemberFacts, MemberSearchTerm
from services.members.rules import names, phones
from services.shared.actors import Actor
from services.shared.events import announce

_members: Any = Member.__table__


def open_members(session: Session, cards: Sequence[Mapping[str, Any]], *, actor: Actor, at: datetime) -> list[int]:
    """A card for each of `cards` (columns of a member, the phone free and read); their ids in the same order.

    They were members before, in other books: nobody is welcomed. That their facts are due (`call_due`) and the audit line are the
    caller's, for all of them together.
    """
    numbers = _free_numbers(session, len(cards))
    opened_by = actor.id if actor.kind == "staff" else None
    told = {**_gaps(cards), "joined_at": at, "source": "import", "opened_by": opened_by}
    rows = [{**told, **card, "number": number} for card, number in zip(cards, numbers, strict=True)]
    if not rows:
        return []
    fresh = insert(_members).returning(Member.id, sort_by_parameter_order=True)
    ids = list(
        session.connection().scalars(fresh, rows)
    )  # objects would go in by as many statements as there are kinds of gaps
    session.execute(insert(MemberFacts), [{"member_id": each, "orders": 0, "spent": 0} for each in ids])
    terms = (names.search_terms(row["name"], row["phone"], row["number"]) for row in rows)
    add_terms(session, dict(zip(ids, terms, strict=True)))
    return ids


def _gaps(cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in a card for what only others of these tell: cards that are alike go in by one statement."""
    told = set().union(*cards)
    columns = [column for column in Member.__table__.columns if column.key in told]
    return {column.key: column.default.arg if column.default is not None else None for column in columns}


def _free_numbers(session: Session, count: int) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        fresh = {phones.fresh_number() for _ in range(count - len(found))}
        found |= fresh - set(session.scalars(select(Member.number).where(Member.number.in_(fresh))))
    return sorted(found)


def put_away(session: Session, member_ids: Collection[int], *, at: datetime) -> None:
    """Cards that should never have been opened: nothing of the person stays, the number is free; the rows stay for their books' sake."""
    session.execute(update(Member).where(Member.id.in_(member_ids)).values(**NOBODY, archived_at=at))
    session.execute(update(MemberFacts).where(MemberFacts.member_id.in_(member_ids)).values(NO_LIFE | {"due_at": None}))
    session.execute(delete(MemberSearchTerm).where(MemberSearchTerm.member_id.in_(member_ids)))
    forget_values(session, "member", member_ids)
    end_consents(session, member_ids, at=at)


def put_back(
    session: Session, member_id: int, card: Mapping[str, Any], answers: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Columns and answers of a member as they were before an import."""
    member = session.get_one(Member, member_id)
    told = {name: old for name, old in card.items() if name != "birthday_changed_at"}
    changes = {name: [getattr(member, name), old] for name, old in told.items() if getattr(member, name) != old}
    for name, old in card.items():
        setattr(member, name, old)
    session.flush()
    changes |= write_values(session, "member", member_id, answers, complete=False, actor=actor)
    write_terms(session, [member])
    audit.record(session, "members:change", ("member", member_id), actor=actor, at=at, changes=changes)
    announce(session, MemberChanged(member_id, ",".join(sorted(changes)), at.isoformat()), at=at)


def end_consents(session: Session, member_ids: Collection[int], kind: str = "", *, at: datetime) -> None:
    """End what came in with an import that is taken back (`kind`: that purpose alone)."""
    living = update(Consent).where(Consent.member_id.in_(member_ids), Consent.withdrawn_at.is_(None))
    living = living.where(Consent.kind == kind) if kind else living
    session.execute(living.values(withdrawn_at=at, withdrawn_way="import"))
