"""我的 Me: who I am, what I agreed to, language, installing, notifications, signing out."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.members import commands, queries
from services.members.queries import MemberCard
from services.members.schemas import ProfileIn
from services.shared import clock
from services.shared.fields import Text
from services.shared.words import N_
from webapp.member import blueprint
from webapp.web import edge, forms, guards, i18n, own_fields, toasts
from webapp.web.forms import Form


class LanguageIn(Schema):
    """The language of the member app."""

    language = Text(required=True, validate=validate.OneOf(i18n.LANGUAGES, error=N_("请从列表里选")))


@blueprint.get("/me")
@guards.member
def me() -> str:
    """The tab 我的."""
    return _me(Form())


@blueprint.get("/me/edit")
@guards.member
def edit_me() -> str:
    """The own profile, in fields."""
    card = _card()
    birthday = asdict(card.birthday) if card.birthday else {}
    values = {name: getattr(card, name) for name in ("name", "gender", "wechat_id")}
    answered = own_fields.in_form(own_fields.filled("member", card.id))
    return _edit(Form(values | {f"birthday_{name}": value for name, value in birthday.items()} | answered))


@blueprint.post("/me/edit")
@guards.member
def change_me() -> ResponseReturnValue:
    """Keep what was changed."""
    return _change(ProfileIn, _("保存好了"), _edit)


@blueprint.post("/me/language")
@guards.member
def change_language() -> ResponseReturnValue:
    """Speak this language from now on, on every device."""
    return _change(LanguageIn, _("语言换好了"), _me)


def _change(schema: type[Schema], said: str, again: Any) -> ResponseReturnValue:
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.change_own_profile(session, data, actor=actor, at=at)
        toasts.say(said)
        return redirect(url_for("member.me"), 303)

    return forms.submit(schema, perform, again)


def _card() -> MemberCard:
    return queries.get_member(edge.read(), edge.actor().id or 0)


def _me(form: Form) -> str:
    card = _card()
    return render_template("member/me/me.html", card=card, form=form, answers=own_fields.filled("member", card.id))


def _edit(form: Form) -> str:
    return render_template("member/me/edit.html", card=_card(), form=form, own_fields=own_fields.asked("member"))
