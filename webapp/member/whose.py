"""这是您的会员卡吗？ Who comes in by a code after a long silence says whether the card is theirs: the number may have a new owner."""

from flask import Response, render_template, request
from flask import session as form_session
from flask.typing import ResponseReturnValue
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.fields import Text
from services.shared.words import N_
from services.signin import commands
from services.signin.errors import QuestionOver
from services.signin.queries.silence import find_phone_question, get_hint
from webapp.member import blueprint
from webapp.member.signin import device_here, let_in
from webapp.web import edge, forms, guards, links, passkeys, people


class WhoseIn(Schema):
    """The answer, and where somebody was going."""

    answer = Text(required=True, validate=validate.OneOf(("mine", "others"), error=N_("请从列表里选")))
    next = Text(load_default="")


@blueprint.get("/sign-in/whose")
@guards.public("the door of the member app: asked of the browser that had the right code")
def whose_card() -> ResponseReturnValue:
    """The question, with the first character of a name and a year. Raises QuestionOver."""
    question = find_phone_question(edge.read(), str(form_session.get("csrf_token", "")), at=clock.now())
    if question is None:
        raise QuestionOver
    hint = get_hint(edge.read(), question)
    response = Response(render_template("member/whose.html", hint=hint, next=request.args.get("next", "")))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/sign-in/whose")
@guards.public("the door of the member app: asked of the browser that had the right code")
def answer_whose() -> ResponseReturnValue:
    """是我 comes in, as on a new phone; 不是我 frees the number, and reads how to get a card of their own. Raises QuestionOver."""
    at, data, asker = clock.now(), forms.load(WhoseIn, forms.typed()), passkeys.this_browser()
    actor, known, device = edge.actor(), request.cookies.get(people.KNOWN_COOKIE, ""), device_here()

    def effect(session: Session) -> Response:
        if data["answer"] == "others":
            commands.disclaim_card(session, browser=asker, actor=actor, at=at)
            return links.to("member.no_card")
        member_id = commands.claim_card(session, browser=asker, known=known, device=device, actor=actor, at=at)
        return let_in(session, member_id, links.go_on(data["next"], "member"), at, by_code=True)

    try:
        return edge.write(effect, keyed=False)
    except QuestionOver:
        return links.to("member.sign_in")


@blueprint.get("/sign-in/no-card")
@guards.public("words for who has a number that was somebody else's")
def no_card() -> str:
    """The number is free: how to get a card of one's own."""
    return render_template("member/no_card.html")
