"""What a row of an exported list is, by the tables alone and in plain words: every column as a spreadsheet should hold it.

Money is yuan with two places as a number, moments stand on the shop's clock without a zone, what is missing is None.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon, CouponTemplate
from services.fields.models import Field, FieldValue
from services.identity.models import Staff
from services.loyalty.models import MemberTier, PointsAccount, PointsEntry, Tier
from services.members.models import Member, MemberFacts
from services.orders.models import LineShare, Order, OrderLine, Tender
from services.segments.models import MemberTag, Tag
from services.stores.models import Store
from services.tills.models import TillShift
from services.wallet.models import TopUp, WalletAccount, WalletEntry

CHINA = timedelta(hours=8)
SOURCES = {"walk_in": "到店", "online": "线上", "friend": "朋友推荐", "campaign": "活动", "import": "导入"}
ORDERS = {"paid": "已付", "part_refunded": "部分退款", "refunded": "已全退"}
WALLET = {
    "top_up": "充值",
    "spend": "消费",
    "give_back": "退款退回",
    "payout": "储值退款",
    "adjust": "手动调整",
    "transfer": "合并转入",
}
POINTS = {
    "earn": "消费得积分", "spend": "抵扣消费", "claw_back": "退款收回", "give_back": "退款退回", "expire": "到期", "adjust": "店里补的",
}  # fmt: skip


def yuan(fen: int | None) -> float | int | None:
    """As a spreadsheet reads it back."""
    return None if fen is None else fen / 100


def clock(moment: datetime | None) -> datetime | None:
    """What hangs on the wall of the shop."""
    return None if moment is None else (moment + CHINA).replace(tzinfo=None, microsecond=0)


def members(session: Session, *, whole: bool) -> list[dict[str, Any]]:
    """Everybody with a card in use, the newest first."""
    found = session.scalars(select(Member).where(Member.archived_at.is_(None)).order_by(Member.id.desc()))
    return [_member(session, each, whole=whole) | _answers(session, "member", each.id) for each in found]


def _member(session: Session, member: Member, *, whole: bool) -> dict[str, Any]:
    facts = session.get_one(MemberFacts, member.id)
    points, wallet = session.get(PointsAccount, member.id), session.get(WalletAccount, member.id)
    stands = session.get(MemberTier, member.id)
    tags = session.scalars(select(Tag.name).join(MemberTag).where(MemberTag.member_id == member.id).order_by(Tag.name))
    digits = (member.phone or "").removeprefix("+86")
    day = f"{member.birthday_month:02}-{member.birthday_day:02}" if member.birthday_month else None
    return {
        "number": member.number, "name": member.name or None, "phone": digits if whole else f"{digits[:3]} **** {digits[-4:]}",
        "gender": {"female": "女", "male": "男", "unknown": "不说"}[member.gender],
        "birthday": f"{member.birthday_year}-{day}" if whole and day and member.birthday_year else day,
        "calendar": {"solar": "公历", "lunar": "农历", None: None}[member.birthday_calendar],
        "tier": session.get_one(Tier, stands.tier_id).name if stands else None, "points": points.balance if points else 0,
        "principal": yuan(wallet.principal if wallet else 0), "bonus": yuan(wallet.bonus if wallet else 0), "orders": facts.orders,
        "spent": yuan(facts.spent), "first_order_at": clock(facts.first_order_at), "last_order_at": clock(facts.last_order_at),
        "tags": "、".join(tags) or None, "source": SOURCES[member.source], "store": _store(session, member.store_id),
        "joined_at": clock(member.joined_at), "wechat_id": member.wechat_id or None, "note": member.note or None, "state": "在用",
    }  # fmt: skip


def _answers(session: Session, subject: str, subject_id: int) -> dict[str, Any]:
    """Own fields: choices in words, yes or no, money in yuan, numbers from their thousandths."""
    told: dict[str, Any] = {}
    for field in session.scalars(select(Field).where(Field.subject == subject)):
        key = {"field_id": field.id, "subject_id": subject_id}
        rows = session.scalars(select(FieldValue).filter_by(**key).order_by(FieldValue.position)).all()
        words = {each["key"]: each["zh"] for each in field.choices}
        told[f"field.{field.key}"] = None
        for row in rows:
            told[f"field.{field.key}"] = {
                "choices": "、".join(words.get(each.words or "", "") for each in rows), "choice": words.get(row.words or ""),
                "money": yuan(row.number), "number": None if row.number is None else row.number / 1000, "date": row.day,
                "yes_no": "是" if row.number else "否", "text": row.words,
            }[field.kind]  # fmt: skip
    return told


def orders(session: Session) -> list[dict[str, Any]]:
    """Every order, the latest first."""
    found = session.scalars(select(Order).order_by(Order.completed_at.desc(), Order.id.desc()))
    return [_order(session, each) | _answers(session, "order", each.id) for each in found]


def _order(session: Session, order: Order) -> dict[str, Any]:
    lines = session.scalars(select(OrderLine).filter_by(order_id=order.id).order_by(OrderLine.position)).all()
    tenders = session.scalars(select(Tender).filter_by(order_id=order.id)).all()
    shares = session.scalars(select(LineShare).where(LineShare.line_id.in_([line.id for line in lines]))).all()
    by_hand = -sum(each.amount for each in shares if each.kind.startswith("manual"))
    kinds = ("cash", "wechat", "alipay", "card", "wallet", "other")
    items = []
    for line in lines:
        chosen = " · ".join(each["name"] for each in line.options.values())
        items.append(f"{line.name}（{chosen}） ×{line.quantity}" if chosen else f"{line.name} ×{line.quantity}")
    return {
        "number": order.number, "day": datetime.combine(order.day, datetime.min.time()), "completed_at": clock(order.completed_at),
        "store": _store(session, order.store_id), "staff": _staff(session, order.staff_id), **_whose(session, order.member_id),
        "items": "；".join(items), "units": sum(line.quantity for line in lines), "list_total": yuan(order.list_total),
        "off": yuan(order.list_total - order.due), "due": yuan(order.due),
        **{f"paid_{kind}": yuan(sum(each.amount for each in tenders if each.kind == kind)) for kind in kinds},
        "wallet_bonus": yuan(sum(each.bonus for each in tenders)), "refunded": yuan(order.refunded), "state": ORDERS[order.state],
        "points_earned": order.points_earned, "points_spent": order.points_spent, "by_hand": yuan(by_hand),
        "manual_reason": order.manual_reason or None, "note": order.note or None,
    }  # fmt: skip


def wallet(session: Session) -> list[dict[str, Any]]:
    """Every entry of stored value, the latest first."""
    told = []
    for entry in session.scalars(select(WalletEntry).order_by(WalletEntry.id.desc())):
        order = session.get(Order, entry.order_id) if entry.order_id else None
        paid_in = session.scalar(select(TopUp).filter_by(member_id=entry.member_id)) if entry.kind == "top_up" else None
        told.append({
            "at": clock(entry.at), **_whose(session, entry.member_id), "kind": WALLET[entry.kind], "principal": yuan(entry.principal),
            "bonus": yuan(entry.bonus), "principal_after": yuan(entry.principal_after), "bonus_after": yuan(entry.bonus_after),
            "store": _store(session, entry.store_id), "staff": _staff(session, entry.actor_id if entry.actor_kind == "staff" else None),
            "order": order.number if order else None, "top_up": paid_in.number if paid_in else None,
            "plan": (paid_in.plan_name or None) if paid_in else None, "note": entry.note or None,
        })  # fmt: skip
    return told


def points(session: Session) -> list[dict[str, Any]]:
    """Every entry of points, the latest first; its store is that of its order."""
    told = []
    for entry in session.scalars(select(PointsEntry).order_by(PointsEntry.id.desc())):
        order = session.get(Order, entry.order_id) if entry.order_id else None
        told.append({
            "at": clock(entry.at), **_whose(session, entry.member_id), "kind": POINTS[entry.kind], "amount": entry.amount,
            "balance_after": entry.balance_after, "order": order.number if order else None,
            "store": _store(session, order.store_id) if order else None,
            "staff": _staff(session, entry.actor_id if entry.actor_kind == "staff" else None), "note": entry.note or None,
        })  # fmt: skip
    return told


def coupons(session: Session, *, at: datetime) -> list[dict[str, Any]]:
    """Every coupon, the latest first: what it is at this moment."""
    told = []
    for coupon in session.scalars(select(Coupon).order_by(Coupon.id.desc())):
        over = coupon.expires_at is not None and coupon.expires_at <= at
        ahead = coupon.starts_at is not None and coupon.starts_at > at
        state = "已过期" if over else "还没开始" if ahead else "可使用"
        order = session.get(Order, coupon.order_id) if coupon.order_id else None
        told.append({
            "template": session.get_one(CouponTemplate, coupon.template_id).name, **_whose(session, coupon.member_id),
            "state": {"redeemed": "已使用", "revoked": "已作废"}.get(coupon.state, state),
            "source": {"gift": "礼品", "manual": "店员发的"}[coupon.source], "issued_at": clock(coupon.issued_at),
            "starts_at": clock(coupon.starts_at), "expires_at": clock(coupon.expires_at), "redeemed_at": clock(coupon.redeemed_at),
            "store": _store(session, coupon.store_id), "order": order.number if order else None, "saved": yuan(coupon.saved),
        })  # fmt: skip
    return told


def tills(session: Session) -> list[dict[str, Any]]:
    """Every shift, the latest first."""
    told = []
    for shift in session.scalars(select(TillShift).order_by(TillShift.id.desc())):
        counted, expected = shift.counted or {}, shift.expected or {}
        sums = [sum(each.values()) if each else None for each in (counted, expected)]
        told.append({
            "store": _store(session, shift.store_id), "name": shift.name, "state": "交过班" if shift.closed_at else "开着",
            "opened_at": clock(shift.opened_at), "opened_by": _staff(session, shift.opened_by), "closed_at": clock(shift.closed_at),
            "closed_by": _staff(session, shift.closed_by), "opening_float": yuan(shift.opening_float),
            "counted_cash": yuan(counted.get("cash")), "counted": yuan(sums[0]), "expected_cash": yuan(expected.get("cash")),
            "expected": yuan(sums[1]), "difference": yuan(sums[0] - sums[1]) if sums[0] is not None and sums[1] is not None else None,
            "reason": shift.reason or None,
        })  # fmt: skip
    return told


def _whose(session: Session, member_id: int | None) -> dict[str, Any]:
    member = session.get(Member, member_id) if member_id else None
    return {"member_number": member.number if member else None, "member": member.name if member else None}


def _store(session: Session, store_id: int | None) -> str | None:
    return session.get_one(Store, store_id).name if store_id else None


def _staff(session: Session, staff_id: int | None) -> str | None:
    return session.get_one(Staff, staff_id).name if staff_id else None
