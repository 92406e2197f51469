"""Rows become members: new phones by the hundred, everybody else one by one (joining.py), each row's outcome beside it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.dataio.commands.joining import add_row_child, is_of_children, join_row
from services.dataio.models import Import, ImportRow
from services.dataio.queries import held_answers
from services.dataio.rules.rows import card_of, explain, key_of, own_of
from services.fields.commands import write_values
from services.loyalty.commands.opening import open_points
from services.members.commands import open_members
from services.members.commands.terms import write_terms
from services.members.models import Member
from services.segments.commands.following import add_rows
from services.shared.actors import Actor
from services.shared.refusals import Refusal
from services.stores.queries import load_settings
from services.wallet.commands.opening import open_wallets


def import_rows(session: Session, imported: Import, rows: Sequence[ImportRow], *, actor: Actor, at: datetime) -> None:
    """Do these rows. A refusal is the row's outcome; anything else undoes the whole part, which is then done again."""
    known = _living(session, [row.phone for row in rows if row.phone])
    fresh: dict[str, ImportRow] = {}
    for row in rows:
        if row.phone and row.phone not in known and row.phone not in fresh and not is_of_children(imported, row):
            fresh[row.phone] = row
    known |= _open(session, list(fresh.values()), actor, at)
    opened = {row.position for row in fresh.values()}
    for row in rows:
        if row.position in opened:
            continue
        row.member_id = known.get(row.phone or "")
        try:
            with session.begin_nested():
                join_row(session, imported, row, actor=actor, at=at)
                session.flush()
        except Refusal as refusal:
            row.before, row.outcome, row.problems = {}, "refused", [*row.problems, *explain(refusal)]
    note_part(session, imported, rows, actor=actor, at=at)


def note_part(session: Session, imported: Import, rows: Sequence[ImportRow], *, actor: Actor, at: datetime) -> None:
    """The audit line of a part: which rows, and how many came to what."""
    if rows:
        outcomes = [row.outcome for row in rows]
        positions = sorted(row.position for row in rows)
        told: dict[str, Any] = {"rows": [positions[0], positions[-1]]}
        told |= {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
        audit.record(session, "imports:part", ("import", imported.id), actor=actor, at=at, changes=told)


def _living(session: Session, phones: Sequence[str]) -> dict[str, int]:
    query = select(Member.phone, Member.id).where(Member.phone.in_(phones), Member.archived_at.is_(None))
    return {phone: member_id for phone, member_id in session.execute(query) if phone}


def _open(session: Session, rows: list[ImportRow], actor: Actor, at: datetime) -> dict[str, int]:
    """Cards for phones that nobody has, with all that their rows tell."""
    zone = ZoneInfo(load_settings(session).zone)
    ids = open_members(session, [card_of(row.values, zone) | {"phone": row.phone} for row in rows], actor=actor, at=at)
    for row, member_id in zip(rows, ids, strict=True):
        row.member_id, row.outcome = member_id, "created"
    told = [(member_id, row.values, key_of(row.import_id, row.position)) for member_id, row in zip(ids, rows, strict=True)]  # fmt: skip
    wallets = [(member, each.get("principal", 0), each.get("bonus", 0), key) for member, each, key in told]
    open_wallets(session, [each for each in wallets if each[1] or each[2]], actor=actor, at=at)
    points = [(member, each.get("points", 0), key) for member, each, key in told]
    open_points(session, [each for each in points if each[1]], actor=actor, at=at)
    tagged: defaultdict[int, list[int]] = defaultdict(list)
    for member, each, _ in told:
        for tag in set(each.get("tags", ())):
            tagged[tag].append(member)
    for tag, members in sorted(tagged.items()):
        add_rows(session, tag, members, actor=actor, at=at)
    for row, member_id in zip(rows, ids, strict=True):
        _tell_more(session, row, member_id, actor, at)
    answered = [member for member, each, _ in told if own_of(each)]
    if answered:
        write_terms(session, session.scalars(select(Member).where(Member.id.in_(answered))).all())
    held = held_answers(session, answered, actor)
    for row in rows:
        if row.member_id in held:
            answers = {key: [None, held[row.member_id].get(key)] for key in own_of(row.values)}
            row.before = {**row.before, "fields": answers}
    return {row.phone: member_id for row, member_id in zip(rows, ids, strict=True) if row.phone}


def _tell_more(session: Session, row: ImportRow, member_id: int, actor: Actor, at: datetime) -> None:
    """Own fields and a child of a new member: what is refused is named, and the member is there without it."""
    if own := own_of(row.values):
        try:
            with session.begin_nested():
                write_values(session, "member", member_id, own, actor=actor)
        except Refusal as refusal:
            row.problems = [*row.problems, *explain(refusal)]
    if "child_birthday" in row.values:
        try:
            with session.begin_nested():
                row.before = {**row.before, **add_row_child(session, row, member_id, actor=actor, at=at)}
        except Refusal as refusal:
            row.problems = [*row.problems, *explain(refusal)]
