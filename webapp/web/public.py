"""Pages without login: the registration page of a link."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.coupons import queries as coupons
from services.members import commands, queries
from services.members.errors import PhoneTaken
from services.members.queries import LinkCard
from services.members.schemas import RegistrationIn
from services.shared import clock, limits
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import TooMany
from services.signin import commands as signin
from services.stores import queries as stores
from webapp.web import cookies, coupon_words, edge, forms, guards, people, toasts
from webapp.web.forms import Form

blueprint = Blueprint("public", __name__)
PER_ADDRESS = limits.Rule("registrations", most=60, seconds=3600)  # a shop's Wi-Fi is one address for all its guests
REPLAY = timedelta(minutes=10)  # how long a repeated form still signs in


@blueprint.get("/")
@guards.public("the address of the shop: members are the many")
def index() -> ResponseReturnValue:
    """Members come in here."""
    return redirect("/member/", 302)


@blueprint.get("/join/<code>")
@guards.public("people join by this link before they have any account")
def join(code: str) -> str:
    """The short form. Raises NotFound, or LinkArchived (410) with words."""
    return _form(queries.get_open_link(edge.read(), code), Form())


@blueprint.post("/join/<code>")
@guards.public("people join by this link before they have any account")
def register(code: str) -> ResponseReturnValue:
    """Open the card and sign its owner in. Sent twice it opens one card; at most 60 tries an hour from one address."""
    link = queries.get_open_link(edge.read(), code)
    at, actor = clock.now(), Actor("public", name="public", origin=people.origin())
    try:
        edge.spend(PER_ADDRESS, people.address(), at=at)
    except TooMany as refusal:
        return _refused(link, refusal)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        try:
            member = commands.register(session, code, data, actor=actor, at=at)
        except PhoneTaken:
            return redirect(url_for("public.known", code=code), 303)
        return edge.json_answer({"member": member.id})

    answer = make_response(forms.submit(RegistrationIn, perform, lambda form: _form(link, form)))
    return _welcome(answer) if answer.is_json else answer


@blueprint.get("/join/<code>/known")
@guards.public("says that a phone is a member already, and nothing else")
def known(code: str) -> str:
    """The way in for those who have a card already."""
    link = queries.get_open_link(edge.read(), code)
    return render_template("web/join/known.html", link=link)


@blueprint.get("/claim/<int:template_id>")
@guards.public("what a coupon is; taking it needs a signed-in member")
def claim(template_id: int) -> str:
    """The page of a claim link: the coupon, and the way to take it. Raises TemplateNotFound for one that is not for claiming."""
    template = coupons.get_claimable(edge.read(), template_id)
    terms = coupons.terms_of(template)
    full = template.stock is not None and template.issued >= template.stock
    return render_template(
        "web/claim.html",
        template=template,
        terms=terms,
        names=coupon_words.names_of([terms]),
        open=template.paused_at is None and not full,
    )


def _form(link: LinkCard, form: Form) -> str:
    store = stores.get_store(edge.read(), link.store_id, actor=SYSTEM)
    return render_template("web/join/form.html", link=link, form=form, store=store)


def _refused(link: LinkCard, refusal: TooMany) -> Response:
    form = Form(forms.typed())
    form.put_right(refusal)
    answer = make_response(_form(link, form), refusal.status)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _welcome(answer: Response) -> ResponseReturnValue:
    """Sign in who has just joined. The stored answer carries an id and no secret, so a repeated form may sign in again, for a while:
    until somebody proves that the phone is theirs."""
    member = queries.get_member(edge.read(), answer.get_json()["member"])
    if clock.now() - member.joined_at > REPLAY or member.phone_verified_at is not None:
        return redirect("/member/", 303)
    actor, at = Actor("member", member.id, member.name, origin=people.origin()), clock.now()
    response, known = cookies.give_known(make_response(redirect("/member/", 303)))

    def effect(session: Session) -> Response:
        browser = request.user_agent.string
        token = signin.open_member_session(session, member.id, known=known, browser=browser, actor=actor, at=at)
        return cookies.give(response, people.MEMBER_COOKIE, token)

    with_cookie = edge.write(effect, keyed=False)
    toasts.say(_("欢迎加入，这是您的会员码"))
    return with_cookie
