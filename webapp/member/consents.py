"""Consent, purpose by purpose: taken back as easily as it was given (PIPL §15). The page itself is 隐私."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.members import commands
from services.members.rules.purposes import MEMBERSHIP
from services.privacy.schemas import ConsentIn, PurposeIn
from services.shared import clock
from webapp.member import blueprint
from webapp.web import edge, forms, guards, toasts


@blueprint.post("/me/consents")
@guards.member
def give_consent() -> ResponseReturnValue:
    """Agree to one purpose, in the words that I saw."""
    at, actor, sent = clock.now(), edge.actor(), forms.load(ConsentIn, forms.typed())

    def effect(session: Session) -> ResponseReturnValue:
        member_id, kind = int(actor.id or 0), sent["kind"]
        commands.give_consent(session, member_id, kind, version=sent["version"], actor=actor, at=at)
        return _back(kind, _("谢谢，记下了您的同意"))

    return edge.write(effect)


@blueprint.post("/me/consents/withdraw")
@guards.member
def withdraw_consent() -> ResponseReturnValue:
    """Take one back: it holds no more from this moment on."""
    at, actor, sent = clock.now(), edge.actor(), forms.load(PurposeIn, forms.typed())

    def effect(session: Session) -> ResponseReturnValue:
        commands.withdraw_consent(session, int(actor.id or 0), sent["kind"], actor=actor, at=at)
        said = _("撤回了，店里不再给您发消息") if sent["kind"] == MEMBERSHIP else _("撤回了，马上生效")
        return _back(sent["kind"], said)

    return edge.write(effect)


def _back(kind: str, said: str) -> ResponseReturnValue:
    toasts.say(said)
    anchor = "consents" if kind == MEMBERSHIP else f"consent-{kind}"
    return redirect(f"{url_for('member.privacy')}#{anchor}", 303)
