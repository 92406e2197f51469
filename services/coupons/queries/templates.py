"""Looking up templates."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.coupons.errors import TemplateNotFound, TemplatePaused
from services.coupons.models import Coupon, CouponTemplate
from services.coupons.rules import Kind, Scope, Terms


def get_template(session: Session, template_id: int) -> CouponTemplate:
    """One template. Raises TemplateNotFound."""
    template = session.get(CouponTemplate, template_id)
    if template is None:
        raise TemplateNotFound
    return template


def get_open_template(session: Session, template_id: int) -> CouponTemplate:
    """A template of which coupons are issued. Raises TemplateNotFound, TemplatePaused."""
    template = get_template(session, template_id)
    if template.archived_at is not None or template.paused_at is not None:
        raise TemplatePaused
    return template


def find_template_by_public_code(session: Session, code: str) -> CouponTemplate | None:
    """The template whose public code (口令) was typed; None when there is none."""
    return session.scalar(
        select(CouponTemplate).where(
            CouponTemplate.public_code == code.strip().upper(),
            CouponTemplate.archived_at.is_(None),
            CouponTemplate.paused_at.is_(None),
        )
    )


def list_templates(
    session: Session, *, archived: bool = False, after: int | None = None, limit: int = 50
) -> list[CouponTemplate]:
    """Templates, the newest first; `after` is the id of the last one seen."""
    there = CouponTemplate.archived_at.is_not(None) if archived else CouponTemplate.archived_at.is_(None)
    query = select(CouponTemplate).where(there)
    if after is not None:
        query = query.where(CouponTemplate.id < after)
    return list(session.scalars(query.order_by(CouponTemplate.id.desc()).limit(limit)))


def list_welcome_templates(session: Session) -> list[CouponTemplate]:
    """What new members are given."""
    return list(
        session.scalars(
            select(CouponTemplate).where(
                CouponTemplate.welcome, CouponTemplate.archived_at.is_(None), CouponTemplate.paused_at.is_(None)
            )
        )
    )


def count_by_state(session: Session, template_id: int) -> dict[str, int]:
    """How many coupons of a template are in which state."""
    rows = session.execute(
        select(Coupon.state, func.count()).where(Coupon.template_id == template_id).group_by(Coupon.state)
    )
    return {row[0]: row[1] for row in rows}


def terms_of(template: CouponTemplate | Any) -> Terms:
    """The rules' words for a template (or a row with its columns)."""
    scope = template.scope
    return Terms(
        kind=Kind(template.kind),
        value=template.value,
        pays=template.pays,
        cap=template.cap,
        threshold=template.threshold,
        scope=Scope(
            products=frozenset(scope.get("products", ())),
            categories=frozenset(scope.get("categories", ())),
            stores=frozenset(scope.get("stores", ())),
            tiers=frozenset(scope.get("tiers", ())),
            weekdays=frozenset(scope.get("weekdays", ())),
            channels=frozenset(scope.get("channels", ())),
            from_minute=scope.get("from_minute", 0),
            to_minute=scope.get("to_minute", 24 * 60),
        ),
        group=template.stack_group,
        exclusive=template.exclusive,
        combines_with=None if template.combines_with is None else frozenset(template.combines_with),
        with_tier=template.with_tier,
        with_points=template.with_points,
    )
