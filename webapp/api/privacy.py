"""/me/export, /me/erasure, /members/{id}/erasure: taking one's data along, and erasing a member."""

from flask import Response
from sqlalchemy.orm import Session

from services.privacy import commands
from services.privacy.permissions import MEMBERS_ERASE
from services.privacy.schemas import ErasureIn, OwnDataOut, OwnErasureIn
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, own_data, people, wallet_pins

blueprint = Blueprint("api_privacy", __name__, description="隐私 Privacy")


@blueprint.post("/me/erasure")
@blueprint.response(204)
@blueprint.takes(OwnErasureIn)
@guards.api_member
def erase_me() -> Response:
    """Erase the member who asks: everything personal goes and every session ends, orders and ledgers stay. `word` is 注销 or erase. 409
    `wallet_not_empty` while money that was paid in is there, unless `give_up`. Where anything is stored it takes the wallet PIN (`pin`) or,
    without one, a sign-in within the last hour (422 `sign_in_again`)."""
    data = shape.body(OwnErasureIn)
    wallet_pins.require_owner_of_money(data["pin"], at=clock.now())
    return _erase(people.member().id, give_up=data["give_up"])


@blueprint.get("/me/export")
@blueprint.response(200, OwnDataOut)
@guards.api_member
def export_me() -> Response:
    """Everything the shop knows of the member who asks, table by table. That it was taken is written down."""
    return edge.json_answer(own_data.take("json"))


@blueprint.post("/members/<int:member_id>/erasure")
@blueprint.response(204)
@blueprint.takes(ErasureIn)
@guards.api(MEMBERS_ERASE)
def erase_member(member_id: int) -> Response:
    """Erase a member who asked for it, for a `reason`. Done again it changes nothing. 409 `wallet_not_empty` as above."""
    return _erase(member_id, **shape.body(ErasureIn))


def _erase(member_id: int, *, give_up: bool, reason: str = "") -> Response:
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> tuple[str, int]:
        commands.erase_member(session, member_id, give_up=give_up, reason=reason, actor=actor, at=at)
        return "", 204

    return edge.write(effect)
