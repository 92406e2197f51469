"""Whether anything happened to the members that an import opened: then their cards stay."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from services.dataio.models import Import, ImportRow
from services.dataio.queries import held_answers
from services.dataio.rules.rows import card_of, key_of
from services.family.models import Child, DoseRecord
from services.loyalty.models import PointsEntry
from services.members.models import Consent, Member
from services.members.rules.birthdays import NO_BIRTHDAY
from services.members.rules.purposes import CHILDREN
from services.segments.models import MemberTag, Tag
from services.shared.actors import Actor
from services.shared.database import Model
from services.shared.models import MemberKey
from services.shared.words import N_
from services.stores.queries import load_settings
from services.wallet.models import WalletEntry

BOUGHT = N_("之后买过东西，会员留着")
MOVED = N_("储值或积分之后动过，会员留着")
CHANGED = N_("之后改过资料，没有改回去")
USED = N_("之后登录过、收到过消息或有过别的来往，会员留着")
GONE = N_("会员已经注销")

# What an import itself or a job writes beside a card; looked at in its own way, or saying nothing of the member. Any other table that names
# members tells that something happened, so that a new one is never forgotten here.
WRITTEN = frozenset({
    "import_rows", "member_facts", "member_search_terms", "member_tiers", "growth_accounts",
    "wallet_accounts", "wallet_entries", "wallet_lots", "points_accounts", "points_entries", "points_lots",
    "children", "consents", "member_tags",
})  # fmt: skip
_PLAIN = {
    "name": "",
    "gender": "unknown",
    "wechat_id": "",
    "note": "",
    "language": None,
    "birthday_changed_at": None,
    **NO_BIRTHDAY,
}


def find_touched(session: Session, imported: Import, rows: Sequence[ImportRow], *, actor: Actor) -> dict[int, str]:
    """Of members that these rows opened, those whose cards have to stay, with the words why. Some queries, however many there are."""
    mine = {row.member_id: row for row in rows if row.member_id is not None}
    kept = select(ImportRow.member_id).where(
        ImportRow.import_id == imported.id, ImportRow.member_id.in_(mine), ImportRow.outcome == "kept"
    )
    erased = select(MemberKey.member_id).where(MemberKey.member_id.in_(mine), MemberKey.destroyed_at.is_not(None))
    found = dict.fromkeys(_owners(session, columns_of("orders"), mine), BOUGHT)
    found = dict.fromkeys(_spenders(session, mine), MOVED) | found
    others = [column for table in sorted(naming_members() - WRITTEN - {"orders"}) for column in columns_of(table)]
    found = dict.fromkeys(_owners(session, others, mine.keys() - found), USED) | found
    changed = _changed(session, mine, actor) | {each for each in session.scalars(kept) if each is not None}
    return dict.fromkeys(changed, CHANGED) | found | dict.fromkeys(session.scalars(erased), GONE)


def is_untouched_child(session: Session, child: Child, values: Mapping[str, Any]) -> bool:
    """Whether a child is as a row told it, with nothing noted of it since."""
    told = (
        values.get("child_name", ""),
        values.get("child_sex", "unknown"),
        date.fromisoformat(values["child_birthday"]),
    )
    same = (child.name, child.sex, child.born_on) == told and not child.allergies and child.quiet_at is None
    doses = select(DoseRecord.code).where(DoseRecord.child_id == child.id).limit(1)
    return same and child.calendar is None and session.scalar(doses) is None


def naming_members() -> set[str]:
    """Every table that names a member."""
    return {
        table.name
        for table in Model.metadata.tables.values()
        if any(key.column.table.name == Member.__tablename__ for key in table.foreign_keys)
    }


def columns_of(table: str) -> list[Column[Any]]:
    """Its columns that name a member."""
    keys = Model.metadata.tables[table].foreign_keys
    return [key.parent for key in keys if key.column.table.name == Member.__tablename__]


def _owners(session: Session, columns: Sequence[Column[Any]], ids: Collection[int]) -> set[int]:
    """Who of these is named there."""
    found: set[int] = set()
    for column in columns:
        left = set(ids) - found
        if left:
            found |= set(session.scalars(select(column).where(column.in_(left)).distinct()))
    return found


def _spenders(session: Session, mine: Mapping[int, ImportRow]) -> set[int]:
    """Whose books have another entry than what their row brought, and what later rows brought and was taken back."""
    moved: set[int] = set()
    for entry in (WalletEntry, PointsEntry):
        query = select(entry.member_id, entry.key).where(entry.member_id.in_(mine))
        keys: defaultdict[int, set[str]] = defaultdict(set)
        for member_id, key in session.execute(query):
            keys[member_id].add(key)
        for member_id, found in keys.items():
            row = mine[member_id]
            later = f"import:{row.import_id}:"
            own = key_of(row.import_id, row.position)
            open_ = {key for key in found if not key.endswith(":undo") and f"{key}:undo" not in found}
            if open_ - {own} or any(not key.startswith(later) for key in found):
                moved.add(member_id)
    return moved


def _changed(session: Session, mine: Mapping[int, ImportRow], actor: Actor) -> set[int]:
    """Whose card, answers, children, consents or tags are other than their row made them."""
    zone = ZoneInfo(load_settings(session).zone)
    changed = set()
    for member in session.scalars(select(Member).where(Member.id.in_(mine))):
        row = mine[member.id]
        told = _PLAIN | {name: value for name, value in card_of(row.values, zone).items() if name != "joined_at"}
        if member.phone != row.phone or any(getattr(member, name) != value for name, value in told.items()):
            changed.add(member.id)
    answers = held_answers(session, list(mine), actor)
    for member_id, row in mine.items():
        own = {key: after for key, (_, after) in row.before.get("fields", {}).items()}
        if any(value != own.get(key) for key, value in answers[member_id].items()):
            changed.add(member_id)
    return changed | _other_children(session, mine) | _other_consents(session, mine) | _other_tags(session, mine)


def _other_children(session: Session, mine: Mapping[int, ImportRow]) -> set[int]:
    children = session.scalars(select(Child).where(Child.member_id.in_(mine))).all()
    same = {
        child.member_id for child in children
        if child.id == mine[child.member_id].before.get("child") and is_untouched_child(session, child, mine[child.member_id].values)
    }  # fmt: skip
    more = {child.member_id for child in children if child.id != mine[child.member_id].before.get("child")}
    return ({member_id for member_id, row in mine.items() if "child" in row.before} - same) | more


def _other_consents(session: Session, mine: Mapping[int, ImportRow]) -> set[int]:
    """A later row of the import may have brought a child with its consent; the child is gone again by now, the consent ended."""
    agreed = select(Consent.member_id, Consent.kind, Consent.withdrawn_way).where(Consent.member_id.in_(mine))
    return {
        member_id
        for member_id, kind, ended in session.execute(agreed)
        if ended != "import" and (kind != CHILDREN or not mine[member_id].before.get("consent"))
    }


def _other_tags(session: Session, mine: Mapping[int, ImportRow]) -> set[int]:
    """Tags by hand; what a rule gave goes with the card."""
    worn = select(MemberTag.member_id, MemberTag.tag_id).join(Tag, Tag.id == MemberTag.tag_id)
    by_hand: defaultdict[int, set[int]] = defaultdict(set)
    for member_id, tag_id in session.execute(worn.where(MemberTag.member_id.in_(mine), Tag.rule.is_(None))):
        by_hand[member_id].add(tag_id)
    return {member_id for member_id, row in mine.items() if by_hand[member_id] != set(row.values.get("tags", ()))}
