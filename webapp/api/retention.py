"""/retention: members who were not seen for long, and what is done about them."""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from services.privacy import commands, queries
from services.privacy.permissions import MEMBERS_ERASE
from services.privacy.schemas import ChosenIn, CountOut, ProposalOut, ShownIn
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_retention", __name__, description="保留期限 Retention")


@blueprint.get("/retention/proposals")
@blueprint.listing(ProposalOut, "shown")
@guards.api(MEMBERS_ERASE)
def list_proposals() -> Response:
    """Who was not seen for as many months as the shop has set (`retention.months`), as of last night; who came back since is missing.
    `?shown=` is proposed, held (something speaks against it), kept or chosen."""
    shown, session, at = forms.load(ShownIn, request.args)["shown"], edge.read(), clock.now()
    return shape.page(
        ProposalOut, lambda after, limit: queries.list_proposals(session, shown, at=at, after=after, limit=limit)
    )


@blueprint.post("/retention/erasures")
@blueprint.response(202, CountOut)
@blueprint.takes(ChosenIn)
@guards.api(MEMBERS_ERASE)
def erase_proposed() -> Response:
    """Let the worker erase these members within a minute, one by one, for a `reason`; who came back or has something left until then is
    spared. Who is not proposed is left out; 422 where nobody is."""
    return _decide(commands.choose_for_erasure, 202)


@blueprint.post("/retention/keeps")
@blueprint.response(201, CountOut)
@blueprint.takes(ChosenIn)
@guards.api(MEMBERS_ERASE)
def keep_proposed() -> Response:
    """Keep these members, for a `reason`: they are proposed again after as many months as the shop has set (`retention.keep_months`)."""
    return _decide(commands.keep_members, 201)


def _decide(command: Callable[..., int], status: int) -> Response:
    data, at, actor = shape.body(ChosenIn), clock.now(), edge.actor()

    def effect(session: Session) -> Any:
        count = command(session, data["members"], data["reason"], actor=actor, at=at)
        return shape.one(CountOut, {"members": count}, status)

    return edge.write(effect)
