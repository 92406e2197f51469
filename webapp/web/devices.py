"""The device of the shop that a request comes from, by the key in its cookie."""

from flask import request

from services.signin import queries
from services.signin.models import ShopDevice
from webapp.web import edge
from webapp.web.people import DEVICE_COOKIE


def key() -> str | None:
    """What this browser says it is."""
    return request.cookies.get(DEVICE_COOKIE)


def this_one() -> ShopDevice | None:
    """The enrolled device that asks; None for any other browser."""
    return queries.find_shop_device(edge.read(), key())
