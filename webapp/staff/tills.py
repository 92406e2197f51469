"""收银班次: a till from its opening float to the count, and cash moved by hand. Without `tills:audit` the count is blind."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout.queries import tills as sums
from services.shared import clock, money
from services.tills import commands, permissions, queries, rules
from services.tills.queries import ShiftView
from services.tills.schemas import TillCloseIn, TillEntryIn, TillOpenIn
from webapp.staff import asked, blueprint
from webapp.web import edge, forms, guards, i18n, shop, toasts
from webapp.web.forms import Form
from webapp.web.till_counts import Count

PAGE = 20
STATES = ("", "closed", "different")
USUAL_FLOAT = "300.00"


@blueprint.get("/tills")
@guards.staff(permissions.TILLS_READ)
def tills() -> str:
    """What is open now and what was closed; beside it, on a wide screen, the own till."""
    session, actor = edge.read(), edge.actor()
    now_open = queries.list_open_shifts(session, shop.current_store().id, actor=actor)
    return _page("shift", show="list", **(_shift(now_open[0]) if now_open else {"shift": None}))


@blueprint.get("/tills/new")
@guards.staff(permissions.TILLS_OPEN)
def new_till() -> str:
    """Begin a shift; the float is what the last one of the store began with."""
    session, store = edge.read(), shop.current_store()
    last = next(iter(queries.list_shifts(session, actor=edge.actor(), store_id=store.id, limit=1)), None)
    taken = {each.name for each in queries.list_open_shifts(session, store.id, actor=edge.actor())}
    usual = money.text(last.opening_float) if last else USUAL_FLOAT
    return _page("new", form=Form({"name": _free_name(taken), "opening_float": usual}))


@blueprint.post("/tills/new")
@guards.staff(permissions.TILLS_OPEN)
def open_till() -> ResponseReturnValue:
    """Open it, in the store where this person works now."""
    at, actor, store = clock.now(), edge.actor(), shop.current_store()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        shift_id = commands.open_shift(session, data, actor=actor, at=at)
        toasts.say(_("开班了，可以收款"))
        return redirect(url_for("staff.till", shift_id=shift_id), 303)

    values = forms.typed() | {"store": store.id}
    return forms.submit(TillOpenIn, perform, lambda form: _page("new", form=form), values=values)


@blueprint.get("/tills/<int:shift_id>")
@guards.staff(permissions.TILLS_READ)
def till(shift_id: int) -> str:
    """One shift: so far while it is open, its count afterwards."""
    return _page("shift", **_shift(_seen(shift_id)))


@blueprint.post("/tills/<int:shift_id>/entries")
@guards.staff(permissions.TILLS_ENTER)
def enter_till(shift_id: int) -> ResponseReturnValue:
    """Cash put in or taken out by hand; mistakes show in the sheet again."""
    at, actor, shift = clock.now(), edge.actor(), _seen(shift_id)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.create_entry(session, shift_id, data, actor=actor, at=at)
        toasts.say(_("记下了"))
        return redirect(url_for("staff.till", shift_id=shift_id), 303)

    return forms.submit(TillEntryIn, perform, lambda form: _page("shift", **_shift(shift, entry=form)))


@blueprint.get("/tills/<int:shift_id>/close")
@guards.staff(permissions.TILLS_CLOSE)
def count_till(shift_id: int) -> ResponseReturnValue:
    """Count what is there; a shift that is over shows its count."""
    shift = _seen(shift_id)
    if shift.closed_at is not None:
        return redirect(url_for("staff.till", shift_id=shift_id))
    return _count(shift, Form())


@blueprint.post("/tills/<int:shift_id>/close")
@guards.staff(permissions.TILLS_CLOSE)
def close_till(shift_id: int) -> ResponseReturnValue:
    """Keep the count; a difference without a reason is asked about."""
    shift = _seen(shift_id)
    count = Count(shift, actor=edge.actor(), at=clock.now())

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        count.close(session, data)
        toasts.say(_("交班了，辛苦了"))
        return redirect(url_for("staff.till", shift_id=shift_id), 303)

    def again(form: Form) -> str:
        return _count(shift, form)

    try:
        return forms.submit(TillCloseIn, perform, again, values=_nested(forms.typed()), first=count.begin)
    finally:
        count.end()


@blueprint.get("/tills/<int:shift_id>/report")
@guards.staff(permissions.TILLS_READ)
def till_report(shift_id: int) -> str:
    """The count of one shift on narrow paper."""
    return render_template("staff/tills/report.html", **_shift(_seen(shift_id)), printed_at=clock.now())


def _page(name: str, *, show: str = "detail", **values: Any) -> str:
    return render_template(f"staff/tills/{name}.html", show=show, **_list(), **values)


def _list() -> dict[str, Any]:
    """The shifts beside every page: those open now, and the closed ones that were asked for."""
    session, actor, store = edge.read(), edge.actor(), shop.current_store()
    state = request.args.get("state", "")
    state = state if state in STATES and (state != "different" or actor.may(permissions.TILLS_AUDIT)) else ""
    found = queries.list_shifts(
        session, actor=actor, store_id=store.id, state=state or "closed", after=asked.number("after"), limit=PAGE + 1
    )
    kept: dict[str, Any] = {"state": state} if state else {}
    following = url_for("staff.tills", **kept, after=found[PAGE - 1].id) if len(found) > PAGE else ""
    return {
        "store": store,
        "state": state,
        "now_open": queries.list_open_shifts(session, store.id, actor=actor),
        "closed": found[:PAGE],
        "following": following,
        "today": i18n.local(clock.now()).date(),
        "may_audit": actor.may(permissions.TILLS_AUDIT),
    }


def _seen(shift_id: int) -> ShiftView:
    return queries.get_shift(edge.read(), shift_id, actor=edge.actor())


def _shift(shift: ShiftView, entry: Form | None = None) -> dict[str, Any]:
    """Everything about one shift; the sums and what should be there only for whoever may audit tills."""
    session, knows = edge.read(), edge.actor().may(permissions.TILLS_AUDIT, shift.store_id)
    through = sums.get_shift_sums(session, shift.id) if knows else None
    if through and shift.closed_at is None:
        shift = shift.expecting(through.expected(shift.opening_float))
    return {
        "shift": shift,
        "sums": through,
        "kinds": rules.KINDS,
        "entries": queries.list_entries(session, shift.id),
        "entry": entry or Form({"kind": "out"}),
        "entry_failed": entry is not None,
    }


def _count(shift: ShiftView, form: Form) -> str:
    knows = edge.actor().may(permissions.TILLS_AUDIT, shift.store_id)
    expected = sums.get_expected(edge.read(), shift.id, shift.opening_float) if knows else None
    return _page("close", shift=shift, form=form, expected=expected, kinds=rules.KINDS, pieces=rules.PIECES)


def _nested(typed: dict[str, Any]) -> dict[str, Any]:
    """The fields `counted.cash` and `pieces.0.50` as the API sends them; what was left empty was not told."""
    told: dict[str, dict[str, Any]] = {"counted": {}, "pieces": {}}
    for name, value in typed.items():
        group, _dot, key = name.partition(".")
        if group in told and value.strip():
            told[group][key] = value
    return typed | told


def _free_name(taken: set[str]) -> str:
    """收银台, and 收银台 2 beside one that is open."""
    first = str(_("收银台"))
    return next(name for place in range(1, 100) if (name := first if place == 1 else f"{first} {place}") not in taken)
