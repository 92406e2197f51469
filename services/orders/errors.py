"""Refusals about orders."""

from services.shared.refusals import Refusal
from services.shared.words import N_


class AlreadyBooked(Refusal):
    """An order with this external key exists."""

    status = 409
    code = "order_exists"
    text = N_("这一单已经记过了")
