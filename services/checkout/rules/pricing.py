"""What a cart costs, step by step (domain.md, *Price of a cart, in this order*). All amounts are fen.

The first step is the list price; each *reduction* after it (trial price, tier, coupons, points, rounding) looks at the lines as the
former steps left them and takes something off, line by line, so that a refund later knows what each line really cost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.catalog.queries import Option, SaleProduct
from services.orders.queries import LineView, ShareView
from services.shared import money
from services.shared.refusals import Invalid
from services.shared.words import N_

MOST_PIECES = 999
MOST_LINES = 100
LIST = "list"


@dataclass(frozen=True)
class CartLine:
    """What someone wants: a product, its choices (option key → choice key), how many, and a note of up to 60 characters."""

    product_id: int
    options: Mapping[str, str]
    quantity: int = 1
    note: str = ""


@dataclass(frozen=True)
class Cart:
    """Lines wanted at a store by a member, or by a walk-in (None)."""

    store_id: int
    member_id: int | None
    lines: tuple[CartLine, ...]


@dataclass(frozen=True)
class Step:
    """One explained step of a price: `amount` is added to what stood before, `shares` say how much of it falls on each line."""

    kind: str
    amount: int
    shares: tuple[int, ...]
    label: str = ""


@dataclass(frozen=True)
class Price:
    """What a cart costs and why: Σ steps = Σ line amounts = `due`."""

    lines: tuple[LineView, ...]
    steps: tuple[Step, ...]
    due: int

    @property
    def list_total(self) -> int:
        """What it would cost without any reduction."""
        return self.steps[0].amount


Reduction = Callable[[Sequence[LineView]], Step | None]


def price(cart: Cart, products: Mapping[int, SaleProduct], reductions: Sequence[Reduction] = ()) -> Price:
    """Price `cart` with `products` as its store sells them now; reductions apply in their order.

    Raises Invalid with the words beside each line (`lines.0.product`, `lines.0.options.size`).
    """
    lines = _at_list_price(cart, products)
    amounts = tuple(line.amount for line in lines)
    steps = [Step(LIST, sum(amounts), amounts)]
    for reduction in reductions:
        step = reduction(lines)
        if step is not None:
            steps.append(step)
            lines = [_reduced(line, step.kind, share) for line, share in zip(lines, step.shares, strict=True)]
    return Price(tuple(lines), tuple(steps), sum(line.amount for line in lines))


def spread(kind: str, off: int, lines: Sequence[LineView], label: str = "") -> Step | None:
    """A step that takes `off` fen from what the lines stand at, each by its weight.

    Never more than there is; None when nothing is left to take.
    """
    standing = [line.amount for line in lines]
    taken = min(off, sum(standing))
    if taken <= 0:
        return None
    return Step(kind, -taken, tuple(-share for share in money.split(taken, standing)), label)


def _at_list_price(cart: Cart, products: Mapping[int, SaleProduct]) -> list[LineView]:
    errors: dict[str, list[str]] = {}
    lines = [_line(place, wanted, products.get(wanted.product_id), errors) for place, wanted in enumerate(cart.lines)]
    if not lines:
        errors["lines"] = [N_("还没有选商品")]
    if errors:
        raise Invalid(errors)
    return [line for line in lines if line is not None]


def _line(place: int, wanted: CartLine, product: SaleProduct | None, errors: dict[str, list[str]]) -> LineView | None:
    trouble = _not_for_sale(product)
    if product is None or trouble:
        errors[f"lines.{place}.product"] = [trouble]
        return None
    if not 1 <= wanted.quantity <= MOST_PIECES:
        errors[f"lines.{place}.quantity"] = [N_("1 到 999 之间")]
        return None
    chosen, surcharge = _choose(f"lines.{place}.options", product.options, wanted.options, errors)
    each = max(0, product.price + surcharge)
    return LineView(
        place + 1, product.id, product.name, chosen, wanted.quantity, each, each * wanted.quantity, wanted.note
    )


def _not_for_sale(product: SaleProduct | None) -> str:
    if product is None:
        return N_("没有这个商品")
    if not product.available:
        return N_("这家店不卖这个商品")
    return N_("已售罄") if product.sold_out else ""


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


def _reduced(line: LineView, kind: str, share: int) -> LineView:
    if not share:
        return line
    return replace(line, amount=line.amount + share, shares=(*line.shares, ShareView(kind, share)))
