"""Coupons that members take by themselves: in the claim page (领券中心), or by a public code (口令). And the gift on joining."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.coupons.commands.issuing import issue_coupon
from services.coupons.errors import NoneLeft, PublicCodeUnknown, TemplateNotFound, TemplateOver
from services.coupons.models import Coupon
from services.coupons.queries.templates import (
    find_template_by_public_code,
    get_open_template,
    list_welcome_templates,
)
from services.shared import limits
from services.shared.actors import Actor

# Counted before the word is looked up; who types on a shared phone at the till has more room.
CODES_BY_MEMBER = limits.Rule("public_code:member", most=10, seconds=3600)
CODES_BY_ACTOR = limits.Rule("public_code:actor", most=60, seconds=3600)
# Taps on the claim page and on gift links, whatever comes of them.
CLAIMS_BY_MEMBER = limits.Rule("coupon_claim:member", most=30, seconds=3600)


def claim_coupon(session: Session, template_id: int, member_id: int, *, actor: Actor, at: datetime) -> Coupon:
    """A member takes a coupon of the claim page. Raises TemplateNotFound where the template is not for claiming, NoneLeft."""
    template = get_open_template(session, template_id)
    if not template.claimable:
        raise TemplateNotFound
    return issue_coupon(session, template.id, member_id, source="claim", actor=actor, at=at)


def claim_by_code(session: Session, typed: str, member_id: int, *, actor: Actor, at: datetime) -> Coupon:
    """A member takes the coupon behind a public code. Raises PublicCodeUnknown, NoneLeft."""
    template = find_template_by_public_code(session, typed)
    if template is None:
        raise PublicCodeUnknown
    return issue_coupon(session, template.id, member_id, source="public_code", actor=actor, at=at)


def give_welcome(session: Session, member_id: int, *, actor: Actor, at: datetime) -> list[Coupon]:
    """What new members are given, each once; what has run out or is over is left out."""
    given = []
    for template in list_welcome_templates(session):
        key = f"welcome:{template.id}:{member_id}"
        try:
            with session.begin_nested():
                given.append(
                    issue_coupon(session, template.id, member_id, source="welcome", key=key, actor=actor, at=at)
                )
        except (NoneLeft, TemplateOver):
            continue
    return given
