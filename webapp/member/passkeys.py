"""通行密钥: members come in with a passkey, and keep their own."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.actors import Actor
from services.signin import commands, queries
from services.signin.schemas import PasskeyNameIn
from webapp.member import blueprint
from webapp.web import cookies, edge, forms, guards, passkeys, people, toasts
from webapp.web.forms import Form


@blueprint.post("/sign-in/passkey/options")
@guards.public("the door of the member app")
def ask_passkey() -> Response:
    """What a browser at the door is to sign."""
    return passkeys.ask_to_sign_in("member")


@blueprint.post("/sign-in/passkey")
@guards.public("the door of the member app: the signature is the secret")
def use_passkey() -> Response:
    """Come in with a passkey."""
    at, browser = clock.now(), request.user_agent.string

    def let_in(session: Session, member_id: int, onward: str) -> Response:
        former = people.person()
        if former is not None and former.session_id is not None:  # a new sign-in ends the old one of this browser
            commands.revoke_member_session(session, former.session_id, actor=former.actor, at=at)
        actor = Actor("member", member_id, origin=people.origin())
        secret = commands.open_member_session(session, member_id, browser=browser, actor=actor, at=at)
        return cookies.give(passkeys.go_on(onward), people.MEMBER_COOKIE, secret)

    return passkeys.sign_in("member", let_in)


@blueprint.get("/me/passkeys")
@guards.member
def own_passkeys() -> str:
    """My passkeys."""
    return _page(Form())


@blueprint.post("/me/passkeys/options")
@guards.member
def ask_for_passkey() -> Response:
    """What my browser is to make a passkey with."""
    passkeys.sent(PasskeyNameIn)
    member = people.member()
    return passkeys.ask_for_passkey(f"{member.name or member.number} · {_('会员')}")


@blueprint.post("/me/passkeys")
@guards.member
def add_passkey() -> Response:
    """Keep the passkey that my browser made."""
    return passkeys.add_passkey(url_for("member.own_passkeys"))


@blueprint.post("/me/passkeys/<int:passkey_id>")
@guards.member
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Call it otherwise."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.rename_passkey(session, passkey_id, data, actor=actor, at=at)
        toasts.say(_("已保存"))
        return redirect(url_for("member.own_passkeys"), 303)

    return forms.submit(PasskeyNameIn, perform, _page)


@blueprint.post("/me/passkeys/<int:passkey_id>/remove")
@guards.member
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """It opens nothing any more."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        commands.remove_passkey(session, passkey_id, actor=actor, at=at)
        toasts.say(_("通行密钥已删除"))
        return redirect(url_for("member.own_passkeys"), 303)

    return edge.write(effect)


def _page(form: Form) -> str:
    return render_template(
        "member/me/passkeys.html", form=form, passkeys=passkeys.own(), possible=queries.passkeys_are_possible()
    )
