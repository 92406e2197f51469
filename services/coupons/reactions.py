"""What follows: the welcome gift when somebody joins, and a word to the member when something happens to a coupon of theirs."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from services.coupons import commands, texts
from services.coupons.events import (
    CouponGiven,
    CouponRedeemedAlone,
    CouponReturned,
    CouponRevoked,
    CouponTransferred,
)
from services.coupons.queries import find_redemption, get_coupon
from services.members.events import MemberJoined
from services.members.queries import find_reader, get_member
from services.messaging import commands as messaging
from services.messaging.texts import Text
from services.shared import clock
from services.shared.actors import SYSTEM
from services.stores.models import Store
from services.stores.queries import load_settings


def give_welcome(session: Session, event: MemberJoined) -> None:
    """Give the coupons for new members, each once; nothing to a card that was put away or merged meanwhile."""
    if get_member(session, event.member_id).archived:
        return
    commands.give_welcome(session, event.member_id, actor=SYSTEM, at=clock.now())


def tell_of_gift(session: Session, event: CouponGiven) -> None:
    """A coupon that somebody decided to give; anything with a coupon is marketing (domain.md, *Messages*)."""
    name = get_coupon(session, event.coupon_id).name
    _tell(session, event.member_id, f"coupon:{event.coupon_id}:given", lambda language: texts.given(language, name=name),
          event.coupon_id, category="marketing")  # fmt: skip


def tell_of_redemption(session: Session, event: CouponRedeemedAlone) -> None:
    """It was used without a sale, which would have told it."""
    name, store = get_coupon(session, event.coupon_id).name, session.get_one(Store, event.store_id).name
    _tell(
        session, event.member_id, f"coupon:{event.coupon_id}:redeemed:{event.redemption_id}",
        lambda language: texts.redeemed(language, name=name, saved=event.saved, store=store), event.coupon_id,
        always=True,
    )  # fmt: skip


def tell_of_return(session: Session, event: CouponReturned) -> None:
    """It can be used again; of a refund, the refund's own message tells."""
    if event.order_id is not None or event.member_id is None:
        return
    name, redemption = get_coupon(session, event.coupon_id).name, find_redemption(session, event.coupon_id)
    key = f"coupon:{event.coupon_id}:returned:{redemption}"
    _tell(session, event.member_id, key, lambda language: texts.returned(language, name=name), event.coupon_id)


def tell_of_revocation(session: Session, event: CouponRevoked) -> None:
    """The shop withdrew it."""
    if event.member_id is None:
        return
    name = get_coupon(session, event.coupon_id).name
    key = f"coupon:{event.coupon_id}:revoked"
    _tell(session, event.member_id, key, lambda language: texts.revoked(language, name=name), event.coupon_id)


def tell_of_transfer(session: Session, event: CouponTransferred) -> None:
    """The giver hears that a friend took it; it is the friend's page now."""
    name = get_coupon(session, event.coupon_id).name
    key = f"coupon:{event.coupon_id}:taken:{event.to_member_id}"
    _tell(session, event.from_member_id, key, lambda language: texts.taken(language, name=name), None)


def _tell(
    session: Session,
    member_id: int,
    key: str,
    words: Callable[[str], Text],
    coupon_id: int | None,
    *,
    category: str = "service",
    always: bool = False,
    at: datetime | None = None,
) -> None:
    """`always`: something of theirs was used up, so that the silent are told too."""
    reader = find_reader(session, member_id)
    if reader.erased or not (reader.listens or always):
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    path = "/member/coupons" if coupon_id is None else f"/member/coupons/{coupon_id}"
    messaging.send_message(
        session, member_id, key=key, category=category, text=words(language), path=path, language=language,
        at=at or clock.now(),
    )  # fmt: skip
