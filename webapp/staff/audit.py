"""操作记录: who did what, when, where; on a page, and as a table to keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.approvals.commands import ask_for_export, use_export
from services.approvals.errors import ApprovalNeeded
from services.approvals.queries import exports_need_approval, find_usable_export
from services.approvals.schemas import ExportAskIn
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
from webapp.staff.approvals import sent
from webapp.web import edge, forms, guards, i18n, shop
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


@blueprint.get("/audit/export", endpoint="audit_export")
@guards.staff(permissions.AUDIT_EXPORT)
def audit_export_page() -> str:
    """What an export would hold, and its button; or, where a second person is needed, asking for one."""
    return _export_page(Form())


@blueprint.post("/audit/export")
@guards.staff(permissions.AUDIT_EXPORT)
def export_audit() -> ResponseReturnValue:
    """What the log shows, as a table of at most MOST lines, and the last one says so; that it was taken is an act of its own."""
    asked, actor, at = _asked(), edge.actor(), clock.now()
    found = _found(asked, MOST + 1)
    whole, found = len(found) <= MOST, found[:MOST]
    names, places = (
        _names(found),
        {store.id: store.name for store in stores.list_stores(edge.read(), actor=actor, archived=True)},
    )
    rows: list[tuple[object, ...]] = [_row(each, names, places) for each in found]
    # Not the words that were looked for: they may be somebody's name.
    taken = {"lines": len(rows)} | {name: value for name, value in asked.address().items() if name != "q"}

    def note(session: Session) -> dict[str, Any]:
        use_export(session, asked.store_id, asked.day, actor=actor, at=at)
        audit.record(session, "audit:export", ("audit", None), actor=actor, at=at, changes=taken)
        return {}

    try:
        edge.write(note, keyed=False)
    except ApprovalNeeded:
        return _export_page(Form()), ApprovalNeeded.status
    if not whole:
        rest = _("更早的没有放进来：一次最多 %(num)s 条，请选一天再导出", num=MOST)
        rows.append(("", rest, "", "", "", "", "", None))
    head = (_("时间"), _("做了什么"), _("谁"), _("从哪里"), _("门店"), _("对象"), _("改了什么"), _("第几条"))
    return csv_answer(f"{_('操作记录')} {i18n.local(clock.now()):%Y-%m-%d %H%M}", head, rows)


@blueprint.post("/audit/export/ask")
@guards.staff(permissions.AUDIT_EXPORT)
def ask_export() -> ResponseReturnValue:
    """Ask a second person for this export."""
    asked, actor, at = _asked(), edge.actor(), clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        ask_for_export(session, asked.store_id, asked.day, data["reason"], actor=actor, at=at)
        return sent()

    return forms.submit(ExportAskIn, perform, _export_page)


def _export_page(form: Form) -> str:
    asked, session, actor, at = _asked(), edge.read(), edge.actor(), clock.now()
    names = {store.id: store.name for store in stores.list_stores(session, actor=actor, archived=True)}
    return render_template(
        "staff/audit_export.html",
        form=form,
        kept=asked.address(),
        store_name=names.get(asked.store_id or 0, ""),
        needs_approval=exports_need_approval(session, at=at),
        agreed=find_usable_export(session, asked.store_id, asked.day, actor=actor, at=at),
        most=MOST,
    )


def _found(asked: Asked, limit: int, *, after: int | None = None) -> list[EntryView]:
    actor = edge.actor()
    return queries.list_entries(
        edge.read(), asked.search(), actor=actor, knows=actor.may(MEMBERS_READ), after=after, limit=limit
    )


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
