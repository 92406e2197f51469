"""Selling and refunding in tests, through the commands themselves: a desk that tops up, gives coupons and points, sells, refunds."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from services import wiring
from services.checkout.commands import complete_order, refund_order
from services.checkout.queries import get_sale, load_counter
from services.checkout.queries.refunds import Preview, get_refund_preview
from services.checkout.rules.pricing import Cart, CartLine
from services.checkout.rules.refunds import Wish
from services.coupons.models import Coupon, CouponTemplate
from services.loyalty import commands as loyalty
from services.loyalty.models import MemberTier, Tier
from services.loyalty.queries import get_balance
from services.members.models import Member
from services.orders.queries import OrderView, RefundView, TenderView, get_order
from services.shared import database, ids, ledger
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from services.signin.queries import Proof
from services.wallet.commands.moves import put
from services.wallet.models import WalletAccount
from tests.cast import Cast
from tests.selling import fill_shelf, welcome_member

CAKE = "6寸蛋糕"


@dataclass
class Desk:
    """A counter with the shelf of the worked carts and one member."""

    shop: Cast
    products: dict[str, int]
    member: Member
    now: datetime
    sold: int = field(default=0)

    def top_up(self, principal: int, bonus: int = 0) -> int:
        """Money into the member's wallet; the lot's id."""
        with database.transaction() as session:
            key = f"top:{ids.token()}"
            return put(session, self.member.id, principal, bonus, kind="top_up", key=key, store_id=self.shop.east.id,
                       actor=SYSTEM, at=self.now)[0]  # fmt: skip

    def give_points(self, points: int) -> None:
        """Points by hand."""
        with database.transaction() as session:
            data = {"amount": points, "reason": "测试"}
            loyalty.adjust_points(session, self.member.id, data, actor=SYSTEM, at=self.now)

    def give_coupon(self, kind: str, *, expires_at: datetime | None = None, **terms: Any) -> int:
        """A coupon of a template of its own; its id."""
        values: dict[str, Any] = {"value": 0, "pays": 1000, "cap": None, "threshold": 0, "scope": {}} | terms
        with database.transaction() as session:
            template = CouponTemplate(
                name=kind, kind=kind, stack_group=ids.token(), exclusive=False, combines_with=None, with_tier=True,
                with_points=True, starts_on=None, ends_on=None, valid_days=None, starts_after=0, stock=None,
                per_member=None, per_day=None, transferable=False, claimable=False, public_code=None, welcome=False,
                issued=0, created_at=self.now, paused_at=None, archived_at=None, **values,
            )  # fmt: skip
            session.add(template)
            session.flush()
            coupon = Coupon(
                template_id=template.id, member_id=self.member.id, code_hash=ids.token(), code_sealed=None,
                state="issued", source="manual", key=None, starts_at=None, expires_at=expires_at, issued_at=self.now,
            )  # fmt: skip
            session.add(coupon)
            session.flush()
            return coupon.id

    def stand_on(self, pays: int, multiplier: int = 100, threshold: int = 0) -> None:
        """Put the member on a tier of its own that pays so many per mille."""
        with database.transaction() as session:
            tier = Tier(
                name="甜品师", threshold=threshold, pays=pays, multiplier=multiplier, early_days=0,
                birthday_template_id=None, monthly_template_ids=[], wallet_bonus=0, created_at=self.now,
                archived_at=None,
            )  # fmt: skip
            session.add(tier)
            session.flush()
            review_on = (self.now + timedelta(days=365)).date()
            session.merge(
                MemberTier(
                    member_id=self.member.id, tier_id=tier.id, since=self.now, review_on=review_on, warned_on=None
                )
            )

    def sell(
        self, *wanted: tuple[str, int], paid: dict[str, int] | None = None, points: int = 0, walk_in: bool = False,
        coupons: bool = True,
    ) -> OrderView:  # fmt: skip
        """Sell pieces, each entry a line; `paid` maps kinds to fen (the rest is wechat); coupons and points as well as they may be."""
        lines = tuple(
            CartLine(self.products[name], {"size": "6"} if name == CAKE else {}, count) for name, count in wanted
        )
        member = None if walk_in else self.member.id
        cart = Cart(self.shop.east.id, member, lines, coupons=None if coupons and not walk_in else (), points=points)
        with database.transaction() as session:
            counter = load_counter(session, cart)
            due = get_sale(session, counter, cart, None, at=self.now).price.due
            given = dict(paid or {})
            rest = due - sum(given.values())
            tenders = [TenderView(kind, fen) for kind, fen in given.items()]
            tenders += [TenderView("wechat", rest)] if rest else []
            sale = get_sale(
                session, counter, cart, tenders, proof=None if walk_in else self._proof(session), at=self.now
            )
            return complete_order(session, sale, origin="counter", actor=self.shop.manager, at=self.now)

    def _proof(self, session: Any) -> Proof:
        agreed = signin.override_proof(
            session, self.member.id, 10**9, "测试", store_id=self.shop.east.id, actor=self.shop.manager, at=self.now
        )
        return Proof("proof", agreed.id)

    def preview(self, order: OrderView, wish: Wish) -> Preview:
        """What a refund would do."""
        with database.reading() as session:
            return get_refund_preview(session, order.id, wish, actor=self.shop.manager, at=self.now)

    def refund(self, order: OrderView, wish: Wish, *, seen: int | None = None) -> RefundView:
        """What the preview says, done: the two must agree."""
        seen_before = self.preview(order, wish)
        with database.transaction() as session:
            done = refund_order(session, order.id, wish, "口味不对", seen=seen, actor=self.shop.manager, at=self.now)
        plan = seen_before.plan
        assert (done.amount, done.points_returned, done.points_taken_back) == (
            plan.amount, plan.points_returned, plan.points_taken_back,
        )  # fmt: skip
        assert (done.debt, done.growth_taken_back) == (seen_before.debt, plan.growth_taken_back)
        return done

    def whole(self, order: OrderView) -> RefundView:
        """Everything that is left."""
        return self.refund(order, Wish("whole"))

    def pieces(self, order: OrderView, *pieces: tuple[int, int]) -> RefundView:
        """Pieces of lines (position from 1, count)."""
        return self.refund(order, Wish("lines", pieces=pieces))

    def amount(self, order: OrderView, fen: int) -> RefundView:
        """So many fen."""
        return self.refund(order, Wish("amount", amount=fen))

    def order(self, order: OrderView) -> OrderView:
        """The order as it is now."""
        with database.reading() as session:
            return get_order(session, order.id, actor=SYSTEM)

    @property
    def points(self) -> int:
        """The member's points."""
        with database.reading() as session:
            return get_balance(session, self.member.id)

    @property
    def wallet(self) -> tuple[int, int]:
        """Principal and bonus."""
        with database.reading() as session:
            row = session.execute(
                select(WalletAccount.principal, WalletAccount.bonus).where(WalletAccount.member_id == self.member.id)
            ).first()
        return (row.principal, row.bonus) if row else (0, 0)

    def coupon_state(self, coupon_id: int) -> str:
        """What a coupon is now."""
        with database.reading() as session:
            return session.get_one(Coupon, coupon_id).state


def open_desk(shop: Cast) -> Desk:
    """A desk with a full shelf and a member."""
    return Desk(shop, fill_shelf(shop.at), welcome_member(shop.at), shop.at)


def back(refund: RefundView) -> dict[str, int]:
    """How the money of a refund was given, by kind."""
    given: dict[str, int] = {}
    for tender in refund.tenders:
        given[tender.kind] = given.get(tender.kind, 0) + tender.amount
    return given


def faults() -> list[str]:
    """Everything that does not add up in any book; empty is right."""
    with database.reading() as session:
        sealed = [str(each) for book in wiring.LEDGERS for each in ledger.differences(session, book)]
        return sealed + [each for check in wiring.CHECKS for each in check(session)]
