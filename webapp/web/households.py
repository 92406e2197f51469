"""What both doors of a holder, page and API, ask before somebody is let closer to their money."""

from datetime import datetime

from services.household.rules import Limits
from services.signin import queries
from webapp.web import edge, people, wallet_pins

NOTHING = Limits(False, 0, 0, False)


def asks_pin() -> bool:
    """Whether the holder has chosen a wallet PIN."""
    return queries.has_wallet_pin(edge.read(), people.member().id)


def require_pin(before: Limits, after: Limits, typed: str, *, at: datetime) -> None:
    """Whoever lets more leave the wallet than before knows its PIN, where one was chosen. Raises Invalid beside `pin`, TooMany."""
    more = after.wallet and (
        not before.wallet or after.per_day > before.per_day or after.per_payment > before.per_payment
    )
    if more and asks_pin():
        wallet_pins.require_pin("pin", typed, at=at)
