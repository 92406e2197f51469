"""Rules about time, stored value, points and coupons."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import func, select

from services.checkout.commands import redeem_coupon
from services.checkout.commands.payouts import pay_out
from services.checkout.commands.top_ups import top_up
from services.coupons import commands as coupons
from services.coupons.models import Coupon
from services.loyalty import commands as loyalty
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from services.signin.queries import Proof
from services.wallet import commands as wallet
from tests.machine.base import Machine
from tests.machine.world import EACH, LATTE, PLAN, STOCK, TEMPLATES
from tests.oracles import members as model
from tests.oracles.members import Held, require
from tests.selling import PRICES

PLACES = st.integers(0, 9)
WHO = st.sampled_from((0, 0, 0, 1))
MOST_HELD = 8
WAYS = st.sampled_from(("cash", "wechat", "wechat"))


class Accounts(Machine):
    """What members have, without a sale."""

    @initialize(stored=st.sampled_from((0, 30_000, 100_000)), points=st.sampled_from((0, 400, 3000)))
    def open(self, stored: int, points: int) -> None:
        """Members begin with something, or with nothing."""
        if stored:
            self.pay_in(0, stored, plan=False)
        if points:
            self.adjust_points(0, points)

    @rule(minutes=st.sampled_from((1, 11, 16, 35, 600, 1440, 14_400, 60_000, 600_000)))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)
        self.count("wait")

    @rule(who=WHO, amount=st.sampled_from((1, 5000, 30_000, 99_999, 300_000)), plan=st.booleans(), way=WAYS)
    def pay_in(self, who: int, amount: int, *, plan: bool, way: str = "cash") -> None:
        """Top up: an amount, or the plan with its bonus, points and coupon."""
        amount = PLAN.amount if plan else amount
        data = {
            "store_id": self.world.store, "plan_id": self.world.plan if plan else None, "amount": None if plan else amount,
            "tenders": [{"kind": way, "amount": amount}],
        }  # fmt: skip

        def expected() -> None:
            person = self.people[who]
            person.top_up(self.next_lot(), amount, PLAN.bonus if plan else 0, way)
            if plan:
                person.add_points(self.next_lot(), PLAN.points, self.now)

        done = self.both(
            lambda: top_up(self.session, self.world.members[who], data, actor=self.world.actor, at=self.now), expected
        )
        if done and plan:
            self.new_coupon(self.newest_coupon(), who, PLAN.template)
        self.count("pay_in", done)

    @rule(who=WHO, amount=st.sampled_from((-90_000, -777, -1, 1, 20_000)), of_bonus=st.booleans())
    def adjust_wallet(self, who: int, amount: int, *, of_bonus: bool) -> None:
        """Stored value by hand."""
        principal, bonus = (0, amount) if of_bonus else (amount, 0)
        data = {"principal": principal, "bonus": bonus, "reason": "数错了"}
        person, member = self.people[who], self.world.members[who]

        def expected() -> None:
            if amount > 0:
                person.top_up(self.next_lot(), principal, bonus)
            else:
                person.take_away(-principal, -bonus)

        done = self.both(
            lambda: wallet.adjust_wallet(self.session, member, data, actor=self.world.actor, at=self.now), expected
        )
        self.count("adjust_wallet", done)

    @rule(who=WHO, asked=st.sampled_from((None, None, "cash")))
    def pay_out(self, who: int, asked: str | None) -> None:
        """All principal goes back: at least the legal floor, at most what was paid in; the way it came, or in cash."""
        person, data = self.people[who], {"store_id": self.world.store, "reason": "搬家", "tender": asked}
        most = sum(lot.principal for lot in person.wallet if lot.principal_left + lot.bonus_left)
        member = self.world.members[who]
        done = self.both(
            lambda: pay_out(self.session, member, data, actor=self.world.actor, at=self.now),
            lambda: person.pay_out(asked),
        )
        if done:
            payout, told = done
            assert (payout.policy, payout.bonus_lost, payout.tender) == told
            assert max(payout.policy, payout.floor) <= payout.amount <= most
        self.count("pay_out", done)

    @rule(who=WHO, points=st.sampled_from((-5000, -120, -1, 1, 300, 4000)))
    def adjust_points(self, who: int, points: int) -> None:
        """Points by hand."""
        data, member = {"amount": points, "reason": "生日"}, self.world.members[who]
        done = self.both(
            lambda: loyalty.adjust_points(self.session, member, data, actor=self.world.actor, at=self.now),
            lambda: self.people[who].adjust_points(self.next_lot(), points, self.now),
        )
        self.count("adjust_points", done)

    @rule(who=WHO)
    def expire_points(self, who: int) -> None:
        """The nightly job, for one member."""
        self.both(
            lambda: loyalty.expire_points(self.session, self.world.members[who], at=self.now),
            lambda: self.people[who].expire_points(self.now),
        )
        self.count("expire_points")

    @rule(who=WHO, template=st.sampled_from(sorted(set(TEMPLATES) - {"领"})))
    def issue(self, who: int, template: str) -> None:
        """A coupon by hand."""
        number, member = self.world.templates[template], self.world.members[who]
        done = self.both(
            lambda: coupons.issue_coupon(
                self.session, number, member, source="manual", actor=self.world.actor, at=self.now
            ),
            lambda: None,
        )
        assert done
        self.new_coupon(done[0].id, who, template)
        self.count("issue")

    @rule(who=WHO)
    def claim(self, who: int) -> None:
        """A coupon of the claim page: six in all, two for each."""
        number, member = self.world.templates["领"], self.world.members[who]
        done = self.both(
            lambda: coupons.claim_coupon(self.session, number, member, actor=SYSTEM, at=self.now),
            lambda: require(self.claimed.total() < STOCK and self.claimed[who] < EACH),
        )
        if done:
            self.claimed[who] += 1
            self.new_coupon(done[0].id, who, "领")
        self.count("claim", done)

    @rule(place=PLACES)
    def redeem(self, place: int) -> None:
        """A coupon by scan, without a cart: only a free latte can be had so."""
        coupon = self.a_coupon(place, "兑换")

        def command() -> Any:
            proof = self.agree(coupon.member, 10**6)
            return redeem_coupon(
                self.session, coupon.terms.id, store_id=self.world.store, proof=proof, actor=self.world.actor, at=self.now
            )  # fmt: skip

        def expected() -> None:
            require(coupon.template == "兑换" and coupon.usable(self.now))
            coupon.state, coupon.used_at = "redeemed", self.now
            coupon.free()

        done = self.both(command, expected)
        assert done is None or done[0].saved == list(PRICES.values())[LATTE - 1]
        self.count("redeem", done)

    @rule(place=PLACES)
    def undo(self, place: int) -> None:
        """Take a redemption by scan back, within half an hour."""
        if not self._of("兑换", used=True):
            self.redeem(1)
        coupon = self.a_coupon(place, "兑换", used=True)

        def expected() -> None:
            alone = coupon.state == "redeemed" and coupon.order is None
            require(coupon.expires is None or coupon.expires > self.now)
            require(alone and coupon.used_at is not None and self.now - coupon.used_at <= model.UNDO)
            coupon.state, coupon.used_at = "issued", None

        done = self.both(
            lambda: coupons.undo_redemption(self.session, coupon.terms.id, actor=self.world.actor, at=self.now),
            expected,
        )
        self.count("undo", done)

    def agree(self, who: int, fen: int) -> Proof:
        """A manager answers for the member."""
        member = self.world.members[who]
        agreed = signin.override_proof(
            self.session, member, fen, "会员没带手机", store_id=self.world.store, actor=self.world.actor, at=self.now
        )
        return Proof("proof", agreed.id)

    def newest_coupon(self) -> int:
        """The id of the coupon that was given last."""
        return int(self._rows(select(func.max(Coupon.id)))[0][0])

    def a_coupon(self, place: int, template: str = "", *, used: bool = False) -> Held:
        """One of the coupons; mostly of `template`, which is given out where there is none."""
        if place % 4 and template:
            some = self._of(template, used=used)
            if not some and not used:
                (self.claim if template == "领" else lambda who: self.issue(who, template))(place % 2)
                some = self._of(template, used=used)
        else:
            some = list(self.coupons.values())
        if not some:
            self.issue(0, "兑换")
        some = some or list(self.coupons.values())
        return some[place % len(some)]

    def _of(self, template: str, *, used: bool) -> list[Held]:
        return [
            each for each in self.coupons.values() if each.template == template and (each.state == "redeemed") == used
        ]
