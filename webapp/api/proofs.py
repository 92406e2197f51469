"""/proofs: a member agrees that something of theirs is spent."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services.checkout import commands as checkout
from services.checkout.queries import UNSOLD
from services.members.queries import get_member
from services.shared import clock, limits
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.signin import commands, permissions, queries
from services.signin.errors import StepUpNeeded
from services.signin.schemas import AnswerIn, ProofCodeIn, ProofIn, ProofOut
from services.stores.queries import list_open_stores
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people, proof_codes, step_up

blueprint = Blueprint("api_proofs", __name__, description="使用确认 Proofs")
PINS = limits.Rule("wallet_pin:member", most=5, seconds=900)
ASKED = limits.Rule("proofs:member", most=10, seconds=600)


@blueprint.post("/proofs")
@blueprint.response(201, ProofOut)
@blueprint.takes(ProofIn)
@guards.api(permissions.PROOFS_CREATE)
def create_proof() -> Response:
    """Ask the member in the app, send a one-time code, take the wallet PIN (`proof`: the scan or code that it comes on top of), answer
    for the member (`override`: reason, permission), or ask the holder of their household in the app (`holder`)."""
    data, at, actor = shape.body(ProofIn), clock.now(), edge.actor()
    if edge.answered() is None:  # a repeated request asks nobody again, and counts nothing
        _require_may(data, actor)
        _require_room(data, actor, at)

    def effect(session: Session) -> Response:
        return shape.one(ProofOut, queries.get_proof(session, _ask(session, data, actor, at), at=at), 201)

    return edge.write(effect)


@blueprint.get("/proofs/p_<int:proof_id>")
@blueprint.response(200, ProofOut)
@guards.api(permissions.PROOFS_CREATE)
def get_proof(proof_id: int) -> Response:
    """Whether the member has answered; only for who asked."""
    return shape.one(ProofOut, queries.get_asked_proof(edge.read(), proof_id, actor=edge.actor(), at=clock.now()))


@blueprint.post("/proofs/p_<int:proof_id>/confirmations")
@blueprint.response(200, ProofOut)
@blueprint.takes(ProofCodeIn)
@guards.api(permissions.PROOFS_CREATE)
def confirm_proof(proof_id: int) -> Response:
    """The code that the member says: 422 when it is wrong, and after five wrong ones the proof is dead."""
    at, actor = clock.now(), edge.actor()
    queries.get_asked_proof(edge.read(), proof_id, actor=actor, at=at)
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


def _require_may(data: dict[str, Any], actor: Actor) -> None:
    """Before anything is counted against the member: there is such a store and member, and this actor may ask there."""
    session = edge.read()
    if data["store_id"] not in {store.id for store in list_open_stores(session)}:
        raise Invalid({"store": [N_("没有这家门店")]})
    needed = permissions.PROOFS_OVERRIDE if data["way"] == "override" else permissions.PROOFS_CREATE
    actor.require(needed, data["store_id"])
    if step_up.is_needed_here(needed):
        raise StepUpNeeded
    get_member(session, data["member_id"])


def _require_room(data: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Count the question, and try the PIN. Only who has a base for it may guess one: nobody locks a member out who is not there."""
    subject, is_pin = f"member:{data['member_id']}", data["way"] == "pin"
    if is_pin:
        queries.require_base(
            edge.read(), data["base"], data["member_id"], data["most"], store_id=data["store_id"], unsold=UNSOLD,
            actor=actor, at=at,
        )  # fmt: skip
    if data["way"] == "code":
        proof_codes.count(data["member_id"], at)
    edge.spend(ASKED, subject, at=at)
    if is_pin:
        _require_pin(data["member_id"], data["pin"], at)


def _require_pin(member_id: int, pin: str, at: datetime) -> None:
    """The member typed the right PIN; every wrong one counts, and after five a quarter of an hour must pass. Raises Invalid."""
    edge.spend(PINS, f"member:{member_id}", at=at)
    if not queries.check_wallet_pin(edge.read(), member_id, pin):
        raise Invalid({"pin": [N_("支付密码不对")]})
    edge.clear(PINS, f"member:{member_id}")


def _ask(session: Session, data: dict[str, Any], actor: Actor, at: datetime) -> int:
    member_id, most, store_id = data["member_id"], data["most"], data["store_id"]
    if data["way"] == "pin":
        return commands.note_pin_proof(
            session, member_id, most, data["base"], store_id=store_id, unsold=UNSOLD, actor=actor, at=at
        ).id
    if data["way"] == "holder":
        return checkout.ask_holder(session, member_id, most, store_id=store_id, actor=actor, at=at).id
    if data["way"] == "code":
        return commands.send_proof_code(session, member_id, most, store_id=store_id, actor=actor, at=at).id
    ask = commands.override_proof if data["way"] == "override" else commands.ask_for_confirmation
    return ask(session, member_id, most, data["reason"], store_id=store_id, actor=actor, at=at).id


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
