"""Writing templates: what a coupon does may change until the first one is given out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.catalog import queries as catalog
from services.coupons import permissions, rules
from services.coupons.models import CouponCount, CouponTemplate
from services.coupons.queries.templates import get_template
from services.shared.actors import SYSTEM, Actor
from services.shared.days import local_day
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import list_stores, load_settings

_GIVEN_OUT = N_("已经有人拿到这张券，不能再改；可以停发，再复制一张新的")


def create_template(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> CouponTemplate:
    """Add a template; `data` is what TemplateIn read. Raises Invalid with the words beside each field."""
    actor.require(permissions.COUPON_TEMPLATES_CHANGE)
    values = rules.plain(data)
    _require_sound(session, values, at)
    _require_share(values)
    _require_free_code(session, values["public_code"], None)
    template = CouponTemplate(**values, issued=0, created_at=at)
    session.add(template)
    session.flush()
    subject = ("coupon_template", template.id)
    audit.record(session, "coupon_templates:create", subject, actor=actor, at=at, changes={"name": template.name})
    return template


def change_template(
    session: Session, template_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> CouponTemplate:
    """Change some fields. Raises Invalid; what the coupon does stays as it is once one was given out."""
    actor.require(permissions.COUPON_TEMPLATES_CHANGE)
    template = get_template(session, template_id)
    # What was given out is counted without the session's knowing, and nothing is given out before we are done.
    session.refresh(template, with_for_update=True)
    stored = rules.plain({name: getattr(template, name) for name in _FIELDS})
    values = rules.plain({**stored, **data})
    changes = {name: [stored[name], values[name]] for name in _FIELDS if stored[name] != values[name]}
    locked = {name: [_GIVEN_OUT] for name in rules.TERMS if name in changes} if template.issued else {}
    if locked:
        raise Invalid(locked, text=_GIVEN_OUT)
    _require_sound(session, values, at if "ends_on" in changes else None)
    if changes.keys() & {"per_member", *rules.WAYS}:  # what was written before shares were asked for may stay as it is
        _require_share(values)
    if values["stock"] is not None and values["stock"] < template.issued:
        raise Invalid({"stock": [N_("比已经发出去的还少")]})
    _require_free_code(session, values["public_code"], template.id)
    for name in changes:
        setattr(template, name, values[name])
    _restart_counters(session, template.id, changes)
    told = {name: change for name, change in changes.items() if name not in {"scope", "combines_with"}}
    said = {name: [_said(before), _said(after)] for name, (before, after) in told.items()}
    audit.record(session, "coupon_templates:change", ("coupon_template", template.id), actor=actor, at=at, changes=said)
    return template


def archive_template(session: Session, template_id: int, *, actor: Actor, at: datetime) -> CouponTemplate:
    """Take a template away: nothing is given out any more, its public code is free; what members hold stays good."""
    actor.require(permissions.COUPON_TEMPLATES_CHANGE)
    template = get_template(session, template_id)
    if template.archived_at is None:
        template.archived_at, template.public_code = at, None
        audit.record(session, "coupon_templates:archive", ("coupon_template", template.id), actor=actor, at=at)
    return template


def restore_template(session: Session, template_id: int, *, actor: Actor, at: datetime) -> CouponTemplate:
    """Take a template back into use."""
    actor.require(permissions.COUPON_TEMPLATES_CHANGE)
    template = get_template(session, template_id)
    if template.archived_at is not None:
        template.archived_at = None
        audit.record(session, "coupon_templates:restore", ("coupon_template", template.id), actor=actor, at=at)
    return template


def pause_template(session: Session, template_id: int, *, actor: Actor, at: datetime) -> CouponTemplate:
    """Give out no more for now; what members hold stays good."""
    actor.require(permissions.COUPON_TEMPLATES_CHANGE)
    template = get_template(session, template_id)
    if template.paused_at is None:
        template.paused_at = at
        audit.record(session, "coupon_templates:pause", ("coupon_template", template.id), actor=actor, at=at)
    return template


def resume_template(session: Session, template_id: int, *, actor: Actor, at: datetime) -> CouponTemplate:
    """Give out again."""
    actor.require(permissions.COUPON_TEMPLATES_CHANGE)
    template = get_template(session, template_id)
    if template.paused_at is not None:
        template.paused_at = None
        audit.record(session, "coupon_templates:resume", ("coupon_template", template.id), actor=actor, at=at)
    return template


_FIELDS = (
    "name", *rules.TERMS, "starts_on", "ends_on", "valid_days", "starts_after", "stock", "per_member", "per_day",
    "transferable", "claimable", "public_code", "welcome", "how_to", "undo_minutes", "cost",
)  # fmt: skip


def _require_sound(session: Session, values: Mapping[str, Any], at: datetime | None) -> None:
    """Raise Invalid for values that do not go together, or name what does not exist. `at`: the end may not have passed."""
    found = rules.mistakes(values)
    if at is not None and values["ends_on"] and values["ends_on"] < local_day(at, load_settings(session).zone):
        found["ends_on"] = [N_("这一天已经过去了")]
    scope = values["scope"]
    known = {
        "products": {product.id for product in catalog.list_products(session, archived=True)}
        if scope["products"]
        else set(),
        "categories": {shelf.id for shelf in catalog.list_categories(session)} if scope["categories"] else set(),
        "stores": {store.id for store in list_stores(session, actor=SYSTEM, archived=True)}
        if scope["stores"]
        else set(),
    }
    found |= {name: [N_("有一项已经不在了，请重新选")] for name, there in known.items() if set(scope[name]) - there}
    if found:
        raise Invalid(found)


def _require_share(values: Mapping[str, Any]) -> None:
    if rules.lacks_share(values):
        raise Invalid({"per_member": [N_("会员自己能领的券，要填每人最多几张")]})


def _require_free_code(session: Session, code: str | None, template_id: int | None) -> None:
    if code is None:
        return
    taken = session.scalar(select(CouponTemplate.id).where(CouponTemplate.public_code == code))
    if taken is not None and taken != template_id:
        raise Invalid({"public_code": [N_("别的券在用这个口令，换一个")]})


def _restart_counters(session: Session, template_id: int, changes: Mapping[str, list[Any]]) -> None:
    """While there is no limit nobody counts: counters from before it was taken away would miss what was given since."""
    for name, subject in (("per_member", "member:%"), ("per_day", "day:%")):
        if None in changes.get(name, ()):
            mine = CouponCount.template_id == template_id, CouponCount.subject.like(subject)
            session.execute(delete(CouponCount).where(*mine))


def _said(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | None) else str(value)
