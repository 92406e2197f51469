"""设置 → 短信: the contract with a provider, a test, what it costs, and the last messages."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.members import queries as members
from services.shared import clock
from services.sms import commands, queries, rules
from services.sms.schemas import ContractIn, SmsTestIn, values_of
from services.stores import permissions
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, member_words, sms_words, toasts
from webapp.web.forms import Form
from webapp.web.sms_tests import count_test


@blueprint.get("/settings/sms")
@guards.staff(permissions.SETTINGS_CHANGE)
def sms() -> str:
    """The whole of it on one page."""
    return _page()


@blueprint.post("/settings/sms")
@guards.staff(permissions.SETTINGS_CHANGE)
def change_sms() -> ResponseReturnValue:
    """Keep the contract. The secret is never sent back, also not with a mistake elsewhere."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        contract = commands.change_contract(session, data, actor=edge.actor(), at=at)
        toasts.say(_("短信接通了，会员可以用短信登录") if contract.active else _("保存好了，还没启用"))
        return redirect(url_for("staff.sms"), 303)

    return forms.submit(ContractIn, perform, lambda form: _page(form=form))


@blueprint.post("/settings/sms/test")
@guards.staff(permissions.SETTINGS_CHANGE)
def test_sms() -> ResponseReturnValue:
    """Send a code to one's own phone: it costs one message."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.send_test(session, data["phone"], actor=edge.actor(), at=at)
        toasts.say(_("测试短信在路上，结果看下面的记录"))
        return redirect(url_for("staff.sms"), 303)

    return forms.submit(SmsTestIn, perform, lambda form: _page(test=form), first=lambda _data: count_test(at))


def _page(form: Form | None = None, test: Form | None = None) -> str:
    session, at = edge.read(), clock.now()
    contract = queries.find_contract(session)
    messages = queries.list_messages(session)
    cards = members.get_cards(session, {row.member_id for row in messages if row.member_id is not None})
    names = {card.id: member_words.shown_name(card) for card in cards}
    return render_template(
        "staff/settings/sms.html",
        form=form or Form(values_of(contract) if contract else {"day_most": 200, "month_most": 3000, "price": 5}),
        test=test or Form(),
        contract=contract,
        spent=queries.get_spent(session, at=at),
        providers=sms_words.providers(),
        regions=[(region, sms_words.region(region)) for region in rules.REGIONS],
        messages=[(row, *sms_words.told(row), names.get(row.member_id or 0, "")) for row in messages],
    )
