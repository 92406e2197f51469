"""What the steps of a price are called on receipts."""

from collections.abc import Mapping

from flask import Flask
from flask_babel import gettext as _

from services.checkout.queries.receipts import Step
from services.orders.queries.receipt_links import receipt_url
from services.shared.words import N_

STEPS: Mapping[str, str] = {
    "member_price": N_("会员价"),
    "manual_price": N_("改价"),
    "trial_price": N_("体验价"),
    "tier": N_("等级折扣"),
    "free_item": N_("兑换"),
    "percentage": N_("折扣券"),
    "threshold_off": N_("满减"),
    "cash": N_("代金券"),
    "manual_discount": N_("整单优惠"),
    "points": N_("积分抵扣"),
    "rounding": N_("抹零"),
}


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(step_words=step_words, receipt_url=receipt_url)


def step_words(step: Step) -> str:
    """`满减 周末满百减二十`: what sort of reduction, and its name where it has one."""
    kind = str(_(STEPS[step.kind])) if step.kind in STEPS else step.kind
    return f"{kind} {step.label}" if step.label else kind
