"""The same through the forms of both apps: what a person sends from a page, with the key that stands in it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from services.coupons import commands as coupons
from services.shared import database
from services.shared.actors import SYSTEM
from services.wallet.queries import list_open_lots
from tests.couponing import free_item, give_coupon, make_template
from tests.tilling import open_shift
from tests.webapp.money_acts import Act, Desk


def _offer(desk: Desk) -> Act:
    coupon_id, _ = give_coupon(desk.till.shop, desk.till.member, transferable=True)
    return Act(f"/member/coupons/{coupon_id}/transfer", {}, {"x": "1"}, "member")


def _offered(desk: Desk) -> tuple[int, str]:
    """A coupon that its holder has offered by link: its id, and what the link carries."""
    template_id = make_template(desk.till.shop, transferable=True)
    with database.transaction() as session:
        coupon = coupons.issue_coupon(
            session, template_id, desk.till.member.id, source="gift", actor=SYSTEM, at=desk.till.shop.at
        )
        return coupon.id, coupons.offer_transfer(
            session, coupon.id, desk.till.member.id, actor=SYSTEM, at=datetime.now(UTC)
        )


def _keep(desk: Desk) -> Act:
    coupon_id, _ = _offered(desk)
    return Act(f"/member/coupons/{coupon_id}/transfer/cancel", {}, {"x": "1"}, "member")


def _gift(desk: Desk) -> Act:
    _, token = _offered(desk)
    return Act(f"/member/coupons/gift/{token}", {}, {"x": "1"}, "other")


def _claim_coupon(desk: Desk) -> Act:
    return Act(f"/member/coupons/claim/{desk.template()}", {}, {"x": "1"}, "member")


def _public_code(desk: Desk) -> Act:
    make_template(desk.till.shop, public_code="cake88")
    return Act("/member/coupons/codes", {"public_code": "cake88"}, {"public_code": "cake99"}, "member")


def _claim(desk: Desk) -> Act:
    code = desk.sold(known=False)["receipt_code"]
    return Act("/member/orders/claim", {"receipt_code": code}, {"receipt_code": "0000-0000-0000"}, "member")


def _batch(desk: Desk) -> Act:
    sent = {"way": "lines", "lines": desk.till.member.number, "reason": "中秋"}
    return Act(f"/staff/coupons/{desk.template()}/issue", sent, sent | {"reason": "国庆"}, "manager")


def _held(desk: Desk) -> str:
    coupon_id, _ = give_coupon(desk.till.shop, desk.till.member, free_item(desk.till.products["拿铁"]))
    return f"/staff/coupons/held/{coupon_id}"


def _ask(desk: Desk) -> Act:
    return Act(f"{_held(desk)}/ask", {}, {"x": "1"}, "cashier")


def _redeem(desk: Desk) -> Act:
    return Act(f"{_held(desk)}/redeem", {"reason": "手机没电"}, {"reason": "没带手机"}, "manager")


def _revoke(desk: Desk) -> Act:
    return Act(f"{_held(desk)}/revoke", {"reason": "发错人了"}, {"reason": "重复了"}, "manager")


def _undo(desk: Desk) -> Act:
    return Act(f"/staff/coupons/held/{desk.redeemed()[0]}/undo", {}, {"x": "1"}, "manager")


def _issue(desk: Desk) -> Act:
    sent = {"template": str(make_template(desk.till.shop)), "reason": "赔个不是"}
    return Act(f"/staff/members/{desk.member}/coupons", sent, sent | {"reason": "生日"}, "manager")


def _enter_code(desk: Desk) -> Act:
    make_template(desk.till.shop, public_code="tart88")
    sent = {"public_code": "tart88"}
    return Act(f"/staff/members/{desk.member}/coupons/code", sent, {"public_code": "tart99"}, "manager")


def _points(desk: Desk) -> Act:
    sent = {"way": "give", "amount": "20", "reason": "生日"}
    return Act(f"/staff/members/{desk.member}/points/adjust", sent, sent | {"amount": "30"}, "manager")


def _wallet(desk: Desk) -> Act:
    sent = {"way": "take", "part": "principal", "amount": "10", "reason": "多充了"}
    return Act(f"/staff/members/{desk.member}/wallet/adjust", sent, sent | {"amount": "20"}, "owner")


def _pay_out(desk: Desk) -> Act:
    page = f"/staff/members/{desk.member}/wallet/payout"
    with database.reading() as session:
        lot = list_open_lots(session, desk.till.member.id)[0].id
    shown = desk.browser("manager").get(f"{page}?lots={lot}").text
    sheet, amount = (re.findall(rf'name="{name}"[^>]* value="([^"]+)"', shown)[0] for name in ("sheet", "amount"))
    sent = {"store": desk.store, "lots": str(lot), "sheet": sheet, "amount": amount, "reason": "搬家", "tender": "cash"}
    return Act(page, sent, sent | {"reason": "出国"}, "manager")


def _top_up(desk: Desk) -> Act:
    sent = {"store": desk.store, "plan": "", "amount": "88.50", "tender": "wechat"}
    return Act(f"/staff/members/{desk.member}/wallet/top-up", sent, sent | {"amount": "99"}, "cashier")


def _member_of(desk: Desk) -> Act:
    sent = {"member": str(desk.other.id), "reason_chip": "扫错了会员码"}
    return Act(f"/staff/orders/{desk.sold()['id']}/member", sent, sent | {"member": desk.member}, "manager")


def _refund(desk: Desk) -> Act:
    sent = {"way": "lines", "pieces_1": "1", "reason_chip": "做错了", "seen": "0"}
    return Act(f"/staff/orders/{desk.sold()['id']}/refunds", sent, sent | {"pieces_1": "2"}, "manager")


def _open_till(_desk: Desk) -> Act:
    sent = {"name": "五号", "opening_float": "300"}
    return Act("/staff/tills/new", sent, sent | {"opening_float": "200"}, "cashier")


def _cash(desk: Desk) -> Act:
    sent = {"kind": "out", "amount": "20", "reason": "付快递费"}
    shift = open_shift(desk.till.shop, name="六号")
    return Act(f"/staff/tills/{shift}/entries", sent, sent | {"amount": "30"}, "cashier")


def _close(desk: Desk) -> Act:
    shift = open_shift(desk.till.shop, name="七号")
    sent = {"counted.cash": "300"}
    return Act(f"/staff/tills/{shift}/close", sent, {"counted.cash": "299", "reason": "找错"}, "cashier")


FORMS: dict[str, Callable[[Desk], Act]] = {
    "/member/coupons/<int:coupon_id>/transfer": _offer,
    "/member/coupons/<int:coupon_id>/transfer/cancel": _keep,
    "/member/coupons/claim/<int:template_id>": _claim_coupon,
    "/member/coupons/codes": _public_code,
    "/member/coupons/gift/<code>": _gift,
    "/member/orders/claim": _claim,
    "/staff/coupons/<int:template_id>/issue": _batch,
    "/staff/coupons/held/<int:coupon_id>/ask": _ask,
    "/staff/coupons/held/<int:coupon_id>/redeem": _redeem,
    "/staff/coupons/held/<int:coupon_id>/revoke": _revoke,
    "/staff/coupons/held/<int:coupon_id>/undo": _undo,
    "/staff/members/<int:member_id>/coupons": _issue,
    "/staff/members/<int:member_id>/coupons/code": _enter_code,
    "/staff/members/<int:member_id>/points/adjust": _points,
    "/staff/members/<int:member_id>/wallet/adjust": _wallet,
    "/staff/members/<int:member_id>/wallet/top-up": _top_up,
    "/staff/orders/<int:order_id>/member": _member_of,
    "/staff/orders/<int:order_id>/refunds": _refund,
    "/staff/tills/<int:shift_id>/close": _close,
    "/staff/tills/<int:shift_id>/entries": _cash,
    "/staff/tills/new": _open_till,
    "/staff/members/<int:member_id>/wallet/payout": _pay_out,
}
