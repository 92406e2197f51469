"""/staff/password and /me/wallet-pin: what only one person knows, changed by that person."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.identity.schemas import OwnPasswordIn
from services.shared import clock
from services.signin import commands, queries
from services.signin.schemas import PinIn
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import cookies, edge, guards, people, wallet_pins
from webapp.web.own_password import require_own_password

blueprint = Blueprint("api_account", __name__, description="自己的密码 Own secrets")


class WalletPinOut(Schema):
    """Whether the member has a PIN for spending what is stored."""

    has_pin = fields.Boolean()


@blueprint.put("/staff/password")
@blueprint.response(204)
@blueprint.takes(OwnPasswordIn)
@blueprint.unkeyed
@guards.api_staff
def change_own_password() -> Response:
    """My new password, with the present one beside it. Other sessions of mine end; this one goes on under a new cookie. 422
    `wrong_password`, 429 together with guesses at the door."""
    data, (person, session_id), at = shape.body(OwnPasswordIn), people.signed_in(), clock.now()
    require_own_password(data["present"], field="present")
    fresh: list[str] = []

    def effect(session: Session) -> Response:
        told: dict[str, Any] = {"keep": session_id, "actor": person.actor, "at": at}
        fresh.append(commands.set_password(session, int(person.actor.id or 0), data["password"], **told))
        return Response(status=204)

    return cookies.give(edge.write(effect, keyed=False), people.STAFF_COOKIE, fresh[0])


@blueprint.get("/me/wallet-pin")
@blueprint.response(200, WalletPinOut)
@guards.api_member
def get_own_wallet_pin() -> Response:
    """Whether I have a wallet PIN."""
    return shape.one(WalletPinOut, {"has_pin": queries.has_wallet_pin(edge.read(), people.member().id)})


@blueprint.put("/me/wallet-pin")
@blueprint.response(204)
@blueprint.takes(PinIn)
@guards.api_member
def change_own_wallet_pin() -> Response:
    """Choose the PIN that I type at a counter. A former one has to be known (`current`); wrong ones are counted: 429."""
    data, at, member_id = shape.body(PinIn), clock.now(), people.member().id
    if queries.has_wallet_pin(edge.read(), member_id):
        wallet_pins.require_pin("current", data["current"], at=at)
    pin_hash = commands.hash_pin(data["pin"])

    def effect(session: Session) -> Response:
        commands.change_wallet_pin(session, member_id, pin_hash, actor=edge.actor(), at=at)
        return Response(status=204)

    return edge.write(effect)
