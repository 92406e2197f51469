"""自查: what an owner should look at, each explained, and that it was looked at."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.audit.permissions import AUDIT_READ
from services.dealing import commands, queries
from services.dealing.permissions import DEALING_READ
from services.dealing.queries import FindingView
from services.dealing.rules import WORDS
from services.dealing.schemas import FindingsFilter, ReviewIn
from services.members.permissions import MEMBERS_READ
from services.orders.permissions import ORDERS_READ
from services.shared import clock
from services.shared.days import local_day, monday
from services.shared.refusals import Invalid
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web.forms import Form
from webapp.web.template_words import flat_money


@blueprint.get("/dealing")
@guards.staff(DEALING_READ)
def dealing() -> str:
    """One week, or four; what nobody looked at comes first."""
    return _page(Form())


@blueprint.post("/dealing/reviews")
@guards.staff(DEALING_READ)
def review_dealing() -> ResponseReturnValue:
    """Somebody looked at one and found it fine."""
    at, actor, back = clock.now(), edge.actor(), _asked()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.review_finding(session, data["finding"], data["note"], actor=actor, at=at)
        toasts.say(_("记下了"))
        return redirect(url_for("staff.dealing", **back), 303)

    return forms.submit(ReviewIn, perform, _page)


def _asked() -> dict[str, Any]:
    """Which weeks: a day in the last one, and how many; what cannot be read is this week."""
    try:
        asked = forms.load(FindingsFilter, request.args)
    except Invalid:
        asked = {"day": None, "weeks": 1}
    today = local_day(clock.now(), shop.settings().zone)
    return {"day": min(asked["day"] or today, today).isoformat(), "weeks": asked["weeks"]}


def _page(form: Form) -> str:
    asked, session, actor = _asked(), edge.read(), edge.actor()
    day, weeks = date.fromisoformat(asked["day"]), asked["weeks"]
    found = queries.list_findings(session, day, weeks, actor=actor)
    first, today = monday(day) - timedelta(weeks=weeks - 1), local_day(clock.now(), shop.settings().zone)
    return render_template(
        "staff/dealing.html",
        form=form,
        asked=asked,
        found=[(view, _(WORDS[view.finding.kind][0]), explained(view), place_of(view)) for view in found],
        waiting=sum(view.look is None for view in found),
        first=first,
        last=monday(day) + timedelta(days=6),
        earlier=(first - timedelta(days=1)).isoformat(),
        later=(monday(day) + timedelta(days=7 * weeks)).isoformat() if monday(day) < monday(today) else "",
        store_names={store.id: store.name for store in stores.list_stores(session, actor=actor, archived=True)},
    )


def explained(view: FindingView) -> str:
    """The finding in one sentence."""
    finding = view.finding
    figures = {
        name: flat_money(value) if name in {"amount", "other"} else value for name, value in finding.figures.items()
    }
    member = view.member.shown_name if view.member else _("一位会员")
    return str(_(WORDS[finding.kind][1], staff=view.staff_name, member=member, **figures))


def place_of(view: FindingView) -> str:
    """Where to see more: the order, the member, or what the person did on that day; empty for who may see none of these."""
    finding, actor = view.finding, edge.actor()
    if finding.order_id is not None and actor.may(ORDERS_READ):
        return url_for("staff.order", order_id=finding.order_id)
    if view.member is not None and actor.may(MEMBERS_READ):
        return url_for("staff.member", member_id=view.member.id)
    return url_for("staff.audit", q=view.staff_name) if actor.may(AUDIT_READ) else ""
