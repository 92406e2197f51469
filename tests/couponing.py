"""Coupons in tests: a template as the owner would write it, and a coupon of it in somebody's hand."""

from typing import Any

from services.coupons import commands, queries
from services.coupons.schemas import TemplateIn
from services.members.models import Member
from services.shared import database
from services.shared.actors import SYSTEM
from tests.cast import Cast

OFF_20: dict[str, Any] = {"name": "满100减20", "kind": "threshold_off", "value": "20.00", "threshold": "100.00"}


def free_item(product_id: int) -> dict[str, Any]:
    """A coupon for one piece of a product."""
    return {"name": "请您喝拿铁", "kind": "free_item", "scope": {"products": [str(product_id)]}}


def make_template(shop: Cast, told: dict[str, Any] | None = None, **more: Any) -> int:
    """A template's id; what members take by themselves is for each of them once."""
    each = {"per_member": 1} if more.keys() & {"claimable", "public_code", "welcome"} else {}
    with database.transaction() as session:
        data = TemplateIn().load((told or OFF_20) | each | more)
        return commands.create_template(session, data, actor=SYSTEM, at=shop.at).id


def give_coupon(shop: Cast, member: Member, told: dict[str, Any] | None = None, **more: Any) -> tuple[int, str]:
    """The id and the code of a coupon that a member holds."""
    template_id = make_template(shop, told, **more)
    with database.transaction() as session:
        coupon = commands.issue_coupon(session, template_id, member.id, source="gift", actor=SYSTEM, at=shop.at)
        code = queries.get_code(session, coupon.id)
    assert code is not None
    return coupon.id, code
