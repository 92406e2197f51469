"""Looking up coupons: templates, and what members hold."""

from services.coupons.queries.held import (
    HeldCoupon,
    find_by_code,
    get_code,
    get_coupon,
    list_coupons,
    list_events,
    list_held,
    list_usable,
)
from services.coupons.queries.templates import (
    count_by_state,
    find_template_by_public_code,
    get_open_template,
    get_template,
    list_templates,
    list_welcome_templates,
    terms_of,
)

__all__ = [
    "HeldCoupon",
    "count_by_state",
    "find_by_code",
    "find_template_by_public_code",
    "get_code",
    "get_coupon",
    "get_open_template",
    "get_template",
    "list_coupons",
    "list_events",
    "list_held",
    "list_templates",
    "list_usable",
    "list_welcome_templates",
    "terms_of",
]
