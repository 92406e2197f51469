"""A row of somebody who is a member already: by the shop's choice it is skipped, fills gaps, overwrites or is merged.

What of the row is left out is told beside it; what it changed is kept for undoing."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.dataio.models import Import, ImportRow
from services.dataio.queries import held_answers
from services.dataio.rules.reading import CHILD
from services.dataio.rules.rows import PLAIN, key_of, own_of
from services.family.commands import add_child
from services.family.models import Child
from services.loyalty.commands.points import grant_points
from services.loyalty.models import PointsEntry
from services.members.commands import call_due, change_member
from services.members.models import Member
from services.members.queries import holds_consent
from services.members.rules.birthdays import Birthday
from services.members.rules.purposes import CHILDREN
from services.segments.commands.following import add_rows
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import load_settings
from services.wallet.commands.opening import open_wallet
from services.wallet.models import WalletEntry

LONGEST_NOTE = 500
NOBODY = N_("没有这个手机号的会员，孩子放不下")
ALREADY = N_("会员已经有了，按您选的跳过")
SAME = N_("和已有的一样，没有要改的")
MONEY_STAYS = N_("会员账上已有记录，储值和积分没有动")
STAYS = N_("已有的不一样，没有改")
NOTE_FULL = N_("备注合起来太长，没有接上")

Changes = dict[str, list[Any]]


def join_row(session: Session, imported: Import, row: ImportRow, *, actor: Actor, at: datetime) -> None:
    """Do this row for its member. Raises what the changes raise, Invalid where there is no such member."""
    if row.member_id is None:
        raise Invalid({"phone": [NOBODY]}, "member_not_found", NOBODY)
    way = imported.choices["duplicates"]
    if way == "skip" and not is_of_children(imported, row):
        row.outcome, row.problems = "skipped", [*row.problems, [None, ALREADY, {}]]
        return
    member = session.get_one(Member, row.member_id)
    since = member.birthday_changed_at
    held = held_answers(session, [member.id] * bool(own_of(row.values)), actor).get(member.id, {})
    card, own = _changes(member, row, way), _own_changes(row.values, held, way)
    _tell_what_stays(session, imported, row, {*card, *(f"fields.{key}" for key in own)}, held)
    if card or own:
        told = {name: new for name, (_, new) in card.items()} | {"fields": {key: new for key, (_, new) in own.items()}}
        change_member(session, member.id, told, actor=actor, at=at)
    before: dict[str, Any] = {"card": card}
    if any(name.startswith("birthday") for name in card):
        before["birthday_changed_at"] = since.isoformat() if since else None
    if own:
        now = held_answers(session, [member.id], actor)[member.id]
        before["fields"] = {key: [old, now.get(key)] for key, (old, _) in own.items()}
    moved = _money(session, row, way, actor, at)
    if tagged := _tag(session, row, member.id, actor, at):
        before["tags"] = tagged
    child = add_row_child(session, row, member.id, actor=actor, at=at)
    row.before = before | child
    row.outcome = "changed" if card or own or moved or tagged or child else "same"
    if row.outcome == "same" and not row.problems:
        row.problems = [[None, SAME, {}]]


def is_of_children(imported: Import, row: ImportRow) -> bool:
    """Whether the row stands in a sheet that tells of children only."""
    named = {name for name in imported.mapping[row.sheet] if name}
    return bool(named & set(CHILD)) and named <= {"phone", *CHILD}


def add_row_child(session: Session, row: ImportRow, member_id: int, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """The row's child, unless the member has told it already: its id, and whether the consent came with it, for undoing."""
    values = row.values
    if "child_birthday" not in values:
        return {}
    born, name = date.fromisoformat(values["child_birthday"]), values.get("child_name", "")
    known = session.scalars(select(Child.name).where(Child.member_id == member_id, Child.born_on == born)).all()
    if name in known or (known and not name):
        return {}
    told = {
        "name": name, "sex": values.get("child_sex", "unknown"), "born_on": born, "calendar": None, "allergies": "",
        "children_consent": True,
    }  # fmt: skip
    agreed = holds_consent(session, member_id, CHILDREN)
    child = add_child(session, member_id, told, actor=actor, at=at)
    return {"child": child.id} | ({} if agreed else {"consent": True})


def _changes(member: Member, row: ImportRow, way: str) -> Changes:
    """`[before, after]` of the columns that a row changes."""
    values, found = row.values, {}
    for name in (name for name in PLAIN if name in values):
        old, new = getattr(member, name), values[name]
        if name == "note" and way == "merge" and old and new not in old:
            new = f"{old}；{new}"
            if len(new) > LONGEST_NOTE:
                row.problems = [*row.problems, [None, NOTE_FULL, {}]]
                continue
        elif way != "overwrite" and old not in {"", "unknown"}:
            continue
        if old != new:
            found[name] = [old, new]
    if "birthday" in values and (way == "overwrite" or member.birthday_month is None):
        columns = Birthday(**values["birthday"]).columns()
        if any(getattr(member, name) != new for name, new in columns.items()):  # a birthday is changed as a whole
            found |= {name: [getattr(member, name), new] for name, new in columns.items()}
    return found


def _own_changes(values: Mapping[str, Any], held: Mapping[str, Any], way: str) -> Changes:
    free = {key: new for key, new in own_of(values).items() if way == "overwrite" or held.get(key) in (None, "")}
    return {key: [held.get(key), new] for key, new in free.items() if held.get(key) != new}


def _tell_what_stays(
    session: Session, imported: Import, row: ImportRow, changed: Collection[str], held: Mapping[str, Any]
) -> None:
    """Name the columns that tell something else than is known, and change nothing."""
    member, values = session.get_one(Member, row.member_id), row.values
    differs = {name for name in PLAIN if values.get(name) not in {None, "unknown", getattr(member, name)}}
    if "note" in differs and values["note"] in member.note:
        differs.remove("note")
    birthday = Birthday(**values["birthday"]).columns() if "birthday" in values else {}
    if "birthday_month" not in changed and any(getattr(member, name) != new for name, new in birthday.items()):
        differs.add("birthday")
    differs |= {f"fields.{key}" for key, new in own_of(values).items() if held.get(key) != new}
    if "joined_on" in values:
        joined = local_day(member.joined_at, load_settings(session).zone)
        differs |= {"joined_on"} if values["joined_on"] != joined.isoformat() else set()
    mapping = imported.mapping[row.sheet]
    row.problems = [*row.problems, *([mapping.index(name), STAYS, {}] for name in sorted(differs - set(changed)))]


def _money(session: Session, row: ImportRow, way: str, actor: Actor, at: datetime) -> bool:
    """Balances of a member who may have some: added by `merge`, else only where the books are still empty. Books are never overwritten."""
    principal, bonus, points = (row.values.get(name, 0) for name in ("principal", "bonus", "points"))
    member_id, key, moved = row.member_id or 0, key_of(row.import_id, row.position), False
    for told, entry in ((principal + bonus, WalletEntry), (points, PointsEntry)):
        if not told:
            continue
        if way != "merge" and session.scalar(select(exists().where(entry.member_id == member_id))):
            row.problems = [*row.problems, [None, MONEY_STAYS, {}]]
            continue
        if entry is WalletEntry:
            open_wallet(session, member_id, principal, bonus, key=key, actor=actor, at=at)
        else:
            grant_points(session, member_id, points, kind="opening", key=key, actor=actor, at=at)
        moved = True
    return moved


def _tag(session: Session, row: ImportRow, member_id: int, actor: Actor, at: datetime) -> list[int]:
    """The tags that the member did not have."""
    given = [
        tag
        for tag in sorted(set(row.values.get("tags", ())))
        if add_rows(session, tag, [member_id], actor=actor, at=at)
    ]
    if given:
        call_due(session, [member_id], at=at)
    return given
