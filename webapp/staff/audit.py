"""操作记录: who did what, when, where; on a page, and as a table to keep."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.approvals.commands import use_export
from services.approvals.errors import ApprovalNeeded
from services.approvals.queries import exports_need_approval
from services.audit import commands as audit
from services.audit import permissions, queries
from services.audit.queries import EntryView, Search
from services.members.permissions import MEMBERS_READ
from services.members.queries import get_cards, search_members
from services.shared import clock
from services.shared.days import day_bounds
from services.signin.queries import names_of_shop_devices
from services.stores import queries as stores
from webapp.staff import audit_changes, audit_words, blueprint
from webapp.staff.approvals import export_page
from webapp.web import edge, guards, i18n, shop
from webapp.web.addresses import HIGHEST_ID
from webapp.web.forms import Form
from webapp.web.spreadsheets import csv_answer

PAGE, PEOPLE = 40, 20
MOST = 20_000  # lines of a table
_DEVICE = re.compile(r"\S+ #(\d{1,18}) ")  # in an origin (webapp/web/people.py)


@dataclass(frozen=True)
class Asked:
    """What the reader looks for."""

    text: str
    day: date | None
    store_id: int | None

    def address(self) -> dict[str, Any]:
        """The same as parameters of an address."""
        kept = {"q": self.text, "store": self.store_id, "day": self.day.isoformat() if self.day else None}
        return {name: value for name, value in kept.items() if value}

    def search(self) -> Search:
        """The same for the log: members are found by their names, as far as the reader may know them."""
        knows = self.text and edge.actor().may(MEMBERS_READ)
        found = search_members(edge.read(), self.text, limit=PEOPLE, asker=edge.actor()) if knows else []
        people = [card.id for card in found]
        since, until = day_bounds(self.day, shop.settings().zone) if self.day else (None, None)
        return Search(self.text, audit_words.actions_like(self.text), people, None, self.store_id, since, until)


@blueprint.get("/audit", endpoint="audit")
@guards.staff(permissions.AUDIT_READ)
def audit_page() -> str:
    """The log, the newest first; found by person, member, act or address, by store, by day."""
    asked = _asked()
    found = queries.list_entries(
        edge.read(), asked.search(), actor=edge.actor(), after=_number("after"), limit=PAGE + 1
    )
    following = url_for("staff.audit", after=found[PAGE - 1].id, **asked.address()) if len(found) > PAGE else None
    return render_template(
        "staff/audit.html",
        entries=found[:PAGE],
        names=_names(found),
        kept=asked.address(),
        following=following,
        chain=queries.get_chain(edge.read()),
        stores=stores.list_stores(edge.read(), actor=edge.actor(), archived=True),
        words=audit_words,
        told=audit_changes.told,
        devices=_devices(found),
    )


@blueprint.get("/audit/export")
@guards.staff(permissions.AUDIT_EXPORT)
def export_audit() -> ResponseReturnValue:
    """What the page shows, as a table of at most MOST lines, and the last one says so; that it was taken is an act of its own."""
    asked, actor = _asked(), edge.actor()
    terms = {name: str(value) for name, value in asked.address().items() if name != "q"}
    if exports_need_approval(edge.read(), at=clock.now()) and not _is_approved(terms):
        return export_page(Form(), terms)
    found = _found(asked, MOST + 1)
    whole, found = len(found) <= MOST, found[:MOST]
    names, places = (
        _names(found),
        {store.id: store.name for store in stores.list_stores(edge.read(), actor=actor, archived=True)},
    )
    rows: list[tuple[object, ...]] = [_row(each, names, places) for each in found]
    # Not the words that were looked for: they may be somebody's name.
    taken = {"lines": len(rows)} | {name: value for name, value in asked.address().items() if name != "q"}
    edge.write(lambda session: _note(session, taken), keyed=False)
    if not whole:
        rest = _("更早的没有放进来：一次最多 %(num)s 条，请选一天再导出", num=MOST)
        rows.append(("", rest, "", "", "", "", "", None))
    head = (_("时间"), _("做了什么"), _("谁"), _("从哪里"), _("门店"), _("对象"), _("改了什么"), _("第几条"))
    return csv_answer(f"{_('操作记录')} {i18n.local(clock.now()):%Y-%m-%d %H%M}", head, rows)


def _is_approved(terms: dict[str, str]) -> bool:
    """Whether a second person has agreed to just this export; that is used up now."""
    actor, at = edge.actor(), clock.now()

    def effect(session: Session) -> dict[str, Any]:
        use_export(session, terms, actor=actor, at=at)
        return {}

    try:
        edge.write(effect, keyed=False)
    except ApprovalNeeded:
        return False
    return True


def _found(asked: Asked, limit: int, *, after: int | None = None) -> list[EntryView]:
    actor = edge.actor()
    return queries.list_entries(
        edge.read(), asked.search(), actor=actor, knows=actor.may(MEMBERS_READ), after=after, limit=limit
    )


def _note(session: Any, taken: dict[str, Any]) -> dict[str, Any]:
    audit.record(session, "audit:export", ("audit", None), actor=edge.actor(), at=clock.now(), changes=taken)
    return {}


def _row(entry: EntryView, names: dict[int, str], places: dict[int, str]) -> tuple[object, ...]:
    subject = f"{entry.subject_kind} {entry.subject_id}" if entry.subject_id else entry.subject_kind
    return (
        f"{i18n.local(entry.at):%Y-%m-%d %H:%M:%S}", audit_words.words_of(entry.action), audit_words.who(entry, names),
        entry.origin, places.get(entry.store_id or 0, ""), subject, "; ".join(audit_changes.told(entry)), entry.position,
    )  # fmt: skip


def _names(entries: list[EntryView]) -> dict[int, str]:
    """The names of members who acted themselves, for who may know them."""
    ids = {each.actor_id for each in entries if each.actor_kind == "member" and each.actor_id}
    if not ids or not edge.actor().may(MEMBERS_READ):
        return {}
    return {card.id: card.name for card in get_cards(edge.read(), ids)}


def _devices(entries: list[EntryView]) -> dict[int, str]:
    """What the shop's device of each entry is called, by the entry's id."""
    on = {each.id: int(named[1]) for each in entries if (named := _DEVICE.match(each.origin))}
    names = names_of_shop_devices(edge.read(), set(on.values()))
    return {entry_id: names[device] for entry_id, device in on.items() if device in names}


def _asked() -> Asked:
    text = "".join(char for char in request.args.get("q", "")[:60] if char.isprintable()).strip()
    return Asked(text, _day(), _number("store"))


def _day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


def _number(name: str) -> int | None:
    found = request.args.get(name, type=int)
    return found if found is not None and 0 < found <= HIGHEST_ID else None
