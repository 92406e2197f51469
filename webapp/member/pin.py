"""支付密码: the six digits that I type at a counter to spend what is stored."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock
from services.signin import commands, queries
from services.signin.schemas import PinIn
from webapp.member import blueprint
from webapp.web import edge, forms, guards, people, toasts, wallet_pins
from webapp.web.forms import Form


@blueprint.get("/me/pin")
@guards.member
def wallet_pin() -> str:
    """Choose a PIN, or another one."""
    return _page(Form())


@blueprint.post("/me/pin")
@guards.member
def change_wallet_pin() -> ResponseReturnValue:
    """Keep the new PIN. A former one has to be known."""
    at, member_id = clock.now(), people.member().id

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.change_wallet_pin(session, member_id, data["hash"], actor=edge.actor(), at=at)
        toasts.say(_("支付密码设好了"))
        return redirect(url_for("member.me"), 303)

    def first(data: dict[str, Any]) -> None:
        if queries.has_wallet_pin(edge.read(), member_id):
            wallet_pins.require_pin("current", data["current"], at=at)
        data["hash"] = commands.hash_pin(data["pin"])

    return forms.submit(PinIn, perform, _page, first=first)


def _page(form: Form) -> str:
    return render_template("member/me/pin.html", form=form, has=queries.has_wallet_pin(edge.read(), people.member().id))
