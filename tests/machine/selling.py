"""Rules about sales and refunds."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.checkout.commands import complete_order, refund_order
from services.checkout.queries import Sale, get_sale, load_counter
from services.checkout.reactions import grow_by_sale
from services.checkout.rules.pricing import Cart, CartLine
from services.checkout.rules.refunds import Wish
from services.orders.events import OrderCompleted
from services.orders.queries import OrderView, TenderView
from tests.machine.accounts import PLACES
from tests.machine.base import Quoted
from tests.machine.tickets import Tickets
from tests.machine.world import LEVEL, LEVEL_PAYS, LEVEL_RATE
from tests.oracles import orders as model
from tests.oracles import prices
from tests.oracles.members import SHOP, Held, Member, require
from tests.selling import PRICES

AGREED = timedelta(minutes=10)  # how long a proof for spending holds
WHO = st.sampled_from((0, 0, 0, 1, None))
LINES = st.lists(st.tuples(st.integers(0, len(PRICES) - 1), st.integers(1, 4)), min_size=1, max_size=3)
POINTS = st.sampled_from((0, 0, 150, 5000))
STORED = st.sampled_from((0, 0, 30, 100))  # percent of what is due


class Selling(Tickets):
    """Sales, now and later, and what goes back."""

    @rule(who=WHO, lines=LINES, use=st.booleans(), points=POINTS, stored=STORED, told=st.booleans())
    def sell(
        self, who: int | None, lines: list[tuple[int, int]], *, use: bool, points: int, stored: int, told: bool
    ) -> None:
        """From cart to order at once."""
        quoted = self._quote(who, lines, use=use, points=points, stored=stored)
        self.count("sell", self._pay(quoted, told=told) if quoted else None)

    @rule(who=WHO, lines=LINES, points=POINTS, stored=STORED)
    def quote(self, who: int | None, lines: list[tuple[int, int]], points: int, stored: int) -> None:
        """A cart is priced and agreed to; it is paid later, or at another till too, or never."""
        quoted = self._quote(who, lines, use=True, points=points, stored=stored)
        self.quoted = [*self.quoted, quoted][-3:] if quoted else self.quoted
        self.count("quote", quoted)

    @rule(place=PLACES)
    def pay(self, place: int) -> None:
        """What was priced before is paid; coupons, points, money and the agreement may be gone by now. Another till has it still."""
        if not self.quoted:
            self.issue(0, "代金")
            self.quote(0, [(place % 4, 1 + place)], points=150, stored=0)
        if self.quoted:
            quoted = self.quoted.pop(place % len(self.quoted))
            self.count("pay", self._pay(quoted, told=True))
            if place % 2 and quoted.who is not None:
                again = replace(quoted.sale, proof=self.agree(quoted.who, 10**7))
                self.quoted.append(replace(quoted, sale=again, made=self.now))

    @rule()
    def tell(self) -> None:
        """The worker comes late: a sale lets its member grow, unless it went back meanwhile."""
        if not self.untold:
            self.sell(0, [(0, 3)], use=True, points=0, stored=0, told=False)
        self._grow(self.untold.pop(0))
        self.count("tell")

    @rule(place=PLACES)
    def refund_whole(self, place: int) -> None:
        """Everything that is left."""
        self._refund("refund_whole", place, Wish("whole"), lambda order: model.whole(order, self.now, same_day=False))

    @rule(place=PLACES)
    def void(self, place: int) -> None:
        """Everything, on the day of the sale."""
        self._refund("void", place, Wish("void"), lambda order: model.whole(order, self.now, same_day=True))

    @rule(place=PLACES, line=st.integers(0, 1), count=st.integers(1, 2))
    def refund_pieces(self, place: int, line: int, count: int) -> None:
        """Pieces of a line."""
        wish = Wish("lines", pieces=((line + 1, count),))
        self._refund("refund_pieces", place, wish, lambda order: model.pieces(order, line, count))

    @rule(place=PLACES, fen=st.sampled_from((1, 333, 2000, 9999, None)))
    def refund_amount(self, place: int, fen: int | None) -> None:
        """So much; None: all that is still paid, without saying which pieces."""
        number = self._order_at(place)
        amount = fen or (self.orders[number].left if number is not None else 0)
        wish = Wish("amount", amount=amount)
        self._refund("refund_amount", place, wish, lambda order: model.amount(order, amount))

    # Selling

    def _quote(
        self, who: int | None, wanted: list[tuple[int, int]], *, use: bool, points: int, stored: int
    ) -> Quoted | None:
        """Price a cart in both; None where the wallet has not that much."""
        world, person = self.world, None if who is None else self.people[who]
        lines = [prices.Line(place + 1, 0, list(PRICES.values())[place], pieces) for place, pieces in wanted]
        cart = Cart(
            world.store,
            None if who is None else world.members[who],
            tuple(CartLine(world.products[place], {}, pieces) for place, pieces in wanted),
            coupons=None if use and person else (),
            points=points if person else 0,
        )
        counter = load_counter(self.session, cart)
        bare = get_sale(self.session, counter, cart, None, at=self.now)
        held = [self.coupons[number] for number in bare.price.coupons]
        payer, earner = self._accounts(who)
        self._expect_best(bare, who, lines, held, use=use, points=cart.points)
        due = bare.price.due
        part = due * stored // 100 if person else 0
        tenders = [TenderView("wallet", part)] if part else []
        tenders += [TenderView("wechat", due - part)] if due - part else []
        done = self.both(
            lambda: get_sale(
                self.session, counter, cart, tenders, proof=None if who is None else self.agree(who, 10**7), at=self.now
            ),
            lambda: require(
                not part or (payer is not None and min(self.people[payer].stored, self._room(who)) >= part)
            ),
        )
        if done is None:
            return None
        level = person is not None and person.level
        tier = LEVEL_PAYS if bare.price.tier else None
        sold, by_points = prices.settle(lines, [each.terms for each in held], tier, bare.price.points)
        assert [line.amount for line in bare.price.lines] == sold
        triples = [(pieces, fen, by) for (_, pieces), fen, by in zip(wanted, sold, by_points, strict=True)]
        ended = earner is not None and self.people[earner].usable(self.now) < self.people[earner].points
        rate = LEVEL_RATE if level else 100
        return Quoted(done[0], who, self.now, triples, held, part, rate, ended, payer, earner)

    def _accounts(self, who: int | None) -> tuple[int | None, int | None]:
        """Whose stored value and whose points a cart of theirs moves."""
        shared = self.shared
        if who != 1 or shared is None or shared.paused:
            return who, who
        return (0 if shared.per_day else 1), (0 if shared.points else 1)

    def _room(self, who: int | None) -> int:
        """What may leave the wallet in one payment: everything that is one's own, of the household's within the limits of the day."""
        if self._accounts(who)[0] == who or self.shared is None:
            return 10**9
        today = self.now.astimezone(SHOP).date()
        spent = sum(
            tender.left
            for order in self.orders.values()
            for tender in order.tenders
            if order.payer == 0 and tender.kind == "wallet" and order.at.astimezone(SHOP).date() == today
        )
        return self.shared.room(spent)

    def _expect_best(
        self, sale: Sale, who: int | None, lines: list[prices.Line], held: list[Held], *, use: bool, points: int
    ) -> None:
        """What is proposed is the best there is; of alike coupons the model tries the first to expire."""
        first: dict[str, Held] = {}
        mine = [each for each in self.coupons.values() if use and who is not None and each.member == who]
        for each in sorted(mine, key=lambda each: each.terms.expires):
            if each.usable(self.now):
                first.setdefault(each.template, each)
        person, earner = Member() if who is None else self.people[who], self._accounts(who)[1]
        usable = 0 if earner is None else self.people[earner].usable(self.now)
        best = prices.best(
            lines, [each.terms for each in first.values()], tier_pays=LEVEL_PAYS if person.level else 1000,
            points=min(points, max(0, usable)),
        )  # fmt: skip
        assert (sale.price.due, len(held), sale.price.points) == (best.due, len(best.coupons), best.points)
        assert sorted(each.terms.expires for each in held) == list(best.expiries)

    def _pay(self, quoted: Quoted, *, told: bool) -> tuple[Any, Any] | None:
        """Write the sale."""
        sale, actor = quoted.sale, self.world.actor

        def expected() -> None:
            spends = quoted.held or quoted.stored or sale.price.points
            require(not spends or self.now < quoted.made + AGREED)
            require(all(each.usable(self.now) and each.member == quoted.who for each in quoted.held))
            if quoted.payer is not None and quoted.earner is not None:
                self._require_shared(quoted)
                require(self.people[quoted.earner].usable(self.now) >= sale.price.points or not sale.price.points)
                require(self.people[quoted.payer].stored >= quoted.stored)

        done = self.both(
            lambda: complete_order(self.session, sale, origin="counter", actor=actor, at=self.now), expected
        )
        if done is None:
            return None
        view: OrderView = done[0]
        order = self._book(quoted, view.id)
        assert (view.points_earned, view.due) == (order.earned, order.left)
        self.orders[view.id] = order
        if told:
            self._grow(view)
        else:
            self.untold.append(view)
        return done

    def _require_shared(self, quoted: Quoted) -> None:
        """What is the household's is still shared, and within the limits of now."""
        payer, earner = self._accounts(quoted.who)
        if quoted.payer != quoted.who and quoted.stored:
            require(payer == quoted.payer and quoted.stored <= self._room(quoted.who))
        if quoted.earner != quoted.who and quoted.sale.price.points:
            require(earner == quoted.earner)

    def _book(self, quoted: Quoted, number: int) -> model.Order:
        """What a sale does in the model."""
        price = quoted.sale.price
        tenders = [model.Tender(each.kind, each.amount, each.amount) for each in quoted.sale.settlement.tenders]
        lines = [model.Line(*line) for line in quoted.lines]
        order = model.Order(number, quoted.who, self.now, lines, tenders, rate=quoted.rate, points=price.points)
        for each in quoted.held:
            each.state, each.order, each.used_at = "redeemed", number, self.now
            each.free()
        order.coupons = quoted.held
        if quoted.payer is None or quoted.earner is None:
            return order
        order.payer = quoted.payer if quoted.payer != quoted.who and quoted.stored else None
        order.earner = quoted.earner if quoted.earner != quoted.who else None
        earner = self.people[quoted.earner]
        if order.points:
            if quoted.ended:
                earner.expire_points(self.now)
            order.lots = earner.take_points(order.points, after=self.now)
        order.wallet = self.people[quoted.payer].spend(quoted.stored) if quoted.stored else {}
        order.earned = order.earns()
        if order.earned:
            earner.add_points(self.next_lot(), order.earned, self.now, number)
        return order

    def _grow(self, view: OrderView) -> None:
        event = OrderCompleted(
            view.id, view.number, view.store_id, view.member_id, view.paid, view.points_earned, view.points_after,
            view.completed_at.isoformat(), view.completed_at.isoformat(),
        )  # fmt: skip
        order = self.orders[view.id]

        def expected() -> None:
            if order.member is not None:
                target = order.left - order.bonus
                self.people[order.member].grow(target - order.growth, order.number, order.at, LEVEL)
                order.growth = target

        self.both(lambda: grow_by_sale(self.session, event), expected)

    def _order_at(self, place: int) -> int | None:
        """One of the last orders; the first is sold where there is none yet."""
        if not self.orders:
            self.sell(0, [(place % 4, 2), (3, 1)], use=True, points=150, stored=30, told=bool(place % 2))
        return sorted(self.orders)[-1 - place % min(3, len(self.orders))] if self.orders else None

    def _refund(self, name: str, place: int, wish: Wish, backs: Any) -> None:
        """Take something back of one of the last orders."""
        number = self._order_at(place)
        if number is None:
            return
        order = self.orders[number]

        def expected() -> dict[str, int]:
            require(not order.done)
            return model.refund(
                order, None if order.member is None else self.people[order.member], backs(order), number=self.next_lot(),
                now=self.now, level_from=LEVEL, payer=self._person(order.payer), earner=self._person(order.earner),
            )  # fmt: skip

        done = self.both(
            lambda: refund_order(self.session, number, wish, "口味不对", actor=self.world.actor, at=self.now), expected
        )
        if done:
            refund, given = done
            assert {kind: fen for kind, fen in given.items() if fen} == _by_kind(refund.tenders)
        self.count(name, done)

    def _person(self, who: int | None) -> Member | None:
        return None if who is None else self.people[who]


def _by_kind(tenders: Any) -> dict[str, int]:
    given: dict[str, int] = {}
    for each in tenders:
        given[each.kind] = given.get(each.kind, 0) + each.amount
    return given
