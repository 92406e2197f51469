"""冻结的会员: who reported something that was not theirs, and that it was looked at."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.members.permissions import MEMBERS_READ
from services.members.queries import get_cards
from services.shared import clock
from services.shared.fields import Text
from services.shared.words import N_
from services.signin import commands
from services.signin.permissions import FREEZES_LIFT
from services.signin.queries.freezes import list_freezes
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form


class ThawIn(Schema):
    """Why spending may be opened again."""

    reason = Text(required=True, validate=validate.Length(1, 200, error=N_("写一句是怎么核实的，最多 200 个字")))


@blueprint.get("/freezes")
@guards.staff(FREEZES_LIFT)
def freezes() -> str:
    """Who waits, the longest first."""
    return _page(Form())


@blueprint.post("/members/<int:member_id>/unfreeze")
@guards.staff(FREEZES_LIFT)
def lift_freeze(member_id: int) -> ResponseReturnValue:
    """Somebody has spoken with the member."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.lift_freeze(session, member_id, data["reason"], actor=actor, at=at)
        toasts.say(_("解冻了，会员会收到消息"))
        return redirect(url_for("staff.freezes"), 303)

    return forms.submit(ThawIn, perform, lambda form: _page(form, member_id))


def _page(form: Form, member_id: int | None = None) -> str:
    found, knows = list_freezes(edge.read()), edge.actor().may(MEMBERS_READ)
    cards = {card.id: card for card in get_cards(edge.read(), [each.member_id for each in found])} if knows else {}
    return render_template("staff/freezes.html", form=form, wrong=member_id, freezes=found, cards=cards)
