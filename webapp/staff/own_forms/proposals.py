"""要确认的资料: what somebody sent in a member's name, to be asked about and then taken over, answer by answer, or thrown away."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.forms import commands, queries
from services.forms.errors import FormNotFound
from services.forms.queries import SubmissionCard
from services.forms.schemas import ProposalConfirmIn
from services.members import permissions
from services.shared import clock
from webapp.staff import blueprint
from webapp.staff.members import page, seen
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form


@blueprint.get("/forms/proposals")
@guards.staff(permissions.MEMBERS_CHANGE)
def form_proposals() -> str:
    """Everything that waits at the stores of whoever asks."""
    session, actor = edge.read(), edge.actor()
    found = queries.list_waiting(session, actor=actor, limit=100)
    titles = {each.form_id: queries.get_form(session, each.form_id) for each in found}
    return render_template("staff/forms/proposals.html", waiting=found, titles=titles)


@blueprint.get("/members/<int:member_id>/forms/<int:proposal_id>")
@guards.staff(permissions.MEMBERS_CHANGE)
def form_proposal(member_id: int, proposal_id: int) -> str:
    """One: what would change, answer by answer."""
    return _proposal(_waiting(member_id, proposal_id), Form())


@blueprint.post("/members/<int:member_id>/forms/<int:proposal_id>/confirm")
@guards.staff(permissions.MEMBERS_CHANGE)
def confirm_form_proposal(member_id: int, proposal_id: int) -> ResponseReturnValue:
    """Take over what was ticked; the others change nothing."""
    sent, at = _waiting(member_id, proposal_id), clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.confirm_proposal(session, proposal_id, data["questions"], actor=edge.actor(), at=at)
        toasts.say(_("记下了"))
        return redirect(url_for("staff.member", member_id=member_id), 303)

    values = {"questions": request.form.getlist("questions[]")}
    return forms.submit(ProposalConfirmIn, perform, lambda form: _proposal(sent, form), values=values)


@blueprint.post("/members/<int:member_id>/forms/<int:proposal_id>/refuse")
@guards.staff(permissions.MEMBERS_CHANGE)
def refuse_form_proposal(member_id: int, proposal_id: int) -> ResponseReturnValue:
    """It is not theirs."""
    _waiting(member_id, proposal_id)
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.refuse_proposal(session, proposal_id, actor=edge.actor(), at=at)
        toasts.say(_("没有采用，填的内容删掉了"))
        return redirect(url_for("staff.member", member_id=member_id), 303)

    return edge.write(effect)


def _waiting(member_id: int, proposal_id: int) -> SubmissionCard:
    found = queries.find_waiting(edge.read(), proposal_id, member_id=member_id)
    if found is None or not edge.actor().sees_store(found.store_id):
        raise FormNotFound
    return found


def _proposal(sent: SubmissionCard, form: Form) -> str:
    session, actor = edge.read(), edge.actor()
    return page(
        "proposal",
        card=seen(sent.member_id or 0),
        sent=sent,
        form=form,
        title=queries.get_form(session, sent.form_id),
        differences=queries.list_differences(session, sent, actor=actor),
    )
