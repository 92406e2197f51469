"""通行密钥: members come in with a passkey, and keep their own."""

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock
from services.signin import queries
from services.signin.schemas import PasskeyNameIn
from webapp.member import blueprint
from webapp.member.signin import let_in
from webapp.web import guards, passkeys, people
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
    at = clock.now()

    def come_in(session: Session, member_id: int, onward: str) -> Response:
        return let_in(session, member_id, passkeys.go_on(onward), at)

    return passkeys.sign_in("member", come_in)


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
    return passkeys.rename_passkey(passkey_id, url_for("member.own_passkeys"), _page)


@blueprint.post("/me/passkeys/<int:passkey_id>/remove")
@guards.member
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """It opens nothing any more."""
    return passkeys.remove_passkey(passkey_id, url_for("member.own_passkeys"))


def _page(form: Form) -> str:
    return render_template(
        "member/me/passkeys.html", form=form, passkeys=passkeys.own(), possible=queries.passkeys_are_possible()
    )
