"""恢复码: an owner's ten codes on paper, the one that a manager shows a colleague, and the way in with one of them."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError, validate, validates_schema
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.identity.schemas import NewPasswordIn
from services.shared import clock
from services.shared.fields import Text
from services.shared.refusals import Refusal
from services.shared.words import N_
from services.signin import commands
from services.signin.errors import OwnersOnly, WrongRecoveryCode
from services.signin.permissions import STAFF_RECOVER
from webapp.staff import blueprint
from webapp.staff.second_steps import WRONG, PasswordForm, prove_second_step, view
from webapp.staff.signin import GUESSES_FROM
from webapp.web import edge, forms, guards, links, people, toasts
from webapp.web.forms import Form
from webapp.web.own_password import GUESSES, require_own_password


class FreshCodesForm(PasswordForm):
    """What makes new codes: the password, and a code of the app where there is one."""

    code = Text(load_default="", validate=validate.Length(max=24))


class RecoverForm(NewPasswordIn):
    """User name, the code, and the new password, twice."""

    username = Text(required=True, validate=validate.Length(max=64))
    code = Text(required=True, validate=validate.Length(max=24))
    again = Text(required=True, validate=validate.Length(max=256))

    @validates_schema(skip_on_field_errors=True)
    def _is_the_same(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["password"] != data["again"]:
            raise ValidationError(N_("两次不一样"), "again")


@blueprint.get("/account/recovery-codes")
@guards.staff()
def recovery_codes() -> str:
    """How many of my codes are left; only owners have any."""
    return _page(Form())


@blueprint.post("/account/recovery-codes")
@guards.staff()
def make_recovery_codes() -> ResponseReturnValue:
    """Ten fresh codes, shown this once; what was printed before is worth nothing."""
    values = forms.typed()
    try:
        data = forms.load(FreshCodesForm, values)
        codes = fresh_codes(data["password"], data["code"])
    except Refusal as refusal:
        return forms.refused(values, refusal, _page)
    username = identity.get_staff(edge.read(), int(edge.actor().id or 0)).username
    page = Response(render_template("staff/recovery_codes_paper.html", codes=codes, username=username, at=clock.now()))
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get("/recover")
@guards.public("whoever lost the way in: the code is the secret")
def recover_page() -> str:
    """The way in with a code."""
    return _recover(Form())


@blueprint.post("/recover")
@guards.public("whoever lost the way in: the code is the secret; a try is counted before it is compared")
def recover() -> ResponseReturnValue:
    """A new password for who has a code."""
    at, values, address = clock.now(), forms.typed(), people.address()
    try:
        data = forms.load(RecoverForm, values)
        name = data["username"].lower()
        edge.spend(GUESSES, name, at=at)
        edge.spend(GUESSES_FROM, address, at=at)
        answer = edge.write(lambda session: _set_password(session, data), keyed=False)
        if answer.status_code == WRONG:  # committed: the wrong try is on record
            raise WrongRecoveryCode({"code": [WrongRecoveryCode.text]})
    except Refusal as refusal:
        return forms.refused(values, refusal, _recover)
    edge.clear(GUESSES, name)
    edge.give_back(GUESSES_FROM, address, at=at)
    return answer


@blueprint.get("/people/<int:staff_id>/recovery-code")
@guards.staff(STAFF_RECOVER)
def recovery_code(staff_id: int) -> str:
    """What a code for a colleague who lost the password does, and its button."""
    return _shown(staff_id, Form())


@blueprint.post("/people/<int:staff_id>/recovery-code")
@guards.staff(STAFF_RECOVER)
def show_recovery_code(staff_id: int) -> ResponseReturnValue:
    """Make the code and show it once. Not keyed: a second tap makes another one, and the secret is stored nowhere."""
    at, actor, made = clock.now(), edge.actor(), []

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        made.append(commands.show_recovery_code(session, staff_id, actor=actor, at=at))
        return "", 204

    answer = forms.submit(forms.Nothing, perform, lambda form: _shown(staff_id, form), keyed=False)
    if not made:
        return answer
    page = Response(_shown(staff_id, Form(), made[0]))
    page.headers["Cache-Control"] = "no-store"
    return page


def fresh_codes(password: str, code: str) -> list[str]:
    """Ten fresh codes of the owner who is in and knows the password, and has the app where there is one. Raises Invalid beside
    `password` or `code`, OwnersOnly, TooMany."""
    at, actor = clock.now(), edge.actor()
    if not view().is_owner:
        raise OwnersOnly
    require_own_password(password)
    prove_second_step(code)
    answer = edge.write(
        lambda session: edge.json_answer(commands.make_recovery_codes(session, actor=actor, at=at)), keyed=False
    )  # not kept: what a stored answer says could be read again
    codes: list[str] = answer.get_json()
    return codes


def _set_password(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
    done = commands.recover_staff(
        session, data["username"], data["code"], data["password"], actor=edge.actor(), at=clock.now()
    )
    if not done:
        return "", WRONG
    toasts.say(_("新密码已生效，别的设备都退出了，请登录"))
    return links.to("staff.sign_in")


def _page(form: Form) -> str:
    return render_template("staff/recovery_codes.html", form=form, own=view())


def _shown(staff_id: int, form: Form, code: commands.ShownCode | None = None) -> str:
    card = identity.require_reach(edge.read(), staff_id, actor=edge.actor())
    return render_template("staff/people/recovery_code.html", form=form, card=card, code=code)


def _recover(form: Form) -> str:
    return render_template("staff/recover.html", form=form)
