"""/proofs: a member agrees that something of theirs is spent."""

from datetime import datetime

from flask import Response
from sqlalchemy.orm import Session

from services.members.queries import get_member
from services.shared import clock, limits
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.signin import commands, permissions, queries
from services.signin.queries import ProofView
from services.signin.schemas import AnswerIn, ProofCodeIn, ProofIn, ProofOut
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people

blueprint = Blueprint("api_proofs", __name__, description="使用确认 Proofs")
PINS = limits.Rule("wallet_pin:member", most=5, seconds=900)
ASKED = limits.Rule("proofs:member", most=10, seconds=600)


@blueprint.post("/proofs")
@blueprint.response(201, ProofOut)
@blueprint.takes(ProofIn)
@guards.api(permissions.PROOFS_CREATE)
def create_proof() -> Response:
    """Ask the member in the app, send a one-time code, take the wallet PIN, or answer for the member (`override`: reason, permission)."""
    data, at, actor = shape.body(ProofIn), clock.now(), edge.actor()
    subject = f"member:{data['member_id']}"
    edge.spend(ASKED, subject, at=at)
    is_right = data["way"] != "pin" or _knows_pin(data["member_id"], data["pin"], at)

    def effect(session: Session) -> Response:
        member = get_member(session, data["member_id"])
        if not is_right:
            raise Invalid({"pin": [N_("支付密码不对")]})
        proof_id = _ask(session, member.id, data, actor, at)
        return shape.one(ProofOut, queries.get_proof(session, proof_id, at=at), 201)

    return edge.write(effect)


@blueprint.get("/proofs/p_<int:proof_id>")
@blueprint.response(200, ProofOut)
@guards.api(permissions.PROOFS_CREATE)
def get_proof(proof_id: int) -> Response:
    """Whether the member has answered."""
    return shape.one(ProofOut, _seen(edge.read(), proof_id, edge.actor(), clock.now()))


@blueprint.post("/proofs/p_<int:proof_id>/confirmations")
@blueprint.response(200, ProofOut)
@blueprint.takes(ProofCodeIn)
@guards.api(permissions.PROOFS_CREATE)
def confirm_proof(proof_id: int) -> Response:
    """The code that the member says: 422 when it is wrong, and after five wrong ones the proof is dead."""
    at, actor = clock.now(), edge.actor()
    _seen(edge.read(), proof_id, actor, at)
    data = shape.body(ProofCodeIn)

    def effect(session: Session) -> Response:
        commands.enter_proof_code(session, proof_id, data["code"], actor=actor, at=at)
        return shape.one(ProofOut, queries.get_proof(session, proof_id, at=at))

    answer = edge.write(effect)
    if answer.get_json()["state"] == "asked":  # the wrong try is counted, so it had to be committed
        raise Invalid({"code": [N_("确认码不对，请会员再看一次")]})
    return answer


@blueprint.post("/me/confirmations/<int:proof_id>")
@blueprint.response(200, ProofOut)
@blueprint.takes(AnswerIn)
@guards.api_member
def answer_proof(proof_id: int) -> Response:
    """My answer to a counter that asks whether it may use something of mine."""
    at, member = clock.now(), people.member()
    if queries.get_proof(edge.read(), proof_id, at=at).member_id != member.id:
        raise NotFound("proof_not_found")
    data = shape.body(AnswerIn)

    def effect(session: Session) -> Response:
        commands.confirm_proof(session, proof_id, member.id, agrees=data["agrees"], actor=edge.actor(), at=at)
        return shape.one(ProofOut, queries.get_proof(session, proof_id, at=at))

    return edge.write(effect)


def _knows_pin(member_id: int, pin: str, at: datetime) -> bool:
    """Whether the member typed the right PIN; every wrong one counts, and after five a quarter of an hour must pass."""
    edge.spend(PINS, f"member:{member_id}", at=at)
    right = queries.check_wallet_pin(edge.read(), member_id, pin)
    if right:
        edge.clear(PINS, f"member:{member_id}")
    return right


def _ask(session: Session, member_id: int, data: dict[str, object], actor: Actor, at: datetime) -> int:
    most, store_id = int(str(data["most"])), int(str(data["store_id"]))
    if data["way"] == "pin":
        return commands.note_pin_proof(session, member_id, most, store_id=store_id, actor=actor, at=at).id
    if data["way"] == "code":
        return commands.send_proof_code(session, member_id, most, store_id=store_id, actor=actor, at=at).id
    ask = commands.override_proof if data["way"] == "override" else commands.ask_for_confirmation
    return ask(session, member_id, most, str(data["reason"]), store_id=store_id, actor=actor, at=at).id


@blueprint.delete("/members/<int:member_id>/wallet-pin")
@blueprint.response(204)
@guards.api(permissions.PROOFS_OVERRIDE)
def erase_wallet_pin(member_id: int) -> Response:
    """Take a forgotten PIN away; the member chooses a new one in the app."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> tuple[str, int]:
        commands.erase_wallet_pin(session, get_member(session, member_id).id, actor=actor, at=at)
        return "", 204

    return edge.write(effect)


def _seen(session: Session, proof_id: int, actor: Actor, at: datetime) -> ProofView:
    """A proof of a store that this actor works in. Raises NotFound for any other."""
    proof = queries.get_proof(session, proof_id, at=at)
    if not actor.may(permissions.PROOFS_CREATE, proof.store_id):
        raise NotFound("proof_not_found")
    return proof
