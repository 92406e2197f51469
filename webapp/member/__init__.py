"""The member app (会员端): one module per area, all on one blueprint under /member/."""

from importlib import import_module

from flask import Blueprint, Flask

blueprint = Blueprint("member", __name__, url_prefix="/member")
AREAS: tuple[str, ...] = (
    "claims",
    "confirmations",
    "consents",
    "coupons",
    "family",
    "forms",
    "home",
    "household",
    "inbox",
    "invoices",
    "misuse",
    "orders",
    "passkeys",
    "phone",
    "pin",
    "points",
    "privacy",
    "profile",
    "sessions",
    "signin",
    "wallet",
    "whose",
)


def register(app: Flask) -> None:
    """Import every area (each adds its routes) and register the blueprint."""
    for area in AREAS:
        import_module(f"webapp.member.{area}")
    app.register_blueprint(blueprint)
    import_module("webapp.member.navigation").init_app(app)
