"""Prices, tenders and quotes as pure rules: worked carts of domain.md, and properties that must hold for every cart."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.queries import Choice, Option, SaleProduct
from services.checkout.rules import quotes
from services.checkout.rules.pricing import Cart, CartLine, Customer, House, price
from services.checkout.rules.tenders import settle
from services.loyalty.rules import Multiplier, multiplier_of, points_for
from services.orders.queries import TenderView
from services.shared.refusals import Invalid

SIZE = Option("size", "尺寸", (Choice("6", "6 寸", 0), Choice("8", "8 寸", 8000)))


def product(number: int, fen: int, *options: Option, available: bool = True, sold_out: bool = False) -> SaleProduct:
    return SaleProduct(number, f"商品 {number}", fen, options, available, sold_out, None, None)


SHELF = {
    1: product(1, 3200),
    2: product(2, 19800, SIZE),
    3: product(3, 2200, sold_out=True),
    4: product(4, 2200, available=False),
}


def cart(*lines: CartLine) -> Cart:
    return Cart(1, None, lines)


def wrong(*lines: CartLine) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        price(cart(*lines), SHELF)
    return set(refusal.value.errors)


def test_two_tiramisu_cost_sixty_four() -> None:
    """Worked carts 1 and 2."""
    priced = price(cart(CartLine(1, {}, 2)), SHELF)
    assert (priced.due, priced.list_total) == (6400, 6400)
    assert [(step.kind, step.amount) for step in priced.steps] == [("list", 6400)]
    assert points_for(priced.due, step=1000, per_step=1, way="steps") == 6


def test_a_choice_changes_the_list_price() -> None:
    line = price(cart(CartLine(2, {"size": "8"}, 1, "生日快乐")), SHELF).lines[0]
    assert (line.list_price, line.choices, line.note) == (27800, "8 寸", "生日快乐")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (CartLine(9, {}), "product"),
        (CartLine(3, {}), "product"),
        (CartLine(4, {}), "product"),
        (CartLine(2, {}), "options.size"),
        (CartLine(2, {"size": "12"}), "options.size"),
        (CartLine(2, {"size": "6", "icing": "x"}), "options.icing"),
        (CartLine(1, {}, 0), "quantity"),
        (CartLine(1, {}, 1000), "quantity"),
        (CartLine(1, {}, manual_price=3201), "manual_price"),
        (CartLine(2, {"size": "8"}, manual_price=27801), "manual_price"),
        (CartLine(1, {}, manual_price=-1), "manual_price"),
    ],
)
def test_what_cannot_be_sold_is_told_on_its_line(line: CartLine, field: str) -> None:
    assert wrong(CartLine(1, {}), line) == {f"lines.1.{field}"}


def test_an_empty_cart_has_no_price() -> None:
    assert wrong() == {"lines"}


amounts = st.lists(st.tuples(st.integers(0, 500_000), st.integers(1, 999)), min_size=1, max_size=12)


@given(
    amounts,
    st.integers(0, 2_000_000),
    st.sampled_from([1000, 900, 5]),
    st.integers(0, 5_000),
    st.sampled_from([0, 10, 100]),
)
def test_steps_lines_and_shares_always_add_up(
    shelf: list[tuple[int, int]], by_hand: int, tier_pays: int, points: int, rounding: int
) -> None:
    """Whatever is taken off: Σ steps = Σ lines = due, every line is its list price plus its shares, none is negative."""
    products = {number: product(number, fen) for number, (fen, _) in enumerate(shelf)}
    lines = tuple(CartLine(number, {}, pieces) for number, (_, pieces) in enumerate(shelf))
    wanted = Cart(1, 7, lines, points=points, manual_off=by_hand)
    priced = price(wanted, products, Customer(1, "", tier_pays, 3_000), House(rounding=rounding))
    assert priced.due == sum(step.amount for step in priced.steps) == sum(line.amount for line in priced.lines) >= 0
    assert priced.points <= min(points, 3_000)
    for line in priced.lines:
        assert line.amount == line.list_price * line.quantity + sum(share.amount for share in line.shares) >= 0
    assert all(sum(step.shares) == step.amount for step in priced.steps)


def tender(kind: str, fen: int, received: int | None = None) -> TenderView:
    return TenderView(kind, fen, received)


def test_cash_gives_change() -> None:
    assert settle(5760, [tender("cash", 5760, 10000)]).change == 4240


def test_a_bill_may_be_split() -> None:
    assert settle(6400, [tender("cash", 2000), tender("wechat", 4400)]).change == 0


@pytest.mark.parametrize(
    ("due", "tenders", "field"),
    [
        (6400, [], "tenders"),
        (6400, [tender("cash", 6300)], "tenders.0.amount"),
        (6400, [tender("cash", 6500)], "tenders.0.amount"),
        (6400, [tender("cash", 3200), tender("cash", 3200)], "tenders.1.kind"),
        (6400, [tender("cash", 6400, 6399)], "tenders.0.received"),
        (6400, [tender("wechat", 6400, 7000)], "tenders.0.received"),
        (6400, [tender("gold", 6400)], "tenders.0.kind"),
        (6400, [tender("card", 6400), tender("other", 0)], "tenders.1.amount"),
        (0, [tender("cash", 1)], "tenders.0.amount"),
    ],
)
def test_tenders_that_do_not_pay_the_bill_are_refused(due: int, tenders: list[TenderView], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        settle(due, tenders)
    assert list(refusal.value.errors) == [field]


def test_what_costs_nothing_needs_no_tender() -> None:
    assert settle(0, []).tenders == ()


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6))
def test_any_split_that_adds_up_is_accepted(parts: list[int]) -> None:
    kinds = ["cash", "wechat", "alipay", "card", "other", "other"]
    settled = settle(sum(parts), [tender(kind, part) for kind, part in zip(kinds, parts, strict=False)])
    assert sum(one.amount for one in settled.tenders) == sum(parts)


LATER = datetime(2026, 11, 21, 6, 35, tzinfo=UTC)
NOBODYS = (None, None)


def sign(content: bytes) -> bytes:
    return sha256(b"secret" + content).digest()[:16]


def sealed(*lines: CartLine) -> str:
    wanted = cart(*lines)
    return quotes.seal(wanted, price(wanted, SHELF), 6, LATER, sign, accounts=NOBODYS)


def test_a_quote_says_again_what_it_said() -> None:
    lines = (CartLine(1, {}, 2, "少糖"), CartLine(2, {"size": "8"}))
    promise = quotes.unseal(sealed(*lines), sign)
    assert promise is not None
    assert (promise.cart, promise.due, promise.earns) == (cart(*lines), 34200, 6)
    assert promise.holds(price(cart(*lines), SHELF), 6, LATER - timedelta(seconds=1), accounts=NOBODYS)
    assert not promise.holds(price(cart(*lines), SHELF), 6, LATER, accounts=NOBODYS)
    assert not promise.holds(price(cart(*lines), SHELF), 6, LATER - timedelta(seconds=1), accounts=(7, None))


@given(st.integers(0, 400), st.characters(codec="ascii", categories=("L", "N")))
def test_nobody_can_write_a_quote(place: int, letter: str) -> None:
    whole = sealed(CartLine(1, {}, 2))
    place = 2 + place % (len(whole) - 3)  # the last letter may carry bits that mean nothing
    changed = whole[:place] + letter + whole[place + 1 :]
    assert changed == whole or quotes.unseal(changed, sign) is None


@pytest.mark.parametrize("text", ["", "q_", "q_a", "q_!!!!", "x", "q_" + "A" * 50_000, "q_" + "A" * 64, "q_é"])
def test_nonsense_is_no_quote(text: str) -> None:
    assert quotes.unseal(text, sign) is None


@pytest.mark.parametrize(
    ("paid", "step", "per_step", "way", "points"),
    [
        (10000, 1000, 1, "steps", 10),
        (5760, 1000, 1, "steps", 5),
        (999, 1000, 1, "steps", 0),
        (5760, 1000, 3, "steps", 15),
        (5760, 1000, 3, "proportional", 17),
        (0, 1000, 1, "proportional", 0),
        (10000, 1000, 0, "steps", 0),
    ],
)
def test_points_follow_the_rule(paid: int, step: int, per_step: int, way: str, points: int) -> None:
    assert points_for(paid, step=step, per_step=per_step, way=way) == points  # type: ignore[arg-type]


@given(st.integers(50, 300), st.lists(st.integers(50, 300), max_size=5), st.sampled_from([300, 500, 1000]))
def test_multipliers_multiply_and_are_rounded_once(tier: int, rules: list[int], most: int) -> None:
    """1.33 three times over is 2.352637, hence 2.35."""
    exact = Fraction(tier, 100)
    for each in rules:
        exact *= Fraction(each, 100)
    found = multiplier_of(1, None, [Multiplier(each) for each in rules], tier=tier, most=most)
    assert found == min(int(exact * 100), most)
    assert multiplier_of(1, None, [Multiplier(133), Multiplier(133)], tier=133) == 235
