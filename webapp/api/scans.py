"""/scans."""

from datetime import datetime

from flask import Response

from services.checkout.commands import scans
from services.checkout.errors import CodeNotHere
from services.checkout.schemas import ScanIn, ScanOut
from services.shared import clock
from services.shared.actors import Actor
from services.signin import commands as signin
from services.signin.errors import CodeUnknown
from services.signin.permissions import SCANS_CREATE
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards

blueprint = Blueprint("api_scans", __name__, description="扫码 Scans")


@blueprint.post("/scans")
@blueprint.response(200, ScanOut)
@blueprint.takes(ScanIn)
@guards.api(SCANS_CREATE)
def create_scan() -> Response:
    """What a code is: a member's live code (spendable, once), a member number, a product, a receipt, a coupon.

    404 `code_unknown`, 409 `code_used`, 410 `code_expired`, 422 `clock_skew` with the seconds, 429 after too many guesses.
    """
    data, at, actor = shape.body(ScanIn), clock.now(), edge.actor()
    code = data["code"]
    _require_room(code, actor, at)
    try:
        return edge.write(
            lambda session: shape.one(ScanOut, scans.resolve(session, code, data["store_id"], actor=actor, at=at))
        )
    except CodeUnknown:
        edge.done_reading()
        signin.note_wrong_code(code, actor=actor, at=at)
        raise
    except CodeNotHere:
        if scans.is_short_code(code):
            edge.spend(scans.WRONG_CODES, actor.scope, at=at)
        raise


def _require_room(code: str, actor: Actor, at: datetime) -> None:
    """Raise TooMany where somebody is guessing: those limits have transactions of their own, so they come first."""
    if scans.is_member_code(code):
        edge.done_reading()
        signin.require_room_for_guess(code, actor=actor, at=at)
    elif scans.is_short_code(code):
        edge.require_room(scans.WRONG_CODES, actor.scope, at=at)
