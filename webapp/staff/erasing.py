"""注销会员: staff erase a member who asked for it at the counter or in writing."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.members.queries import get_member
from services.privacy import commands, permissions
from services.privacy.errors import WalletNotEmpty
from services.privacy.schemas import ErasureIn
from services.shared import clock
from services.shared.refusals import Invalid
from services.wallet.queries import get_balance
from webapp.staff import blueprint
from webapp.staff.members import page
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form


@blueprint.get("/members/<int:member_id>/erase")
@guards.staff(permissions.MEMBERS_ERASE)
def erase_member_page(member_id: int) -> str:
    """What will be gone, and why it is asked for."""
    return _page(member_id, Form())


@blueprint.post("/members/<int:member_id>/erase")
@guards.staff(permissions.MEMBERS_ERASE)
def erase_member(member_id: int) -> ResponseReturnValue:
    """Erase the member; the card's page stays, without a person."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        try:
            commands.erase_member(
                session, member_id, give_up=data["give_up"], reason=data["reason"], actor=actor, at=at
            )
        except WalletNotEmpty as refusal:
            raise Invalid({"give_up": [_(refusal.text, **refusal.params)]}, refusal.code) from None
        toasts.say(_("这位会员注销了"))
        return redirect(url_for("staff.member", member_id=member_id), 303)

    return forms.submit(ErasureIn, perform, lambda form: _page(member_id, form))


def _page(member_id: int, form: Form) -> str:
    card = get_member(edge.read(), member_id)
    return page("erase", card=card, wallet=get_balance(edge.read(), member_id), form=form)
