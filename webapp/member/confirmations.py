"""收银台在问: whether up to so much of mine may be spent now. The counter waits for the answer."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.actors import SYSTEM
from services.shared.refusals import NotFound
from services.signin import commands, queries
from services.signin.queries import ProofView
from services.stores.queries import get_store
from webapp.member import blueprint
from webapp.web import edge, guards, people, toasts


@blueprint.get("/confirmations/<int:proof_id>")
@guards.member
def confirmation(proof_id: int) -> str:
    """What is asked, by which store. Somebody else's does not exist."""
    session, proof = edge.read(), _mine(proof_id)
    return render_template(
        "member/confirmation.html",
        proof=proof,
        store=get_store(session, proof.store_id, actor=SYSTEM),
        cooling=queries.find_cool_down(session, proof.member_id, at=clock.now()),
    )


@blueprint.post("/confirmations/<int:proof_id>")
@guards.member
def answer_confirmation(proof_id: int) -> ResponseReturnValue:
    """Yes or no. An answer that comes too late says so."""
    agrees, at, member_id = request.form.get("answer") == "yes", clock.now(), _mine(proof_id).member_id

    def effect(session: Session) -> ResponseReturnValue:
        commands.confirm_proof(session, proof_id, member_id, agrees=agrees, actor=edge.actor(), at=at)
        return redirect(url_for("member.confirmation", proof_id=proof_id), 303)

    try:
        return edge.write(effect)
    except NotFound:
        toasts.say(_("这次确认已经结束了"))
        return redirect(url_for("member.confirmation", proof_id=proof_id), 303)


def _mine(proof_id: int) -> ProofView:
    proof = queries.get_proof(edge.read(), proof_id, at=clock.now())
    if proof.member_id != people.member().id or proof.way != "app":
        raise NotFound("proof_not_found")
    return proof
