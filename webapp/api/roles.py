"""/roles: which permissions belong together under a name."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services import wiring
from services.identity import commands, queries
from services.identity.permissions import ROLES_CHANGE, STAFF_READ
from services.identity.schemas import RoleChange, RoleIn, RoleOut
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards

blueprint = Blueprint("api_roles", __name__, description="角色 Roles")


@blueprint.get("/roles")
@blueprint.listing(RoleOut, paged=False)
@guards.api(STAFF_READ)
def list_roles() -> Response:
    """Every role and what it may; the owner's is `all`."""
    return edge.json_answer({"items": [_told(each) for each in queries.list_roles(edge.read())], "next": None})


@blueprint.post("/roles")
@blueprint.response(201, RoleOut)
@blueprint.takes(RoleIn)
@guards.api(ROLES_CHANGE)
def create_role() -> Response:
    """A role of the shop's own. Nobody gives what they do not hold (422)."""
    data, at, actor = shape.body(RoleIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        role = commands.create_role(session, data, known=wiring.PERMISSIONS, actor=actor, at=at)
        return edge.json_answer(_told(queries.get_role(session, role.id)), 201)

    return edge.write(effect)


@blueprint.patch("/roles/<int:role_id>")
@blueprint.response(200, RoleOut)
@blueprint.takes(RoleChange, partial=True)
@guards.api(ROLES_CHANGE)
def change_role(role_id: int) -> Response:
    """Change a role; it counts from each holder's next request on. 403 for the owner's."""
    data, at, actor = shape.body(RoleChange, partial=True), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        role = commands.change_role(session, role_id, data, known=wiring.PERMISSIONS, actor=actor, at=at)
        return edge.json_answer(_told(queries.get_role(session, role.id)))

    return edge.write(effect)


@blueprint.delete("/roles/<int:role_id>")
@blueprint.response(204)
@guards.api(ROLES_CHANGE)
def delete_role(role_id: int) -> Response:
    """Delete a role that nobody holds. 409 `role_held`."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.delete_role(session, role_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)


def _told(role: queries.RoleCard) -> Any:
    return RoleOut().dump(
        {"id": role.id, "name": role.name, "permissions": sorted(role.permissions), "people": role.people}
    )
