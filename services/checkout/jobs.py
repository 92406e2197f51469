"""What levels need of others: growth by the orders that are older than the ladder, coupons once a month and for the birthday.

Each happens exactly once, whatever restarts.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.checkout.commands.merging import carry_growth
from services.checkout.models import ParkedCart
from services.checkout.queries.benefits import BIRTHDAY, Gift, list_birthdays, list_monthly
from services.checkout.queries.growth import hold_paid_by_member, list_ungrown
from services.coupons import commands as coupons
from services.coupons.models import Coupon
from services.coupons.queries import get_template
from services.loyalty import commands as loyalty
from services.loyalty import texts
from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.shared import clock
from services.shared.actors import SYSTEM
from services.shared.database import reading, transaction
from services.shared.days import local_day
from services.shared.refusals import Refusal
from services.stores.queries import load_settings

log = logging.getLogger(__name__)
AT_A_TIME = 50  # coupons in one transaction
CARTS = 500  # that are forgotten in one transaction
MORNING = range(9, 12)  # hours of the shop in which they come


def catch_up_growth() -> None:
    """After the ladder was built: let every order count that has not, at its own time, and then bring its members to their level."""
    grown: set[int] = set()
    after = 0
    while True:
        with reading() as session:
            found = list_ungrown(session, after=after, limit=AT_A_TIME)
        if not found:
            break
        with transaction() as session:
            grown |= _count(session, found)
        after = found[-1][0]
    members = sorted(grown)
    for start in range(0, len(members), AT_A_TIME):
        with transaction() as session:
            for member_id in members[start : start + AT_A_TIME]:
                loyalty.rise(session, member_id, at=clock.now())


def _count(session: Session, orders: Sequence[tuple[int, datetime]]) -> set[int]:
    """Let orders count, each at the moment at which it was sold; whose they are, where they count for anything."""
    # All orders are held before the first account, and the accounts in one order: as everybody locks them.
    held = [(hold_paid_by_member(session, order_id), order_id, at) for order_id, at in orders]
    members: set[int] = set()
    for paid, order_id, at in sorted(held, key=lambda each: (each[0].member_id or 0, each[1])):
        if paid.member_id is not None and paid.amount:
            loyalty.settle_growth(session, paid.member_id, paid.amount, order_id=order_id, rises=False, at=at)
            carry_growth(session, paid.member_id, actor=SYSTEM, at=at)
            members.add(paid.member_id)
    return members


def give_benefits() -> None:
    """Give the coupons of this month and the birthday gifts of these days, in the shop's morning."""
    at = clock.now()
    with reading() as session:
        settings = load_settings(session)
        if at.astimezone(ZoneInfo(settings.zone)).hour not in MORNING:
            return
        today = local_day(at, settings.zone)
        birthdays = list_birthdays(session, today, settings, at=at)
    stopped: set[int] = set()
    for start in range(0, len(birthdays), AT_A_TIME):
        stopped |= _give(birthdays[start : start + AT_A_TIME])
    while True:
        with reading() as session:
            monthly = list_monthly(session, today, without=stopped, limit=AT_A_TIME)
        if not monthly:
            return
        stopped |= _give(monthly)


def _give(gifts: Sequence[Gift]) -> set[int]:
    """Give some coupons; the templates of which none can be given any more."""
    at, stopped = clock.now(), set[int]()
    with transaction() as session:
        for gift in sorted(gifts, key=lambda each: each.template_id):  # everybody locks templates in this order
            known = session.scalar(select(Coupon.id).where(Coupon.key == gift.key))
            if known is not None or gift.template_id in stopped:
                continue
            try:
                with session.begin_nested():
                    issued = coupons.issue_coupon(
                        session,
                        gift.template_id,
                        gift.member_id,
                        source=gift.source,
                        key=gift.key,
                        limited=False,
                        actor=SYSTEM,
                        at=at,
                    )
            except IntegrityError:
                continue  # another worker was faster
            except Refusal as refusal:
                log.warning("coupon template %s gives no benefits: %s", gift.template_id, refusal.code)
                stopped.add(gift.template_id)
            else:
                _tell(session, gift, issued.template_id, at)
    return stopped


def _tell(session: Session, gift: Gift, template_id: int, at: datetime) -> None:
    """A word to whoever listens; what carries a coupon is marketing (domain.md, *Messages*)."""
    reader = find_reader(session, gift.member_id)
    if not reader.listens:
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    name = get_template(session, template_id).name
    messaging.send_message(
        session,
        gift.member_id,
        key=gift.key,
        category="marketing",
        text=texts.gift(language, name=name, birthday=gift.source == BIRTHDAY),
        path="/member/wallet",
        language=language,
        at=at,
    )


def forget_carts(before: datetime) -> int:
    """Drop some carts that were put aside before this moment, taken back or not; how many."""
    with transaction() as session:
        old = select(ParkedCart.id).where(ParkedCart.created_at < before).order_by(ParkedCart.id).limit(CARTS)
        ids = session.scalars(old).all()
        session.execute(delete(ParkedCart).where(ParkedCart.id.in_(ids)))
    return len(ids)
