"""通行密钥: staff come in with a passkey, and keep their own. Another one is added only beside the present password."""

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import validate
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.shared import clock
from services.shared.fields import Text
from services.signin import queries
from services.signin.schemas import PasskeyNameIn
from webapp.staff import blueprint
from webapp.staff.second_steps import prove_second_step, view
from webapp.staff.signin import let_in
from webapp.web import edge, guards, passkeys
from webapp.web.forms import Form
from webapp.web.own_password import require_own_password


class NewPasskeyForm(PasskeyNameIn):
    """The name of a passkey to be, and what says that it is really the owner who adds it: the password, a code where there is an app."""

    password = Text(required=True, validate=validate.Length(max=256))
    code = Text(load_default="", validate=validate.Length(max=24))


@blueprint.post("/sign-in/passkey/options")
@guards.public("the door of the staff app")
def ask_passkey() -> Response:
    """What a browser at the door is to sign."""
    return passkeys.ask_to_sign_in("staff")


@blueprint.post("/sign-in/passkey")
@guards.public("the door of the staff app: the signature is the secret")
def use_passkey() -> Response:
    """Come in with a passkey."""
    at = clock.now()

    def come_in(session: Session, staff_id: int, onward: str) -> Response:
        return let_in(session, identity.get_staff(session, staff_id), passkeys.go_on(onward), at, by="passkey")

    return passkeys.sign_in("staff", come_in)


@blueprint.get("/account/passkeys")
@guards.staff()
def own_passkeys() -> str:
    """My passkeys."""
    return _page(Form())


@blueprint.post("/account/passkeys/options")
@guards.staff()
def ask_for_passkey() -> Response:
    """What my browser is to make a passkey with, once my password was right."""
    data = passkeys.sent(NewPasskeyForm)
    staff = require_own_password(data["password"])
    prove_second_step(data["code"])
    return passkeys.ask_for_passkey(f"{staff.username} · {_('店员')}")


@blueprint.post("/account/passkeys")
@guards.staff()
def add_passkey() -> Response:
    """Keep the passkey that my browser made."""
    return passkeys.add_passkey(url_for("staff.own_passkeys"))


@blueprint.post("/account/passkeys/<int:passkey_id>")
@guards.staff()
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Call it otherwise."""
    return passkeys.rename_passkey(passkey_id, url_for("staff.own_passkeys"), _page)


@blueprint.post("/account/passkeys/<int:passkey_id>/remove")
@guards.staff()
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """It opens nothing any more."""
    return passkeys.remove_passkey(passkey_id, url_for("staff.own_passkeys"), of=edge.actor().id)


def _page(form: Form) -> str:
    return render_template(
        "staff/passkeys.html",
        form=form,
        passkeys=passkeys.own(),
        possible=queries.passkeys_are_possible(),
        asks_code=view().state == "on",
    )
