"""What the wallet's forms send, turned into what its schemas read: forms have flat names and one tender."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from services.shared.fields import Money, Text
from services.shared.words import N_
from services.wallet.schemas import PayoutIn, PlanIn, TopUpIn


class TopUpForm(TopUpIn):
    """The top-up page: a plan with all that the cashier saw of it (`amount-7`, `bonus-7`…), or an amount; one way of paying, and cash
    received."""

    @pre_load
    def _from_form(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        plan = values.get("plan") or None
        amount = values.get(f"amount-{plan}" if plan else "amount") or None
        kind = values.get("tender") or ""
        paid = {
            "kind": kind,
            "amount": amount,
            "received": (values.get("received") or None) if kind == "cash" else None,
        }
        tenders = [paid] if kind and amount is not None else []
        shown = {name: values.get(f"{name}-{plan}") or None for name in ("bonus", "points", "coupons")}
        return {"store": values.get("store"), "plan": plan, "amount": amount, "tenders": tenders, **shown}


class PlanForm(PlanIn):
    """The plan editor: what is left empty is none, or no limit."""

    @pre_load
    def _from_form(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        zero = {name: values.get(name) or "0" for name in ("bonus", "points", "coupons")}
        none = {name: values.get(name) or None for name in ("template", "per_member")}
        return {**values, **zero, **none, "stores": values.get("stores", [])}


class PayoutForm(PayoutIn):
    """The payout page; `lots` is a list of ids with commas."""

    @pre_load
    def _from_form(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        named = [part for part in str(values.get("lots", "")).split(",") if part]
        empty = {name: values.get(name) or None for name in ("amount", "tender", "sheet")}
        return {**values, **empty, "lots": named}


class AdjustmentForm(Schema):
    """A correction: which way, of which part, how much, and why."""

    way = fields.String(required=True, validate=validate.OneOf(("give", "take"), error=N_("请从列表里选")))
    part = fields.String(required=True, validate=validate.OneOf(("principal", "bonus"), error=N_("请从列表里选")))
    amount = Money(required=True, least=1, most=5_000_00)
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))
