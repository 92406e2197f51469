"""/me/sessions (a member's own browsers), /staff/sessions (one's own of the staff app), /sessions (those of colleagues)."""

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.identity.permissions import STAFF_CHANGE
from services.shared import clock
from services.shared.fields import Identifier, Moment
from services.shared.refusals import NotFound
from services.signin import commands, queries
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, people

blueprint = Blueprint("api_sessions", __name__, description="登录的设备 Sessions")


class SessionOut(Schema):
    """A browser that is signed in: idle it is over at `expires_at`, in any case at `ends_at`; `current` is the one that asks."""

    id = Identifier()
    browser = fields.String()
    address = fields.String()
    created_at = Moment()
    seen_at = Moment()
    expires_at = Moment()
    ends_at = Moment()
    current = fields.Method("_is_current")

    def _is_current(self, session: object) -> bool:
        person = people.person()
        return person is not None and person.app != "token" and getattr(session, "id", None) == person.session_id


class StaffFilter(Schema):
    """Whose sessions."""

    staff = Identifier(required=True, attribute="staff_id")


@blueprint.get("/me/sessions")
@blueprint.listing(SessionOut, paged=False)
@guards.api_member
def list_my_sessions() -> Response:
    """Where I am signed in, the last used first."""
    found = queries.list_member_sessions(edge.read(), people.member().id, at=clock.now())
    return edge.json_answer({"items": SessionOut(many=True).dump(found), "next": None})


@blueprint.delete("/me/sessions")
@blueprint.response(204)
@guards.api_member
def revoke_my_other_sessions() -> Response:
    """Sign out everywhere else."""
    (person, own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> Response:
        member_id = int(person.actor.id or 0)
        commands.revoke_other_member_sessions(session, member_id, keep=own, actor=person.actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.delete("/me/sessions/<int:session_id>")
@blueprint.response(204)
@guards.api_member
def revoke_my_session(session_id: int) -> Response:
    """Sign one of my browsers out, with the member code on it."""
    (person, own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> Response:
        commands.revoke_member_session(session, session_id, elsewhere=session_id != own, actor=person.actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.get("/staff/sessions")
@blueprint.listing(SessionOut, paged=False)
@guards.api_staff
def list_own_staff_sessions() -> Response:
    """Where I am signed in to the staff app, the newest first."""
    (person, _own), at = people.signed_in(), clock.now()
    found = queries.list_staff_sessions(edge.read(), int(person.actor.id or 0), at=at)
    return edge.json_answer({"items": SessionOut(many=True).dump(found), "next": None})


@blueprint.delete("/staff/sessions/<int:session_id>")
@blueprint.response(204)
@guards.api_staff
def revoke_own_staff_session(session_id: int) -> Response:
    """Sign one of my browsers out of the staff app."""
    (person, _own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> Response:
        commands.revoke_staff_session(session, session_id, of=person.actor.id, actor=person.actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.get("/sessions")
@blueprint.listing(SessionOut, "staff", paged=False)
@guards.api(STAFF_CHANGE)
def list_sessions() -> Response:
    """Where one member of staff is signed in (`?staff=`), the newest first."""
    wanted = forms.load(StaffFilter, request.args)
    staff = identity.get_staff(edge.read(), wanted["staff_id"])
    if not identity.is_within_reach(edge.read(), staff, edge.actor()):
        raise NotFound("staff_not_found")
    found = queries.list_staff_sessions(edge.read(), staff.id, at=clock.now())
    return edge.json_answer({"items": SessionOut(many=True).dump(found), "next": None})


@blueprint.delete("/sessions/<int:session_id>")
@blueprint.response(204)
@guards.api(STAFF_CHANGE)
def revoke_session(session_id: int) -> Response:
    """Sign a staff browser out."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.revoke_staff_session(session, session_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)
