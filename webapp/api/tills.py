"""/tills: shifts, cash moved by hand, the count at the end."""

from flask import Response, request
from sqlalchemy.orm import Session

from services.checkout.queries.tills import get_expected
from services.shared import clock
from services.shared.actors import Actor
from services.stores.queries import get_store
from services.tills import commands, permissions, queries
from services.tills.queries import ShiftView
from services.tills.schemas import (
    TillCloseIn,
    TillEntryIn,
    TillEntryOut,
    TillFilter,
    TillOpenIn,
    TillOut,
)
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards
from webapp.web.till_counts import Count

blueprint = Blueprint("api_tills", __name__, description="收银班次 Tills")


@blueprint.get("/tills")
@blueprint.listing(TillOut, "store", "state")
@guards.api(permissions.TILLS_READ)
def list_tills() -> Response:
    """Shifts, latest first; `?store=`, `?state=open` or `closed`."""
    wanted, actor = forms.load(TillFilter, request.args), edge.actor()
    if wanted["store_id"] is not None:
        get_store(edge.read(), wanted["store_id"], actor=actor)
    return shape.page(
        TillOut,
        lambda after, limit: [
            _so_far(edge.read(), each, actor)
            for each in queries.list_shifts(edge.read(), actor=actor, **wanted, after=after, limit=limit)
        ],
    )


@blueprint.post("/tills")
@blueprint.response(201, TillOut)
@blueprint.takes(TillOpenIn)
@guards.api(permissions.TILLS_OPEN)
def open_till() -> Response:
    """Begin a shift. 409 `till_open` while a till of this name is open in the store."""
    data, at, actor = shape.body(TillOpenIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        shift_id = commands.open_shift(session, data, actor=actor, at=at)
        return shape.one(TillOut, _told(session, shift_id, actor), 201)

    return edge.write(effect)


@blueprint.get("/tills/<int:shift_id>")
@blueprint.response(200, TillOut)
@guards.api(permissions.TILLS_READ)
def get_till(shift_id: int) -> Response:
    """One shift; with `tills:audit` also what should be in it by now."""
    return shape.one(TillOut, _told(edge.read(), shift_id, edge.actor()))


@blueprint.get("/tills/<int:shift_id>/entries")
@blueprint.listing(TillEntryOut, paged=False)
@guards.api(permissions.TILLS_READ)
def list_till_entries(shift_id: int) -> Response:
    """Cash moved by hand in a shift, in its order."""
    shift = queries.get_shift(edge.read(), shift_id, actor=edge.actor())
    entries = queries.list_entries(edge.read(), shift.id)
    return edge.json_answer({"items": TillEntryOut(many=True).dump(entries), "next": None})


@blueprint.post("/tills/<int:shift_id>/entries")
@blueprint.response(201, TillEntryOut)
@blueprint.takes(TillEntryIn)
@guards.api(permissions.TILLS_ENTER)
def create_till_entry(shift_id: int) -> Response:
    """Put cash in or take it out by hand, with a reason. 409 `shift_over` after the count."""
    at, actor = clock.now(), edge.actor()
    queries.get_shift(edge.read(), shift_id, actor=actor)
    data = shape.body(TillEntryIn)

    def effect(session: Session) -> Response:
        entry_id = commands.create_entry(session, shift_id, data, actor=actor, at=at)
        entry = next(each for each in queries.list_entries(session, shift_id) if each.id == entry_id)
        return shape.one(TillEntryOut, entry, 201)

    return edge.write(effect)


@blueprint.post("/tills/<int:shift_id>/closings")
@blueprint.response(201, TillOut)
@blueprint.takes(TillCloseIn)
@guards.api(permissions.TILLS_CLOSE)
def create_till_closing(shift_id: int) -> Response:
    """End a shift with the count by kind, cash also as `pieces` (`{"100": 3}`). 422 beside `reason` when it differs and none is told;
    without `tills:audit` three tries need none."""
    at, actor = clock.now(), edge.actor()
    count = Count(queries.get_shift(edge.read(), shift_id, actor=actor), actor=actor, at=at)
    data = shape.body(TillCloseIn)
    count.begin(data)

    def effect(session: Session) -> Response:
        count.close(session, data)
        return shape.one(TillOut, _told(session, shift_id, actor), 201)

    try:
        return edge.write(effect)
    finally:
        count.end()


def _told(session: Session, shift_id: int, actor: Actor) -> ShiftView:
    return _so_far(session, queries.get_shift(session, shift_id, actor=actor), actor)


def _so_far(session: Session, shift: ShiftView, actor: Actor) -> ShiftView:
    """An open shift says what should be in it by now, to those who may know."""
    if shift.closed_at is not None or not actor.may(permissions.TILLS_AUDIT, shift.store_id):
        return shift
    return shift.expecting(get_expected(session, shift.id, shift.opening_float))
