"""What happens to stored value. Amounts are fen."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class ToppedUp(Event):
    """A member paid in: `bonus` came on top; `principal_after` and `bonus_after` are what the wallet holds now.

    `points` and `coupons` are how many of them the plan gave too.
    """

    top_up_id: int
    member_id: int
    store_id: int
    plan_id: int | None
    principal: int
    bonus: int
    principal_after: int
    bonus_after: int
    points: int = 0
    coupons: int = 0


@dataclass(frozen=True)
class PaidOut(Event):
    """Principal went back to a member, with the bonus of the same lots written off."""

    payout_id: int
    member_id: int
    store_id: int
    amount: int


@dataclass(frozen=True)
class WalletAdjusted(Event):
    """Someone corrected a wallet by hand; both amounts are signed."""

    entry_key: str
    member_id: int
    principal: int
    bonus: int
