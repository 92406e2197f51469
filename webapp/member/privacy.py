"""隐私: what I agreed to, my data to take along, and leaving for good (PIPL §44–47)."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.coupons.queries import list_usable
from services.loyalty import queries as loyalty
from services.members import queries as members
from services.privacy import commands
from services.privacy.errors import WalletNotEmpty
from services.privacy.schemas import OwnErasureIn
from services.shared import clock
from services.shared.refusals import Invalid
from services.wallet.queries import get_balance
from webapp.member import blueprint
from webapp.web import cookies, edge, forms, guards, i18n, links, own_data, people, spreadsheets, toasts, wallet_pins
from webapp.web.forms import Form


@blueprint.get("/me/privacy")
@guards.member
def privacy() -> str:
    """What I agreed to, and what I may ask for."""
    session, member_id = edge.read(), people.member().id
    consents = members.list_consents(session, member_id)
    purposes = members.list_purposes(session, member_id, consents)
    return render_template("member/me/privacy.html", consents=consents, purposes=purposes)


@blueprint.post("/me/export")
@guards.member
def export_me() -> ResponseReturnValue:
    """My data as a file: sheets for people (`xlsx`, or `csv` in a zip), or one text for programs (`json`). That it was taken is noted."""
    form = request.form.get("form")
    name = f"{_('我的数据')} {i18n.local(clock.now()):%Y-%m-%d}"
    if form == "xlsx":
        return spreadsheets.xlsx_answer(name, own_data.as_tables(own_data.take_for_sheets()))
    if form == "json":
        return spreadsheets.json_file(name, own_data.take("json"))
    return spreadsheets.zip_answer(name, own_data.as_tables(own_data.take("csv")))


@blueprint.get("/me/erase")
@guards.member
def erase_account() -> str:
    """What is lost, in plain words, before anything is done."""
    return _page(Form())


@blueprint.post("/me/erase")
@guards.member
def erase_me() -> ResponseReturnValue:
    """Erase me. The word has to be typed; money that is left has to be given up in so many words, by whose it is."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        try:
            commands.erase_member(session, int(actor.id or 0), give_up=data["give_up"], actor=actor, at=at)
        except WalletNotEmpty as refusal:
            raise Invalid({"give_up": [_(refusal.text, **refusal.params)]}, refusal.code) from None
        toasts.say(_("账户注销了，您的资料都删除了"))
        return cookies.take(links.to("member.sign_in"), people.MEMBER_COOKIE)

    def first(data: dict[str, Any]) -> None:
        wallet_pins.require_owner_of_money(data["pin"], at=at)

    return forms.submit(OwnErasureIn, perform, _page, first=first, keyed=False)


def _page(form: Form) -> str:
    session, member_id, at = edge.read(), people.member().id, clock.now()
    return render_template(
        "member/me/erase.html",
        form=form,
        asks_pin=wallet_pins.asks_pin(),
        wallet=get_balance(session, member_id),
        points=loyalty.list_balances(session, [member_id])[member_id],
        coupons=len(list_usable(session, member_id, at=at)),
    )
