"""What may be allowed here."""

COUPONS_READ = "coupons:read"
COUPONS_ISSUE = "coupons:issue"
COUPONS_REDEEM = "coupons:redeem"
COUPONS_UNDO = "coupons:undo"
COUPONS_REVOKE = "coupons:revoke"
COUPON_TEMPLATES_CHANGE = "coupon_templates:change"
