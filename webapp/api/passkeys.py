"""/me/passkeys (a member's own), /staff/passkeys (one's own), /passkeys (those of staff).

They are made and used in a browser, on the pages of the apps: a program has no authenticator.
"""

from flask import Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.identity.permissions import STAFF_CHANGE
from services.shared import clock
from services.shared.fields import Identifier
from services.shared.refusals import NotFound
from services.signin import commands, queries
from services.signin.models import Passkey
from services.signin.schemas import PasskeyNameIn, PasskeyOut
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, passkeys

blueprint = Blueprint("api_passkeys", __name__, description="通行密钥 Passkeys")


class StaffFilter(Schema):
    """Whose passkeys."""

    staff = Identifier(required=True, attribute="staff_id")


@blueprint.get("/me/passkeys")
@blueprint.listing(PasskeyOut, paged=False)
@guards.api_member
def list_my_passkeys() -> Response:
    """My passkeys, the oldest first."""
    return _listed(passkeys.own())


@blueprint.patch("/me/passkeys/<int:passkey_id>")
@blueprint.response(200, PasskeyOut)
@blueprint.takes(PasskeyNameIn)
@guards.api_member
def change_my_passkey(passkey_id: int) -> Response:
    """Call one of my passkeys otherwise."""
    return _rename(passkey_id)


@blueprint.delete("/me/passkeys/<int:passkey_id>")
@blueprint.response(204)
@guards.api_member
def remove_my_passkey(passkey_id: int) -> Response:
    """One of my passkeys opens nothing any more."""
    return _remove(passkey_id)


@blueprint.get("/staff/passkeys")
@blueprint.listing(PasskeyOut, paged=False)
@guards.api_staff
def list_own_passkeys() -> Response:
    """My passkeys as a member of staff, the oldest first."""
    return _listed(passkeys.own())


@blueprint.patch("/staff/passkeys/<int:passkey_id>")
@blueprint.response(200, PasskeyOut)
@blueprint.takes(PasskeyNameIn)
@guards.api_staff
def change_own_passkey(passkey_id: int) -> Response:
    """Call one of my passkeys otherwise."""
    return _rename(passkey_id)


@blueprint.delete("/staff/passkeys/<int:passkey_id>")
@blueprint.response(204)
@guards.api_staff
def remove_own_passkey(passkey_id: int) -> Response:
    """One of my passkeys opens nothing any more."""
    return _remove(passkey_id, of=edge.actor().id)


@blueprint.get("/passkeys")
@blueprint.listing(PasskeyOut, "staff", paged=False)
@guards.api(STAFF_CHANGE)
def list_passkeys() -> Response:
    """The passkeys of one member of staff (`?staff=`), the oldest first."""
    wanted = forms.load(StaffFilter, request.args)
    staff = identity.get_staff(edge.read(), wanted["staff_id"])
    if not identity.is_within_reach(edge.read(), staff, edge.actor()):
        raise NotFound("staff_not_found")
    return _listed(queries.list_passkeys(edge.read(), "staff", staff.id))


@blueprint.delete("/passkeys/<int:passkey_id>")
@blueprint.response(204)
@guards.api(STAFF_CHANGE)
def remove_passkey(passkey_id: int) -> Response:
    """A passkey of staff (a lost phone) opens nothing any more."""
    return _remove(passkey_id)


def _listed(found: list[Passkey]) -> Response:
    return edge.json_answer({"items": PasskeyOut(many=True).dump(found), "next": None})


def _rename(passkey_id: int) -> Response:
    at, actor, data = clock.now(), edge.actor(), shape.body(PasskeyNameIn)

    def effect(session: Session) -> Response:
        row = commands.rename_passkey(session, passkey_id, data, actor=actor, at=at)
        return shape.one(PasskeyOut, row)

    return edge.write(effect)


def _remove(passkey_id: int, *, of: int | None = None) -> Response:
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.remove_passkey(session, passkey_id, of=of, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)
