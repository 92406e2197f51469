"""The list of templates, one template, and taking it out of use."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.checkout.queries import list_examples
from services.coupons import commands, permissions, queries
from services.coupons.models import CouponTemplate
from services.members import queries as members
from services.shared import clock
from webapp.staff import blueprint
from webapp.staff.acts import act
from webapp.staff.coupons.browse import browse
from webapp.web import coupon_words, edge, guards, links

LATEST = 8


@blueprint.get("/coupons")
@guards.staff(permissions.COUPONS_READ)
def coupons() -> str:
    """All templates."""
    return render_template("staff/coupons/list.html", **browse())


@blueprint.get("/coupons/<int:template_id>")
@guards.staff(permissions.COUPONS_READ)
def coupon_template(template_id: int) -> str:
    """One template: what it does to a cart, how it is given out, what became of it."""
    session = edge.read()
    template = queries.get_template(session, template_id)
    terms, latest = queries.terms_of(template), queries.list_of_template(session, template.id, limit=LATEST)
    return render_template(
        "staff/coupons/page.html",
        show="detail",
        template=template,
        terms=terms,
        names=coupon_words.names_of([terms]),
        examples=list_examples(session, _values(template), at=clock.now()),
        states=queries.count_by_state(session, template.id),
        latest=latest,
        holders={card.id: card for card in members.get_cards(session, [each.member_id or 0 for each in latest])},
        batches=queries.list_batches(session, template.id, limit=3),
        claim_address=links.absolute(url_for("public.claim", template_id=template.id)),
        at=clock.now(),
        **browse(),
    )


@blueprint.post("/coupons/<int:template_id>/archive")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def archive_coupon_template(template_id: int) -> ResponseReturnValue:
    """Take a template away; its page offers to take it back."""
    undo = url_for("staff.restore_coupon_template", template_id=template_id)
    return _do(commands.archive_template, template_id, _("已归档，发出去的券照常能用"), undo=undo)


@blueprint.post("/coupons/<int:template_id>/restore")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def restore_coupon_template(template_id: int) -> ResponseReturnValue:
    """Take it back into use."""
    return _do(commands.restore_template, template_id, _("已恢复"))


@blueprint.post("/coupons/<int:template_id>/pause")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def pause_coupon_template(template_id: int) -> ResponseReturnValue:
    """Give out no more for now."""
    undo = url_for("staff.resume_coupon_template", template_id=template_id)
    return _do(commands.pause_template, template_id, _("已停发，发出去的券照常能用"), undo=undo)


@blueprint.post("/coupons/<int:template_id>/resume")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def resume_coupon_template(template_id: int) -> ResponseReturnValue:
    """Give out again."""
    return _do(commands.resume_template, template_id, _("又开始发放了"))


def _values(template: CouponTemplate) -> dict[str, Any]:
    return {column.name: getattr(template, column.name) for column in template.__table__.columns}


def _do(command: Any, template_id: int, said: str, *, undo: str = "") -> ResponseReturnValue:
    back = url_for("staff.coupon_template", template_id=template_id)
    return act(command, template_id, said, to=back, undo=undo)
