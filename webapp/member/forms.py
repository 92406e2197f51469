"""是您填的吗: what somebody sent by my phone number; it is mine when I say so."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.forms import commands, queries
from services.forms.errors import FormNotFound
from services.forms.queries import SubmissionCard
from services.forms.schemas import ProposalConfirmIn
from services.shared import clock
from webapp.member import blueprint
from webapp.web import edge, forms, guards, people, toasts
from webapp.web.forms import Form


@blueprint.get("/forms/<int:proposal_id>")
@guards.member
def own_form(proposal_id: int) -> str:
    """What was sent, and what of it is not what the shop knows of me. Somebody else's does not exist."""
    return _page(_mine(proposal_id), Form())


@blueprint.post("/forms/<int:proposal_id>/confirm")
@guards.member
def confirm_own_form(proposal_id: int) -> ResponseReturnValue:
    """It was me: keep what was ticked."""
    sent, at = _mine(proposal_id), clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.confirm_proposal(session, proposal_id, data["questions"], actor=edge.actor(), at=at)
        toasts.say(_("记下了，谢谢您"))
        return redirect(url_for("member.home"), 303)

    values = {"questions": request.form.getlist("questions[]")}
    return forms.submit(ProposalConfirmIn, perform, lambda form: _page(sent, form), values=values)


@blueprint.post("/forms/<int:proposal_id>/refuse")
@guards.member
def refuse_own_form(proposal_id: int) -> ResponseReturnValue:
    """It was not me: nothing of it is kept."""
    _mine(proposal_id)
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.refuse_proposal(session, proposal_id, actor=edge.actor(), at=at)
        toasts.say(_("没有采用，填的内容删掉了"))
        return redirect(url_for("member.home"), 303)

    return edge.write(effect)


def _mine(proposal_id: int) -> SubmissionCard:
    found = queries.find_waiting(edge.read(), proposal_id, member_id=people.member().id)
    if found is None:
        raise FormNotFound
    return found


def _page(sent: SubmissionCard, form: Form) -> str:
    session = edge.read()
    return render_template(
        "member/forms/own.html",
        sent=sent,
        form=form,
        title=queries.get_form(session, sent.form_id),
        differences=queries.list_differences(session, sent, actor=edge.actor()),
    )
