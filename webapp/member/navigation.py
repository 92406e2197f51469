"""Where things are in the member app: its tabs. Everything else is opened from one of them."""

from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _

from services.shared import runtime
from services.shared.words import N_
from webapp.web import people

TABS = (
    ("member.home", "house", N_("首页")),
    ("member.wallet", "ticket", N_("卡券")),
    ("member.orders", "receipt-text", N_("订单")),
    ("member.me", "user-round", N_("我的")),
)
_BELONGS = {
    "member.wallet_statement": "member.wallet",
    "member.wallet_top_up": "member.wallet",
    "member.coupons": "member.wallet",
    "member.coupon": "member.wallet",
    "member.coupon_centre": "member.wallet",
    "member.claim_page": "member.wallet",
    "member.gift_page": "member.wallet",
    "member.order": "member.orders",
    "member.claim_order": "member.orders",
    "member.create_claim": "member.orders",
    "member.new_invoice": "member.orders",
    "member.ask_invoice": "member.orders",
    "member.edit_me": "member.me",
    "member.sessions": "member.me",
    "member.own_passkeys": "member.me",
    "member.own_phone": "member.me",
    "member.wallet_pin": "member.me",
    "member.change_wallet_pin": "member.me",
    "member.privacy": "member.me",
    "member.family": "member.me",
    "member.child": "member.me",
    "member.new_child": "member.me",
    "member.add_child": "member.me",
    "member.edit_child": "member.me",
    "member.change_child": "member.me",
    "member.mark_dose": "member.me",
    "member.pregnancy": "member.me",
    "member.new_pregnancy": "member.me",
    "member.add_pregnancy": "member.me",
    "member.change_pregnancy": "member.me",
    "member.note_birth": "member.me",
    "member.household": "member.me",
    "member.new_invitation": "member.me",
    "member.create_invitation": "member.me",
    "member.invitation": "member.me",
    "member.household_person": "member.me",
    "member.change_household_person": "member.me",
    "member.leave_household": "member.me",
    "member.join_page": "member.me",
    "member.join_household": "member.me",
    "member.erase_account": "member.me",
    "member.erase_me": "member.me",
    "member.export_me": "member.me",
    "member.change_me": "member.me",
    "member.change_language": "member.me",
    "member.withdraw_consent": "member.me",
    "member.give_consent": "member.me",
}


def init_app(app: Flask) -> None:
    """Give every member page its tabs, and both apps' pages the key that devices subscribe with."""
    app.context_processor(_words)


def _words() -> dict[str, Any]:
    if people.person() is None:
        return {}
    words: dict[str, Any] = {"push_key": runtime.keys().vapid_public}
    return words | ({"tabs": tabs()} if request.blueprint == "member" else {})


def tabs() -> list[dict[str, Any]]:
    """The tabs, with the one that is open."""
    area = _BELONGS.get(request.endpoint or "", request.endpoint)
    area = area if area in {endpoint for endpoint, _icon, _label in TABS} else "member.home"
    return [
        {"href": url_for(endpoint), "icon": icon, "label": _(label), "current": endpoint == area}
        for endpoint, icon, label in TABS
    ]
