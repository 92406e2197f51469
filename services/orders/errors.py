"""Refusals about orders."""

from services.shared.refusals import Refusal
from services.shared.words import N_


class AlreadyBooked(Refusal):
    """An order with this external key exists."""

    status = 409
    code = "order_exists"
    text = N_("这一单已经记过了")


class MoreThanPaid(Refusal):
    """More would go back than was paid."""

    code = "more_than_paid"
    text = N_("退款不能超过付的钱")
