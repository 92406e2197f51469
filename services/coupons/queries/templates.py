"""Looking up templates."""

from collections.abc import Collection, Sequence
from typing import Any, Literal

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from services.coupons.errors import TemplateNotFound, TemplatePaused
from services.coupons.models import Coupon, CouponTemplate
from services.coupons.rules import MINUTES, Kind, Scope, Terms


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


TemplateState = Literal["open", "paused", "archived"]


def list_templates(
    session: Session,
    *,
    text: str = "",
    codes: bool = False,
    state: TemplateState | None = None,
    kind: str = "",
    archived: bool = False,
    after: int | None = None,
    limit: int = 50,
) -> list[CouponTemplate]:
    """Templates, the newest first; `after` is the id of the last one seen. Without a `state` all that are not archived.

    `codes`: whether `text` may be a public code (for who may know these: elsewhere each guess is counted).
    """
    query = select(CouponTemplate).where(_is(state, archived))
    if text:
        named = CouponTemplate.name.contains(text, autoescape=True)
        query = query.where(or_(named, CouponTemplate.public_code == text.upper()) if codes else named)
    if kind:
        query = query.where(CouponTemplate.kind == kind)
    if after is not None:
        query = query.where(CouponTemplate.id < after)
    return list(session.scalars(query.order_by(CouponTemplate.id.desc()).limit(limit)))


def count_templates(session: Session) -> dict[str, int]:
    """How many templates are open, paused and archived."""
    sums = [func.sum(case((_is(state, False), 1), else_=0)) for state in ("open", "paused", "archived")]
    row = session.execute(select(*sums)).one()
    return {state: int(count or 0) for state, count in zip(("open", "paused", "archived"), row, strict=True)}


def list_claimable(session: Session, *, limit: int = 50) -> list[CouponTemplate]:
    """What the claim page (领券中心) shows, the newest first."""
    open_ones = and_(CouponTemplate.claimable, CouponTemplate.archived_at.is_(None), CouponTemplate.paused_at.is_(None))
    return list(
        session.scalars(select(CouponTemplate).where(open_ones).order_by(CouponTemplate.id.desc()).limit(limit))
    )


def get_claimable(session: Session, template_id: int) -> CouponTemplate:
    """A template of the claim page, given out now or not any more. Raises TemplateNotFound for every other."""
    template = get_template(session, template_id)
    if not template.claimable or template.archived_at is not None:
        raise TemplateNotFound
    return template


def list_taken(session: Session, member_id: int, template_ids: Sequence[int]) -> dict[int, int]:
    """How many of each template a member was given by these ids; none are left out."""
    rows = session.execute(
        select(Coupon.template_id, func.count())
        .where(Coupon.member_id == member_id, Coupon.template_id.in_(template_ids))
        .group_by(Coupon.template_id)
    )
    return {row[0]: row[1] for row in rows}


def _is(state: TemplateState | str | None, archived: bool) -> Any:
    living = CouponTemplate.archived_at.is_(None)
    if state == "archived" or (state is None and archived):
        return CouponTemplate.archived_at.is_not(None)
    if state == "paused":
        return and_(living, CouponTemplate.paused_at.is_not(None))
    if state == "open":
        return and_(living, CouponTemplate.paused_at.is_(None))
    return living


def list_names(session: Session, template_ids: Collection[int]) -> dict[int, str]:
    """What these templates are called, by id; archived ones are missing."""
    if not template_ids:
        return {}
    living = CouponTemplate.id.in_(template_ids), CouponTemplate.archived_at.is_(None)
    return dict(session.execute(select(CouponTemplate.id, CouponTemplate.name).where(*living)).all())


def list_welcome_templates(session: Session) -> list[CouponTemplate]:
    """What new members are given, by id."""
    open_ones = CouponTemplate.archived_at.is_(None), CouponTemplate.paused_at.is_(None)
    query = select(CouponTemplate).where(CouponTemplate.welcome, *open_ones)
    return list(session.scalars(query.order_by(CouponTemplate.id)))


def count_by_state(session: Session, template_id: int) -> dict[str, int]:
    """How many coupons of a template are in which state."""
    return count_by_states(session, [template_id]).get(template_id, {})


def count_by_states(session: Session, template_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many coupons of each of these templates are in which state. One query."""
    found: dict[int, dict[str, int]] = {}
    for template_id, state, count in session.execute(
        select(Coupon.template_id, Coupon.state, func.count())
        .where(Coupon.template_id.in_(template_ids))
        .group_by(Coupon.template_id, Coupon.state)
    ):
        found.setdefault(template_id, {})[state] = count
    return found


def list_groups(session: Session) -> list[str]:
    """The stack groups in use."""
    return sorted(set(session.scalars(select(CouponTemplate.stack_group).distinct())))


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
            to_minute=scope.get("to_minute", MINUTES),
        ),
        group=template.stack_group,
        exclusive=template.exclusive,
        combines_with=None if template.combines_with is None else frozenset(template.combines_with),
        with_tier=template.with_tier,
        with_points=template.with_points,
    )
