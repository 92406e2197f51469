"""Taking rows back: new cards are put away, changed ones get back what was there, money goes by entries of its own. Whatever was used or
changed since stays, and its row says why."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.dataio.commands.importing import note_part
from services.dataio.models import Import, ImportRow
from services.dataio.queries import held_answers
from services.dataio.rules.rows import explain, key_of
from services.dataio.untouched import CHANGED, GONE, MOVED, find_touched, is_untouched_child
from services.family.commands import remove_child
from services.family.commands.erasing import forget_children
from services.family.models import Child
from services.loyalty.commands.opening import take_back_openings as take_points
from services.loyalty.queries import POINTS
from services.members.commands import call_due, end_consents, put_away, put_back
from services.members.models import Member
from services.members.rules.purposes import CHILDREN
from services.segments.models import MemberTag
from services.shared import ledger, vault
from services.shared.actors import Actor
from services.shared.refusals import Refusal
from services.wallet.commands.opening import take_back_openings as take_wallets
from services.wallet.queries import WALLET


class _Kept(Refusal):
    """The row stays as it is."""


def undo_rows(session: Session, imported: Import, rows: Sequence[ImportRow], *, actor: Actor, at: datetime) -> None:
    """Take these rows back, the last of the file first; each ends as undone or kept."""
    _hold_cards(session, {row.member_id for row in rows if row.member_id is not None})
    for row in rows:
        if row.outcome == "changed":
            try:
                with session.begin_nested():
                    _put_back(session, row, actor, at)
                    session.flush()
            except Refusal as refusal:
                row.outcome, row.problems = "kept", [*row.problems, *explain(refusal)]
            else:
                row.outcome = "undone"
    _put_away(session, imported, [row for row in rows if row.outcome == "created"], actor, at)
    note_part(session, imported, rows, actor=actor, at=at)


def _hold_cards(session: Session, member_ids: Collection[int]) -> None:
    """Keep these cards from everything that a sale does meanwhile, in the order in which everybody locks: points, wallets, rows. A sale
    that is under way is over by then, and seen."""
    for book in (POINTS, WALLET):
        ledger.hold_many(session, book, member_ids)
    session.execute(select(Member.id).where(Member.id.in_(member_ids)).order_by(Member.id).with_for_update()).all()


def _put_away(session: Session, imported: Import, rows: Sequence[ImportRow], actor: Actor, at: datetime) -> None:
    """Cards that the import opened, all at once: those of whom nothing was heard since."""
    touched = find_touched(session, imported, rows, actor=actor)
    keys = {row.member_id: key_of(row.import_id, row.position) for row in rows if row.member_id not in touched}
    openings = [(member, key) for member, key in keys.items() if member is not None]
    for take in (take_wallets, take_points):
        used = take(session, openings, actor=actor, at=at)
        assert not used, "whose money has moved is touched"
    away = [member for member, _ in openings]
    if away:
        forget_children(session, away)
        session.execute(delete(MemberTag).where(MemberTag.member_id.in_(away)))
        put_away(session, away, at=at)
    for row in rows:
        why = touched.get(row.member_id or 0)
        row.outcome, row.problems = ("kept", [*row.problems, [None, why, {}]]) if why else ("undone", row.problems)


def _put_back(session: Session, row: ImportRow, actor: Actor, at: datetime) -> None:
    """What a row changed of somebody who was a member before. Raises _Kept where it was changed again, or spent."""
    before, member_id = row.before, row.member_id or 0
    if vault.destroyed_at(session, member_id) is not None:
        raise _Kept("gone", GONE)
    card, own = before.get("card", {}), before.get("fields", {})
    _require_same(session, member_id, card, own, actor)
    key = key_of(row.import_id, row.position)
    for take in (take_wallets, take_points):
        if take(session, [(member_id, key)], actor=actor, at=at):
            raise _Kept("used", MOVED)
    _take_child(session, row, member_id, actor, at)
    tags = before.get("tags", ())
    if tags:
        session.execute(delete(MemberTag).where(MemberTag.member_id == member_id, MemberTag.tag_id.in_(tags)))
        call_due(session, [member_id], at=at)
    if card or own:
        columns = {name: old for name, (old, _) in card.items()}
        if "birthday_changed_at" in before:
            since = before["birthday_changed_at"]
            columns["birthday_changed_at"] = datetime.fromisoformat(since) if since else None
        put_back(session, member_id, columns, {name: old for name, (old, _) in own.items()}, actor=actor, at=at)


def _require_same(
    session: Session, member_id: int, card: Mapping[str, Any], own: Mapping[str, Any], actor: Actor
) -> None:
    """Whether what the row wrote still stands there."""
    member = session.get_one(Member, member_id)
    answers = held_answers(session, [member_id] * bool(own), actor).get(member_id, {})
    same = all(getattr(member, name) == new for name, (_, new) in card.items())
    if not same or any(answers.get(name) != new for name, (_, new) in own.items()):
        raise _Kept("changed", CHANGED)


def _take_child(session: Session, row: ImportRow, member_id: int, actor: Actor, at: datetime) -> None:
    child = session.get(Child, row.before["child"]) if "child" in row.before else None
    if child is None:
        return
    if not is_untouched_child(session, child, row.values):
        raise _Kept("changed", CHANGED)
    remove_child(session, member_id, child.id, actor=actor, at=at)
    if row.before.get("consent") and not _has_children(session, member_id):
        end_consents(session, [member_id], CHILDREN, at=at)


def _has_children(session: Session, member_id: int) -> bool:
    return session.scalar(select(Child.id).where(Child.member_id == member_id).limit(1)) is not None
