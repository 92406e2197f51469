"""填表单: the page behind a form's link. Who is signed in as a member fills it in for themselves; from anybody else the answer is the same
whether their phone is known or not."""

import hmac
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.forms import commands, queries
from services.forms.queries import OpenForm
from services.forms.rules.answers import name_of
from services.forms.rules.documents import Question
from services.members.queries import get_member
from services.shared import clock, limits, phones, runtime
from services.shared.actors import Actor
from services.shared.refusals import TooMany
from services.shared.words import N_
from webapp.web import edge, forms, guards, own_fields, people
from webapp.web.forms import Form, Nothing

blueprint = Blueprint("public_forms", __name__)
PER_ADDRESS = limits.Rule("forms:address", most=60, seconds=3600)  # a shop's Wi-Fi is one address for all its guests
PER_LINK = limits.Rule("forms:link", most=600, seconds=3600)
PER_PHONE = limits.Rule("forms:phone", most=5, seconds=86400)
TRAP = "website"  # a field that people do not see
LEAST = 2  # seconds in which nobody fills in a form
LATEST = 86400  # seconds for which a page may be left open
BEGAN = "began"


@blueprint.get("/f/<form_token>")
@guards.public("whoever was handed the link or its QR fills in the form")
def form_page(form_token: str) -> Response:
    """The form. Raises FormNotFound, FormOver (410) with words."""
    opened = queries.get_open_form(edge.read(), form_token)
    return _fresh(_page(opened, Form(_known(opened))))


@blueprint.post("/f/<form_token>")
@guards.public("whoever was handed the link or its QR fills in the form")
def submit(form_token: str) -> ResponseReturnValue:
    """Take it. Machines that fill in what nobody sees hear thanks, too."""
    queries.get_open_form(edge.read(), form_token)  # first: a try is counted by links that there are
    typed, at, actor = forms.typed(), clock.now(), _actor()
    if typed.get(TRAP):
        return redirect(url_for("public_forms.done", form_token=form_token), 303)

    def perform(session: Session, _data: dict[str, Any]) -> ResponseReturnValue:
        commands.submit_form(session, form_token, typed, actor=actor, at=at)
        return redirect(url_for("public_forms.done", form_token=form_token), 303)

    counted: list[str] = []

    def first(_data: dict[str, Any]) -> None:
        counted.extend(_count(form_token, typed, at))

    def again(form: Form) -> str:
        return _page(queries.get_open_form(edge.read(), form_token), form)

    answer = make_response(forms.submit(Nothing, perform, again, first=first))
    if answer.status_code == 422:
        for phone in counted:  # a slip is no try
            edge.give_back(PER_PHONE, phone, at=at)
    return _fresh(answer)


@blueprint.get("/f/<form_token>/done")
@guards.public("says thanks, the same to everybody")
def done(form_token: str) -> str:
    """Thanks."""
    opened = queries.get_open_form(edge.read(), form_token)
    return render_template("web/forms/done.html", form=opened.form, token=form_token)


def _actor() -> Actor:
    """A member who is signed in, else anybody: staff who open a link do so as a guest would."""
    found = edge.actor()
    return found if found.kind == "member" else Actor("public", name="public", origin=people.origin())


def _count(token: str, typed: dict[str, Any], at: datetime) -> list[str]:
    """Count this try by address, link and phone; the phone, where there is one. Raises TooMany."""
    _require_time(str(typed.get(BEGAN, "")), at)
    edge.spend(PER_ADDRESS, people.address(), at=at)
    edge.spend(PER_LINK, token, at=at)
    try:
        phone = phones.read_phone(str(typed.get("phone", "")))
    except ValueError:
        return []
    edge.spend(PER_PHONE, phone, at=at)
    return [phone]


def _require_time(began: str, at: datetime) -> None:
    """Raise TooMany where the page was opened a moment ago, too long ago, or never."""
    moment, _dot, mac = began.partition(".")
    if not _signed(moment, mac) or not LEAST <= at.timestamp() - int(moment) <= LATEST:
        raise TooMany("too_quick", N_("请再按一次提交，填的内容都还在"), retry_after=LEAST)


def _signed(moment: str, mac: str) -> bool:
    return hmac.compare_digest(mac.encode(), _mac(moment).encode())


def _mac(moment: str) -> str:
    return runtime.keys().sign("form-page", moment.encode()).hex()


def _began() -> str:
    """When this page was first opened, as the page carries it; what somebody made up begins anew."""
    sent, now = request.form.get(BEGAN, ""), int(clock.now().timestamp())
    moment, _dot, mac = sent.partition(".")
    good = _signed(moment, mac) and now - int(moment) <= LATEST
    return sent if good else f"{now}.{_mac(str(now))}"


def _page(opened: OpenForm, form: Form) -> str:
    person = people.person()
    return render_template(
        "web/forms/form.html",
        opened=opened,
        form=form,
        began=_began(),
        trap=TRAP,
        member=person.member if person else None,
    )


def _known(opened: OpenForm) -> dict[str, Any]:
    """What a member who is signed in has told before, in the fields of this form."""
    person = people.person()
    if person is None or person.member is None:
        return {}
    card = get_member(edge.read(), person.member.id)
    held = own_fields.in_form(own_fields.filled("member", card.id))
    birthday = vars(card.birthday) if card.birthday else {}
    found: dict[str, Any] = {f"birthday_{name}": value for name, value in birthday.items()}
    for question in opened.document:
        found[name_of(question)] = _told(question, card, held)
    return {name: value for name, value in found.items() if value is not None}


def _told(question: Question, card: Any, held: dict[str, Any]) -> Any:
    if question.kind in {"name", "gender"}:
        return getattr(card, question.kind)
    return held.get(f"{own_fields.PREFIX}{question.field}") if question.kind == "own" else None


def _fresh(answer: Any) -> Response:
    """Never kept by a browser or a proxy: what was typed stands in it."""
    response: Response = make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
