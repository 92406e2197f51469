"""The staff app (店员端): one module per area, all on one blueprint under /staff/."""

from importlib import import_module

from flask import Blueprint, Flask

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
AREAS: tuple[str, ...] = (
    "account",
    "approvals",
    "audit",
    "consents",
    "counter",
    "coupons",
    "dealing",
    "earning_rules",
    "erasing",
    "exports",
    "families",
    "freezes",
    "home",
    "households",
    "imports",
    "interactions",
    "invoices",
    "liability",
    "member_ledgers",
    "adjusting",
    "members",
    "merging",
    "minors",
    "more",
    "notifications",
    "order_flags",
    "order_members",
    "orders",
    "passkeys",
    "people",
    "phones",
    "privacy",
    "products",
    "recovery",
    "refunds",
    "registration",
    "order_answers",
    "own_fields",
    "own_forms",
    "roles",
    "second_steps",
    "segments",
    "settings",
    "pins",
    "shop_devices",
    "signin",
    "signin_codes",
    "step_up",
    "stores",
    "tags",
    "rfm",
    "tiers",
    "till_days",
    "tills",
    "tokens",
    "vaccinations",
    "wallet",
)


def register(app: Flask) -> None:
    """Import every area (each adds its routes) and register the blueprint."""
    for area in AREAS:
        import_module(f"webapp.staff.{area}")
    app.register_blueprint(blueprint)
    import_module("webapp.staff.navigation").init_app(app)
