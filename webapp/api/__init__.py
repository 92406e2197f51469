"""REST API v1 (api.md): bearer tokens with scopes, JSON, OpenAPI 3.1 at /api/v1/openapi.json."""

from importlib import import_module
from threading import Lock
from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow.fields import Field

from services.checkout.schemas import ScanId
from services.coupons.schemas import Day, Minute
from services.loyalty.schemas import Permille
from services.members.schemas import Phone
from services.shared.fields import Identifier, Moment, Money, Whole
from services.tills.schemas import Pieces, Sums
from webapp.api.document import Problem

RESOURCES = (
    "account",
    "approvals",
    "audit",
    "consents",
    "coupon_templates",
    "coupons",
    "dealing",
    "devices",
    "earning_rules",
    "exports",
    "families",
    "own_families",
    "fields",
    "forms",
    "freezes",
    "imports",
    "invoices",
    "handovers",
    "households",
    "members",
    "merges",
    "messages",
    "minors",
    "offline_sales",
    "orders",
    "parked_carts",
    "passkeys",
    "phones",
    "points",
    "privacy",
    "products",
    "proofs",
    "push",
    "quotes",
    "refunds",
    "retention",
    "roles",
    "scans",
    "second_steps",
    "segments",
    "sessions",
    "shop_devices",
    "sms",
    "staff",
    "step_up",
    "stores",
    "tags",
    "tills",
    "timeline",
    "tiers",
    "tokens",
    "top_up_plans",
    "wallet",
)


# How our own fields are written in JSON (services/shared/fields.py).
FIELDS: tuple[tuple[type[Field[Any]], str, str | None], ...] = (
    (Identifier, "string", None), (Money, "string", None), (Moment, "string", "date-time"), (Whole, "integer", None),
    (Phone, "string", None), (Day, "string", "date"), (Minute, "string", None), (ScanId, "string", None), (Permille, "string", None),
    (Pieces, "object", None), (Sums, "object", None),
)  # fmt: skip


class ChangkeApi(Api):  # type: ignore[misc]
    """flask-smorest without its own error pages: the edge answers every error in one shape.

    The document is written when somebody asks for it: most processes never are.
    """

    ERROR_SCHEMA = Problem

    def __init__(self, app: Flask, **options: Any) -> None:
        self._untold: list[Any] = []
        self._told = False
        self._telling = Lock()
        super().__init__(app, **options)

    def register_blueprint(self, blueprint: Any, **options: Any) -> None:
        """The routes of a resource; what the document says of them comes later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, **options)
        self._untold.append(blueprint)

    def _openapi_json(self) -> Any:
        with self._telling:
            if not self._told:
                super()._register_responses()
                self._told = True
            while self._untold:
                blueprint = self._untold.pop(0)
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
        return super()._openapi_json()

    def _register_responses(self) -> None:
        """The answers that every operation may give come later, too."""

    def _register_error_handlers(self) -> None:
        """The edge has registered them (webapp/web/errors.py)."""


def register(app: Flask) -> None:
    """Register every resource (each module has a `blueprint`)."""
    app.config.update(
        API_TITLE="Changke",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = ChangkeApi(app, spec_kwargs=_spec())
    for field, kind, form in FIELDS:
        api.register_field(field, kind, form)
    for resource in RESOURCES:
        api.register_blueprint(import_module(f"webapp.api.{resource}").blueprint, url_prefix="/api/v1")


def _spec() -> dict[str, Any]:
    return {
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }
