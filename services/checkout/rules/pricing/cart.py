"""What is wanted, and what it costs: the words that pricing, quotes and orders share. All amounts are fen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.catalog.queries import Option, SaleProduct
from services.checkout.rules.pricing.parcels import Goods
from services.coupons.rules import Reason
from services.orders.queries import LineView
from services.shared import money
from services.shared.refusals import Invalid
from services.shared.words import N_

MOST_PIECES = 999
MOST_LINES = 100
MOST_COUPONS = 60
MOST_GRAMS = 100_000
MOST_PRICE = 1_000_000_00
GRAMS = 500  # what is sold by weight is priced by the jin (斤)


@dataclass(frozen=True)
class CartLine:
    """What someone wants: a product, its choices (option key → choice key), how many, and a note of up to 60 characters.

    `grams` is what the scale says of something sold by weight, `open_price` what the cashier named for something without a price;
    `manual_price` replaces the price of a piece by a lower one (permission and reason are the caller's to check).
    """

    product_id: int
    options: Mapping[str, str]
    quantity: int = 1
    note: str = ""
    grams: int | None = None
    open_price: int | None = None
    manual_price: int | None = None


@dataclass(frozen=True)
class Cart:
    """Lines wanted at a store by a member, or by a walk-in (None).

    `coupons` names the ones to choose from (None: all that the member holds); `points` is the most to spend;
    `manual_off` is a discount by hand on the whole, for `manual_reason`. `own`: the member's own account, also where a household shares
    another one with them.
    """

    store_id: int
    member_id: int | None
    lines: tuple[CartLine, ...]
    coupons: tuple[int, ...] | None = ()
    points: int = 0
    manual_off: int = 0
    manual_reason: str = ""
    own: bool = False

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody changed a price or gave a discount."""
        return bool(self.manual_off) or any(line.manual_price is not None for line in self.lines)


@dataclass(frozen=True)
class Step:
    """One explained step of a price: `amount` is added to what stood before, `shares` say how much of it falls on each line."""

    kind: str
    amount: int
    shares: tuple[int, ...]
    label: str = ""
    coupon_id: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What became of a coupon: it takes `saves` fen off, or `reason` says why it does not apply."""

    coupon_id: int
    saves: int = 0
    reason: Reason | None = None


@dataclass(frozen=True)
class Price:
    """What a cart costs and why: Σ steps = Σ line amounts = `due`. `points` are spent; `tier` says whether its discount was taken."""

    lines: tuple[LineView, ...]
    steps: tuple[Step, ...]
    due: int
    points: int = 0
    tier: bool = False
    verdicts: tuple[Verdict, ...] = ()
    exhaustive: bool = True

    @property
    def list_total(self) -> int:
        """What it would cost without any reduction."""
        return self.steps[0].amount

    @property
    def coupons(self) -> tuple[int, ...]:
        """The coupons that take something off, in the order in which they do."""
        return tuple(step.coupon_id for step in self.steps if step.coupon_id is not None)


def lines_of(cart: Cart, products: Mapping[int, SaleProduct]) -> list[LineView]:
    """The cart's lines at list price. Raises Invalid with the words beside each (`lines.0.product`, `lines.0.options.size`)."""
    errors: dict[str, list[str]] = {}
    lines = [_line(place, wanted, products.get(wanted.product_id), errors) for place, wanted in enumerate(cart.lines)]
    if not lines:
        errors["lines"] = [N_("还没有选商品")]
    if errors:
        raise Invalid(errors)
    return [line for line in lines if line is not None]


def goods_of(cart: Cart, lines: Sequence[LineView], products: Mapping[int, SaleProduct]) -> list[Goods]:
    """What reductions look at, line by line; a member's price is for members alone."""
    return [
        _goods(cart, wanted, line, products[line.product_id]) for wanted, line in zip(cart.lines, lines, strict=True)
    ]


def _goods(cart: Cart, wanted: CartLine, line: LineView, product: SaleProduct) -> Goods:
    return Goods(
        product.id,
        product.category_id,
        line.list_price,
        line.quantity,
        member_price=None if cart.member_id is None else _member_price(wanted, line, product),
        manual_price=wanted.manual_price,
        takes_tier=product.takes_tier,
        takes_coupons=product.takes_coupons,
    )


def _member_price(wanted: CartLine, line: LineView, product: SaleProduct) -> int | None:
    """What a piece costs a member, choices included; they cost members the same. What has no price of its own has no member's either."""
    if product.member_price is None or product.pricing == "open":
        return None
    for_choices = line.list_price - _list_price(wanted, product)
    return max(0, _of_weight(product.member_price, wanted, product) + for_choices)


def _line(place: int, wanted: CartLine, product: SaleProduct | None, errors: dict[str, list[str]]) -> LineView | None:
    trouble = _not_for_sale(product)
    if product is None or trouble:
        errors[f"lines.{place}.product"] = [trouble]
        return None
    field, words = _odd_amount(wanted, product)
    if words:
        errors[f"lines.{place}.{field}"] = [words]
        return None
    chosen, surcharge = _choose(f"lines.{place}.options", product.options, wanted.options, errors)
    each = max(0, _list_price(wanted, product) + surcharge)
    if wanted.manual_price is not None and wanted.manual_price > each:
        errors.setdefault(f"lines.{place}.manual_price", [N_("只能改低，不能比原价高")])
    return LineView(
        place + 1, product.id, product.name, chosen, wanted.quantity, each, each * wanted.quantity, wanted.note,
        grams=wanted.grams, category_id=product.category_id,
    )  # fmt: skip


def _not_for_sale(product: SaleProduct | None) -> str:
    if product is None:
        return N_("没有这个商品")
    if not product.available:
        return N_("这家店不卖这个商品")
    return N_("已售罄") if product.sold_out else ""


def _odd_amount(wanted: CartLine, product: SaleProduct) -> tuple[str, str]:
    """What is wrong with how much is wanted, and of which field; two empty texts when nothing is."""
    if not 1 <= wanted.quantity <= MOST_PIECES:
        return "quantity", N_("1 到 999 之间")
    if product.pricing == "weight" and not (wanted.grams and 1 <= wanted.grams <= MOST_GRAMS):
        return "grams", N_("请填重量")
    if product.pricing == "open" and not (wanted.open_price and 1 <= wanted.open_price <= MOST_PRICE):
        return "price", N_("请填这件的价格")
    if wanted.manual_price is not None and not 0 <= wanted.manual_price <= MOST_PRICE:
        return "manual_price", N_("金额超出了范围")
    return "", ""


def _list_price(wanted: CartLine, product: SaleProduct) -> int:
    """The list price of a piece before choices; something weighed is one piece."""
    return wanted.open_price or 0 if product.pricing == "open" else _of_weight(product.price, wanted, product)


def _of_weight(price: int, wanted: CartLine, product: SaleProduct) -> int:
    """`price` as it is for a piece; for what is sold by weight, that of the weight (`price` is for 500 g)."""
    return money.portion(price, wanted.grams or 0, GRAMS) if product.pricing == "weight" else price


def _choose(
    path: str, options: Sequence[Option], wanted: Mapping[str, str], errors: dict[str, list[str]]
) -> tuple[dict[str, Any], int]:
    """What was chosen, as the order keeps it, and the difference in price. Every option needs an answer."""
    for unknown in wanted.keys() - {option.key for option in options}:
        errors[f"{path}.{unknown}"] = [N_("这个商品没有这个规格")]
    chosen: dict[str, Any] = {}
    surcharge = 0
    for option in options:
        choice = next((choice for choice in option.choices if choice.key == wanted.get(option.key)), None)
        if choice is None:
            errors[f"{path}.{option.key}"] = [N_("请选择规格")]
            continue
        chosen[option.key] = {"option": option.name, "choice": choice.key, "name": choice.name}
        surcharge += choice.price_change
    return chosen, surcharge
