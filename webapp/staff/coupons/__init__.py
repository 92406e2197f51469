"""优惠券 in the back office: templates with their live example, giving them out, one coupon with its story, what it all cost."""

from webapp.staff.coupons import costs, editing, giving, held, pages, redeeming

__all__ = ["costs", "editing", "giving", "held", "pages", "redeeming"]
