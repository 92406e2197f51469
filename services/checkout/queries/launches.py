"""New products are there for everyone from their day on, and some days before for levels with early access."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from services.catalog.queries import SaleProduct
from services.catalog.rules import is_launched
from services.checkout.rules.pricing import Cart
from services.loyalty.models import Tier
from services.shared.days import local_day
from services.shared.refusals import Invalid
from services.shared.words import N_


def require_launched(
    session: Session, products: Mapping[int, SaleProduct], cart: Cart, tier_id: int | None, zone: str, *, at: datetime
) -> None:
    """Raise Invalid beside each line whose product is not there yet for this buyer. One query, where there is such a product."""
    today = local_day(at, zone)
    if all(is_launched(product.launches_on, today) for product in products.values()):
        return
    tier = session.get(Tier, tier_id) if tier_id else None
    early = tier.early_days if tier else 0
    wrong = {
        f"lines.{place}.product": [N_("还没上市，等级够的会员才能提前买")]
        for place, line in enumerate(cart.lines)
        if line.product_id in products and not is_launched(products[line.product_id].launches_on, today, early)
    }
    if wrong:
        raise Invalid(wrong)
