"""/tokens: programs that may use this API."""

from flask import Response
from sqlalchemy.orm import Session

from services import wiring
from services.identity import commands, queries
from services.identity.permissions import TOKENS_CREATE
from services.identity.schemas import NewTokenOut, TokenIn, TokenOut
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards

blueprint = Blueprint("api_tokens", __name__, description="接口令牌 Tokens of programs")


@blueprint.get("/tokens")
@blueprint.listing(TokenOut, paged=False)
@guards.api(TOKENS_CREATE)
def list_tokens() -> Response:
    """Every token, those that open something first; never what they are."""
    return edge.json_answer({"items": TokenOut(many=True).dump(queries.list_tokens(edge.read())), "next": None})


@blueprint.post("/tokens")
@blueprint.response(201, NewTokenOut)
@blueprint.takes(TokenIn)
@blueprint.unkeyed
@guards.api(TOKENS_CREATE)
def create_token() -> Response:
    """A token, told this once. Nobody gives what they do not hold (422)."""
    data, at, actor = shape.body(TokenIn), clock.now(), edge.actor()
    stores = None if data["all_stores"] else data["stores"]

    def effect(session: Session) -> Response:
        row, clear = commands.create_token(
            session, data["name"], data["scopes"], stores, known=wiring.PERMISSIONS, actor=actor, at=at
        )
        return edge.json_answer({**TokenOut().dump(row), "token": clear}, 201)

    return edge.write(effect, keyed=False)


@blueprint.delete("/tokens/<int:token_id>")
@blueprint.response(204)
@guards.api(TOKENS_CREATE)
def revoke_token(token_id: int) -> Response:
    """It opens nothing any more."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.revoke_token(session, token_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)
