"""/me/household: the member's own; /members/{id}/household: as the shop sees it, masked."""

from collections.abc import Callable

from flask import Response
from sqlalchemy.orm import Session

from services.household import commands, queries
from services.household.commands.invitations import INVITATIONS, JOINS
from services.household.permissions import HOUSEHOLDS_REMOVE
from services.household.rules import limits_of
from services.household.schemas import (
    HouseholdInvitationIn,
    HouseholdJoinIn,
    HouseholdOut,
    HouseholdPersonChange,
    HouseholdSeenOut,
)
from services.members.permissions import MEMBERS_READ
from services.members.queries import get_member
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people
from webapp.web.households import NOTHING, require_pin

blueprint = Blueprint("api_households", __name__, description="家人共用 Households")


@blueprint.get("/me/household")
@blueprint.response(200, HouseholdOut)
@guards.api_member
def get_own_household() -> Response:
    """The household that I hold, or am in."""
    return shape.one(HouseholdOut, queries.get_household(edge.read(), people.member().id, at=clock.now()))


@blueprint.post("/me/household/invitations")
@blueprint.response(201, HouseholdOut)
@blueprint.takes(HouseholdInvitationIn)
@guards.api_member
def create_household_invitation() -> Response:
    """A link for somebody, for a day; `pin` where I have a wallet PIN and share the wallet. 409 `household_full`."""
    data, at, actor = shape.body(HouseholdInvitationIn), clock.now(), edge.actor()
    if edge.answered() is None:
        edge.spend(INVITATIONS, actor.scope, at=at)
        require_pin(NOTHING, limits_of(data), data["pin"], at=at)
    return _own(lambda session, me: commands.create_invitation(session, me, data, actor=actor, at=at), 201)


@blueprint.delete("/me/household/invitations/<int:invitation_id>")
@blueprint.response(200, HouseholdOut)
@guards.api_member
def cancel_household_invitation(invitation_id: int) -> Response:
    """Take a link back."""
    at, actor = clock.now(), edge.actor()
    return _own(lambda session, me: commands.cancel_invitation(session, invitation_id, me, actor=actor, at=at))


@blueprint.post("/me/household/joins")
@blueprint.response(201, HouseholdOut)
@blueprint.takes(HouseholdJoinIn)
@guards.api_member
def join_household() -> Response:
    """Take the link of somebody of my family. 410 `household_invitation_gone`, 403 `household_other_phone`, 409 with why I cannot."""
    data, at, actor = shape.body(HouseholdJoinIn), clock.now(), edge.actor()
    if edge.answered() is None:
        edge.spend(JOINS, actor.scope, at=at)
    return _own(lambda session, me: commands.join_household(session, data["token"], me, actor=actor, at=at), 201)


@blueprint.patch("/me/household/people/<int:person_id>")
@blueprint.response(200, HouseholdOut)
@blueprint.takes(HouseholdPersonChange, partial=True)
@guards.api_member
def change_household_person(person_id: int) -> Response:
    """Some other limits for one of my people, from now on; `pin` as for a link, where more is allowed than before."""
    data, at, actor = shape.body(HouseholdPersonChange, partial=True), clock.now(), edge.actor()
    if edge.answered() is None:
        before = queries.get_person(edge.read(), person_id, holder_id=people.member().id, at=at).limits
        require_pin(before, limits_of({**vars(before), **data}), data.get("pin", ""), at=at)
    return _own(lambda session, me: commands.change_limits(session, person_id, me, data, actor=actor, at=at))


@blueprint.put("/me/household/people/<int:person_id>/pause")
@blueprint.response(200, HouseholdOut)
@guards.api_member
def pause_household_person(person_id: int) -> Response:
    """Nothing may be used from now on."""
    at, actor = clock.now(), edge.actor()
    return _own(lambda session, me: commands.pause_person(session, person_id, me, actor=actor, at=at))


@blueprint.delete("/me/household/people/<int:person_id>/pause")
@blueprint.response(200, HouseholdOut)
@guards.api_member
def resume_household_person(person_id: int) -> Response:
    """It goes on as before."""
    at, actor = clock.now(), edge.actor()
    return _own(lambda session, me: commands.resume_person(session, person_id, me, actor=actor, at=at))


@blueprint.delete("/me/household/people/<int:person_id>")
@blueprint.response(200, HouseholdOut)
@guards.api_member
def remove_household_person(person_id: int) -> Response:
    """Take somebody out."""
    at, actor = clock.now(), edge.actor()
    return _own(lambda session, me: commands.remove_person(session, person_id, me, actor=actor, at=at))


@blueprint.delete("/me/household")
@blueprint.response(200, HouseholdOut)
@guards.api_member
def leave_household() -> Response:
    """I go."""
    at, actor = clock.now(), edge.actor()
    return _own(lambda session, me: commands.leave_household(session, me, actor=actor, at=at))


@blueprint.get("/members/<int:member_id>/household")
@blueprint.response(200, HouseholdSeenOut)
@guards.api(MEMBERS_READ)
def get_household(member_id: int) -> Response:
    """With whom a member shares an account, by masked names."""
    whose = get_member(edge.read(), member_id).id
    return shape.one(HouseholdSeenOut, queries.get_household(edge.read(), whose, at=clock.now()))


@blueprint.delete("/members/<int:member_id>/household/people/<int:person_id>")
@blueprint.response(200, HouseholdSeenOut)
@guards.api(HOUSEHOLDS_REMOVE)
def remove_from_household(member_id: int, person_id: int) -> Response:
    """Take somebody out of this holder's household, for whoever asks at the shop."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.remove_person(session, person_id, member_id, actor=actor, at=at)
        return shape.one(HouseholdSeenOut, queries.get_household(session, member_id, at=at))

    return edge.write(effect)


def _own(write: Callable[[Session, int], object], status: int = 200) -> Response:
    me, at = people.member().id, clock.now()

    def effect(session: Session) -> Response:
        write(session, me)
        session.flush()
        return shape.one(HouseholdOut, queries.get_household(session, me, at=at), status)

    return edge.write(effect)
