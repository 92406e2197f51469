"""Two cards of one person become one, and two again: profile, consents, facts and what finds them. Who may ask for it, and what becomes of
ledgers, is known to services/merging."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.members.commands.facts import note_living
from services.members.commands.free_phones import flush_new_phone
from services.members.commands.terms import write_terms
from services.members.events import ConsentWithdrawn, MemberChanged
from services.members.models import Consent, Member, MemberFacts, MemberSearchTerm, OwnCard
from services.members.rules.joining import COLUMNS, LOSER, columns_of, whose
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_

_WORDS_OF_CONSENT = ("kind", "version", "text_hash", "text_id", "way", "staff_id", "given_at")


def pick(winner: Member, loser: Member, chosen: Mapping[str, str]) -> dict[str, str]:
    """Whose value stands, by field (winner, loser): what was `chosen`, else gaps are filled. Raises Invalid where of two phones one has to
    be chosen."""
    mine, theirs = columns_of(winner), columns_of(loser)
    picked = {field: chosen.get(field) or whose(mine, theirs, field) for field in COLUMNS}
    if not picked["phone"]:
        raise Invalid({"phone": [N_("两张卡的手机号不一样，请选留哪一个")]}, "phone_choice_needed")
    return picked


def join_profiles(
    session: Session, winner: Member, loser: Member, picked: Mapping[str, str], *, at: datetime
) -> dict[str, dict[str, Any]]:
    """The loser's card is put away as an alias of the winner's, which takes what was `picked` of it (field → winner, loser). What the
    winner's said before, by field."""
    loser.archived_at, loser.merged_into = at, winner.id
    session.flush()
    session.execute(update(Member).where(Member.merged_into == loser.id).values(merged_into=winner.id))
    taken = [field for field, side in picked.items() if side == LOSER]
    before = {field: {name: getattr(winner, name) for name in COLUMNS[field]} for field in taken}
    for name in (name for field in taken for name in COLUMNS[field]):
        setattr(winner, name, getattr(loser, name))
    if winner.phone is not None:
        winner.phone_lost_at = None
    session.flush()
    note_living(session, loser.id, living=False)
    session.execute(delete(MemberSearchTerm).where(MemberSearchTerm.member_id == loser.id))
    write_terms(session, [winner])
    announce(session, MemberChanged(loser.id, "merged"), at=at)
    if taken:
        announce(session, MemberChanged(winner.id, ",".join(sorted(taken)), at.isoformat()), at=at)
    return before


def part_profiles(
    session: Session, winner: Member, loser: Member, before: Mapping[str, Mapping[str, Any]], *, at: datetime
) -> None:
    """Undo `join_profiles`: what the winner's card took and nobody changed since goes back. A number that is somebody else's by now is
    lost to both: whoever has it must not be able to keep a wrong merge standing."""
    stands = [field for field in before if all(getattr(winner, n) == getattr(loser, n) for n in COLUMNS[field])]
    for name, value in ((name, value) for field in stands for name, value in before[field].items()):
        setattr(winner, name, value)
    for card in (winner, loser):
        if _is_taken(session, card.phone, {winner.id, loser.id}):
            card.phone, card.phone_verified_at, card.phone_lost_at = None, None, at
    session.flush()
    loser.archived_at, loser.merged_into = None, None
    flush_new_phone(session, loser)
    note_living(session, loser.id, living=True)
    for card in (winner, loser):
        write_terms(session, [card])
    announce(session, MemberChanged(loser.id, "merged"), at=at)
    if stands:
        announce(session, MemberChanged(winner.id, ",".join(sorted(stands)), at.isoformat()), at=at)


def _is_taken(session: Session, phone: str | None, but: set[int]) -> bool:
    """Whether a living card of somebody else has this number."""
    taken = select(Member.id).where(Member.phone == phone, Member.archived_at.is_(None), Member.id.not_in(but))
    return phone is not None and session.scalar(taken.limit(1)) is not None


def join_consents(session: Session, winner_id: int, loser_id: int, *, actor: Actor, at: datetime) -> list[int]:
    """What the loser's person agreed to holds for the winner's card where that says nothing: as it was given, in a row of its own (their
    ids). What either took back is taken back."""
    rows = session.scalars(
        select(Consent).where(Consent.member_id.in_((winner_id, loser_id))).order_by(Consent.id)
    ).all()
    copies = []
    for kind in sorted({row.kind for row in rows}):
        mine = [row for row in rows if row.kind == kind and row.member_id == winner_id]
        theirs = [row for row in rows if row.kind == kind and row.member_id == loser_id]
        living = [row for row in theirs if row.withdrawn_at is None]
        if living and not mine:
            copies += [
                Consent(member_id=winner_id, **{name: getattr(row, name) for name in _WORDS_OF_CONSENT})
                for row in living
            ]
        if theirs and not living:
            _end(session, [row for row in mine if row.withdrawn_at is None], actor, at)
    session.add_all(copies)
    session.flush()
    return [row.id for row in copies]


def part_consents(session: Session, copies: list[int], *, at: datetime) -> None:
    """End what came with a merge that is undone. What was taken back stays so: nobody is written to who did not want it."""
    mine = update(Consent).where(Consent.id.in_(copies), Consent.withdrawn_at.is_(None))
    session.execute(mine.values(withdrawn_at=at, withdrawn_way="counter"))


def join_facts(session: Session, winner_id: int, loser_id: int) -> None:
    """The figures of both are the winner's."""
    mine, theirs = session.get_one(MemberFacts, winner_id), session.get_one(MemberFacts, loser_id)
    mine.orders, mine.spent = mine.orders + theirs.orders, mine.spent + theirs.spent
    for name, pick in (("first_order_at", min), ("last_order_at", max), ("seen_at", max)):
        known = [each for each in (getattr(mine, name), getattr(theirs, name)) if each is not None]
        setattr(mine, name, pick(known) if known else None)
    theirs.orders = theirs.spent = 0
    theirs.first_order_at = theirs.last_order_at = None
    session.flush()


def restate_facts(session: Session, member_id: int, figures: Mapping[str, Any]) -> None:
    """Set what the orders say: how many, spent, the first and the last."""
    session.execute(update(MemberFacts).where(MemberFacts.member_id == member_id).values(**figures))


def _end(session: Session, rows: list[Consent], actor: Actor, at: datetime) -> None:
    for row in rows:
        row.withdrawn_at, row.withdrawn_way = at, "counter"
        announce(session, ConsentWithdrawn(row.member_id, row.kind, actor.kind, at.isoformat()), at=at)


def hand_on_own_cards(session: Session, from_id: int, to_id: int, only: Collection[int] | None = None) -> list[int]:
    """Whose card it is that works here (`only` these on the way back) follows; who they are."""
    theirs = update(OwnCard).where(OwnCard.member_id == from_id)
    if only is not None:
        theirs = theirs.where(OwnCard.staff_id.in_(only))
    return sorted(session.scalars(theirs.values(member_id=to_id).returning(OwnCard.staff_id)))
