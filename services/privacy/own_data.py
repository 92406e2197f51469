"""What the shop knows of a member, for the member to take along (PIPL §45): tables of plain values, one row a thing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.coupons.models import Coupon, CouponTemplate
from services.family.models import Child, DoseRecord, Pregnancy
from services.fields import rules as answering
from services.fields.models import Field, FieldValue
from services.forms.queries import list_told
from services.household.models import HouseholdPerson
from services.interactions.models import Interaction
from services.loyalty.models import GrowthEntry, PointsEntry
from services.members.models import Consent, Member, MemberFacts
from services.members.queries import list_own_ids
from services.messaging.models import Message
from services.orders.models import InvoiceRequest, Order, OrderLine, Refund
from services.segments.models import MemberTag, Tag
from services.shared import money
from services.signin.models import MemberDevice, MemberSession, Passkey
from services.stores.models import Store
from services.wallet.models import WalletEntry

Table = list[dict[str, Any]]
MONEY = {
    "due",
    "refunded",
    "principal",
    "bonus",
    "principal_after",
    "bonus_after",
    "list_price",
    "amount_paid",
    "refund",
    "spent_year",
    "per_day",
    "per_payment",
}

_PROFILE = select(
    Member.number, Member.name, Member.phone, Member.gender, Member.birthday_calendar, Member.birthday_year,
    Member.birthday_month, Member.birthday_day, Member.birthday_leap, Member.wechat_id, Member.source, Member.note,
    Member.language, Member.joined_at,
)  # fmt: skip


def collect_own_data(session: Session, member_id: int) -> dict[str, Table]:
    """Everything by table, as `collect_own_rows`, in plain values: money is text with two places, moments are ISO text in UTC."""
    return {name: [_plain(row) for row in rows] for name, rows in collect_own_rows(session, member_id).items()}


def collect_own_rows(session: Session, member_id: int) -> dict[str, Table]:
    """Everything by table: profile, consents, children, doses, pregnancies, interactions, answers, forms, orders, lines, refunds, invoices,
    points, growth, wallet, household, coupons, messages, tags, habits, sessions, devices, passkeys; columns named in MONEY are fen.
    Never a secret: neither codes nor keys. With what stands under cards that were merged into this one."""
    queries = _queries(list_own_ids(session, member_id))
    found = {name: [dict(row) for row in session.execute(query).mappings()] for name, query in queries.items()}
    return found | {"answers": [_answer(row) for row in found["answers"]], "forms": list_told(session, member_id)}


def list_columns() -> dict[str, list[str]]:
    """What is held, table by table, without anybody's values."""
    columns = {name: [column.key for column in query.selected_columns] for name, query in _queries([0]).items()}
    return columns | {"answers": ["subject", "label", "value"], "forms": ["form", "state", "label", "value", "at"]}


def _queries(whose: Sequence[int]) -> Mapping[str, Any]:
    mine = Order.member_id.in_(whose)
    queries: Mapping[str, Any] = {
        "profile": _PROFILE.where(Member.id.in_(whose)),
        "consents": select(Consent.kind, Consent.version, Consent.way, Consent.given_at, Consent.withdrawn_at, Consent.withdrawn_way)
        .where(Consent.member_id.in_(whose)).order_by(Consent.id),
        "children": select(Child.name, Child.sex, Child.born_on, Child.calendar, Child.allergies, Child.quiet_at, Child.created_at)
        .where(Child.member_id.in_(whose)).order_by(Child.id),
        "doses": select(Child.name.label("child"), DoseRecord.code, DoseRecord.state, DoseRecord.given_on)
        .join(Child, Child.id == DoseRecord.child_id).where(Child.member_id.in_(whose)).order_by(Child.id, DoseRecord.code),
        "interactions": select(Interaction.kind, Interaction.words, Interaction.at)
        .where(Interaction.member_id.in_(whose)).order_by(Interaction.id),
        "pregnancies": select(Pregnancy.state, Pregnancy.due_on, Pregnancy.created_at, Pregnancy.ended_at)
        .where(Pregnancy.member_id.in_(whose)).order_by(Pregnancy.id),
        "answers": select(Field.subject, Field.label_zh.label("label"), Field.kind, Field.choices,
            FieldValue.words, FieldValue.number, FieldValue.day)
        .join(Field, Field.id == FieldValue.field_id).where(_is_about(whose))
        .order_by(Field.subject, FieldValue.subject_id, Field.position, FieldValue.position),
        "orders": select(Order.number, Store.name.label("store"), Order.due, Order.refunded, Order.state, Order.points_earned,
            Order.points_spent, Order.note, Order.completed_at)
        .join(Store, Store.id == Order.store_id).where(mine).order_by(Order.id),
        "lines": select(Order.number, OrderLine.name, OrderLine.quantity, OrderLine.list_price,
            OrderLine.amount.label("amount_paid"), OrderLine.note)
        .join(Order, Order.id == OrderLine.order_id).where(mine).order_by(OrderLine.id),
        "refunds": select(Order.number, Refund.amount.label("refund"), Refund.reason, Refund.at)
        .join(Order, Order.id == Refund.order_id).where(mine).order_by(Refund.id),
        "invoices": select(Order.number, InvoiceRequest.kind, InvoiceRequest.title, InvoiceRequest.tax_number,
            InvoiceRequest.email, InvoiceRequest.state, InvoiceRequest.asked_at)
        .join(Order, Order.id == InvoiceRequest.order_id).where(mine).order_by(InvoiceRequest.id),
        "points": select(PointsEntry.kind, PointsEntry.amount, PointsEntry.balance_after, PointsEntry.note, PointsEntry.at)
        .where(PointsEntry.member_id.in_(whose)).order_by(PointsEntry.id),
        "growth": select(GrowthEntry.kind, GrowthEntry.amount, GrowthEntry.balance_after, GrowthEntry.at)
        .where(GrowthEntry.member_id.in_(whose)).order_by(GrowthEntry.id),
        "wallet": select(WalletEntry.kind, WalletEntry.principal, WalletEntry.bonus, WalletEntry.principal_after,
            WalletEntry.bonus_after, WalletEntry.note, WalletEntry.at)
        .where(WalletEntry.member_id.in_(whose)).order_by(WalletEntry.id),
        "household": _household(whose),
        "coupons": select(CouponTemplate.name, Coupon.state, Coupon.source, Coupon.issued_at, Coupon.expires_at, Coupon.redeemed_at)
        .join(CouponTemplate, CouponTemplate.id == Coupon.template_id)
        .where(Coupon.member_id.in_(whose)).order_by(Coupon.id),
        "messages": select(Message.category, Message.title, Message.body, Message.created_at, Message.read_at)
        .where(Message.member_id.in_(whose)).order_by(Message.id),
        "tags": select(Tag.name, MemberTag.added_at)
        .join(Tag, Tag.id == MemberTag.tag_id).where(MemberTag.member_id.in_(whose)).order_by(MemberTag.added_at, Tag.id),
        "habits": select(MemberFacts.visits, MemberFacts.rhythm, MemberFacts.weekday, MemberFacts.hour, MemberFacts.orders_year,
            MemberFacts.spent_year)
        .where(MemberFacts.member_id.in_(whose)),
        "sessions": select(MemberSession.browser, MemberSession.address, MemberSession.created_at, MemberSession.seen_at,
            MemberSession.revoked_at)
        .where(MemberSession.member_id.in_(whose)).order_by(MemberSession.id),
        "devices": select(MemberDevice.name, MemberDevice.created_at, MemberDevice.seen_at, MemberDevice.revoked_at)
        .where(MemberDevice.member_id.in_(whose)).order_by(MemberDevice.id),
        "passkeys": select(Passkey.name, Passkey.created_at, Passkey.used_at)
        .where(Passkey.member_id.in_(whose)).order_by(Passkey.id),
    }  # fmt: skip
    return queries


def _household(whose: Sequence[int]) -> Any:
    """With whom an account is shared, by the first character of the other's name, and how far."""
    other = aliased(Member)
    holds = HouseholdPerson.holder_id.in_(whose)
    theirs = other.id == case((holds, HouseholdPerson.member_id), else_=HouseholdPerson.holder_id)
    query = select(
        case((holds, "holder"), else_="person").label("role"), func.substr(other.name, 1, 1).label("other"), HouseholdPerson.kinship,
        HouseholdPerson.wallet.label("shares_wallet"), HouseholdPerson.per_day, HouseholdPerson.per_payment,
        HouseholdPerson.points.label("shares_points"), HouseholdPerson.paused_at, HouseholdPerson.joined_at.label("shared_since"),
    )  # fmt: skip
    return (
        query.join(other, theirs).where(or_(holds, HouseholdPerson.member_id.in_(whose))).order_by(HouseholdPerson.id)
    )


def _is_about(whose: Sequence[int]) -> Any:
    """Answers about the member, their children, their orders."""
    ids: dict[str, Any] = {
        "member": whose,
        "child": select(Child.id).where(Child.member_id.in_(whose)),
        "order": select(Order.id).where(Order.member_id.in_(whose)),
    }
    return or_(*(and_(Field.subject == subject, FieldValue.subject_id.in_(theirs)) for subject, theirs in ids.items()))


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    """What was asked and what was answered, in words."""
    value = answering.of_rows(row["kind"], [(row["words"], row["number"], row["day"])])
    told = answering.told(row["kind"], value)
    words = {each["key"]: each["zh"] for each in row["choices"]}
    first = told[0] if isinstance(told, list) else told
    return {"subject": row["subject"], "label": row["label"], "value": words.get(first, first)}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return money.text(value) if name in MONEY and value is not None else value
