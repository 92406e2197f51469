"""/approvals: what waits for a second person. A program may ask (by doing the act) and look, but never decide."""

from datetime import datetime

from flask import Response, request
from sqlalchemy.orm import Session

from services.approvals import commands, queries
from services.approvals.models import Approval
from services.approvals.permissions import APPROVALS_DECIDE, APPROVALS_READ
from services.approvals.schemas import ApprovalOut, DeclineIn, ShownIn
from services.shared import clock
from services.shared.actors import Actor
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, people, step_up

blueprint = Blueprint("api_approvals", __name__, description="审批 Approval by a second person")


def sent(session: Session, approval: Approval, actor: Actor, at: datetime) -> Response:
    """The answer to an act that waits for a second person now."""
    return shape.one(ApprovalOut, queries.view_of(session, approval, actor=actor, at=at), 202)


@blueprint.get("/approvals")
@blueprint.listing(ApprovalOut, "shown")
@guards.api(APPROVALS_READ)
def list_approvals() -> Response:
    """The own requests, and those that the caller might decide, the newest first: what waits, or with `?shown=done` what is over."""
    shown, session, actor, at = forms.load(ShownIn, request.args)["shown"], edge.read(), edge.actor(), clock.now()
    return shape.page(
        ApprovalOut,
        lambda after, limit: queries.list_approvals(session, shown, actor=actor, at=at, after=after, limit=limit),
    )


@blueprint.get("/approvals/<int:approval_id>")
@blueprint.response(200, ApprovalOut)
@guards.api(APPROVALS_READ)
def get_approval(approval_id: int) -> Response:
    """What became of a request."""
    return shape.one(ApprovalOut, queries.get_approval(edge.read(), approval_id, actor=edge.actor(), at=clock.now()))


@blueprint.post("/approvals/<int:approval_id>/approve")
@blueprint.response(200, ApprovalOut)
@guards.api_staff
def approve(approval_id: int) -> Response:
    """Agree: it is done now, in the name of who asked; refused as the act would be, and then it goes on waiting. 409 `own_request`, 410
    `approval_over`, 409 `requester_lost`. Staff only, verified a moment ago, who may do what was asked for themselves."""
    actor, at = _decider(), clock.now()

    def effect(session: Session) -> Response:
        made = commands.approve(session, approval_id, actor=actor, at=at)
        return shape.one(ApprovalOut, queries.view_of(session, made, actor=actor, at=at))

    return edge.write(effect)


@blueprint.post("/approvals/<int:approval_id>/decline")
@blueprint.response(200, ApprovalOut)
@blueprint.takes(DeclineIn)
@guards.api_staff
def decline(approval_id: int) -> Response:
    """Do not agree: `note` says why."""
    actor, at = _decider(), clock.now()
    note = shape.body(DeclineIn)["note"]

    def effect(session: Session) -> Response:
        made = commands.decline(session, approval_id, note, actor=actor, at=at)
        return shape.one(ApprovalOut, queries.view_of(session, made, actor=actor, at=at))

    return edge.write(effect)


@blueprint.post("/approvals/<int:approval_id>/withdraw")
@blueprint.response(200, ApprovalOut)
@guards.api(APPROVALS_READ)
def withdraw(approval_id: int) -> Response:
    """Take the own request back."""
    actor, at = edge.actor(), clock.now()

    def effect(session: Session) -> Response:
        made = commands.withdraw(session, approval_id, actor=actor, at=at)
        return shape.one(ApprovalOut, queries.view_of(session, made, actor=actor, at=at))

    return edge.write(effect)


def _decider() -> Actor:
    """Who decides: staff who may, and were verified a moment ago."""
    person, _session = people.signed_in()
    person.actor.require(APPROVALS_DECIDE)
    step_up.require(person, APPROVALS_DECIDE)
    return person.actor
