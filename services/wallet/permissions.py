"""What may be allowed here."""

from services.shared.actors import for_whole_shop

WALLET_READ = "wallet:read"
WALLET_TOP_UP = "wallet:top_up"
WALLET_PAY_OUT = "wallet:pay_out"
WALLET_ADJUST = "wallet:adjust"
TOP_UP_PLANS_CHANGE = for_whole_shop("top_up_plans:change")
LIABILITY_READ = "liability:read"
