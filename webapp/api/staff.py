"""/staff: who works here, in which role, at which stores."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services.identity import commands, queries
from services.identity.permissions import STAFF_CHANGE, STAFF_READ
from services.identity.queries import StaffCard
from services.identity.schemas import NewPasswordIn, StaffChangeIn, StaffIn, StaffOut, StaffPatch
from services.shared import clock
from services.signin import commands as signin
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_staff", __name__, description="店员 Staff")


@blueprint.get("/staff")
@blueprint.listing(StaffOut, paged=False)
@guards.api(STAFF_READ)
def list_staff() -> Response:
    """Everyone who works in a store of the caller's, the disabled last."""
    found = queries.list_staff(edge.read(), actor=edge.actor())
    return edge.json_answer({"items": StaffOut(many=True).dump(found), "next": None})


@blueprint.post("/staff")
@blueprint.response(201, StaffOut)
@blueprint.takes(StaffIn)
@guards.api(STAFF_CHANGE)
def create_staff() -> Response:
    """Somebody new who works here. Nobody gives a role that may more than they do, or stores that are not theirs (422)."""
    data, at, actor = shape.body(StaffIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        return _told(session, commands.create_staff(session, data, actor=actor, at=at).id, 201)

    return edge.write(effect)


@blueprint.get("/staff/<int:staff_id>")
@blueprint.response(200, StaffOut)
@guards.api(STAFF_READ)
def get_staff(staff_id: int) -> Response:
    """One person."""
    return _told(edge.read(), staff_id)


@blueprint.patch("/staff/<int:staff_id>")
@blueprint.response(200, StaffOut)
@blueprint.takes(StaffPatch, partial=True)
@guards.api(STAFF_CHANGE)
def change_staff(staff_id: int) -> Response:
    """Change name, role, stores; `disabled` signs somebody out for good, or lets them in again. 409 `last_owner`, `own_account`."""
    at, actor = clock.now(), edge.actor()
    queries.require_reach(edge.read(), staff_id, actor=actor)
    data = shape.body(StaffPatch, partial=True)

    def effect(session: Session) -> Response:
        # What is not sent stays as it is, also when somebody else sends it just now.
        queries.hold_staff(session, staff_id)
        card = queries.get_staff_card(session, staff_id, actor=actor)
        if data.keys() - {"disabled"}:
            commands.change_staff(session, staff_id, _changed(card, data), actor=actor, at=at)
        if data.get("disabled", card.disabled) != card.disabled:
            let = signin.disable_staff if data["disabled"] else commands.enable_staff
            let(session, staff_id, actor=actor, at=at)
        return _told(session, staff_id)

    return edge.write(effect)


@blueprint.post("/staff/<int:staff_id>/password")
@blueprint.response(204)
@blueprint.takes(NewPasswordIn)
@guards.api(STAFF_CHANGE)
def reset_password(staff_id: int) -> Response:
    """A new password: the old one, open sessions, passkeys, the second step and the PIN end at once."""
    at, actor = clock.now(), edge.actor()
    queries.require_reach(edge.read(), staff_id, actor=actor)
    data = shape.body(NewPasswordIn)

    def effect(session: Session) -> Response:
        signin.set_password(session, staff_id, data["password"], actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)


def _changed(card: StaffCard, data: Mapping[str, Any]) -> dict[str, Any]:
    """All that is known of somebody, with what was sent in its place."""
    stores = {"all_stores": False, "stores": data["stores"]} if "stores" in data else {}
    kept = {"all_stores": card.stores is None, "stores": list(card.stores or ())}
    sent = {name: data[name] for name in ("name", "role", "all_stores") if name in data}
    return forms.load(StaffChangeIn, {"name": card.name, "role": card.role} | kept | stores | sent)


def _told(session: Session, staff_id: int, status: int = 200) -> Response:
    return shape.one(StaffOut, queries.get_staff_card(session, staff_id, actor=edge.actor()), status)
