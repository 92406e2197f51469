"""隐私: what an owner looks after: who was not seen for long, how long things are kept, and what parents and members are told."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from services.identity.queries import names_of_staff
from services.members.queries import get_cards
from services.privacy import commands, queries
from services.privacy.permissions import MEMBERS_ERASE
from services.privacy.queries import HOLDS, SHOWN, Shown
from services.privacy.schemas import DecisionIn
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web.addresses import HIGHEST_ID
from webapp.web.forms import Form

PAGE = 50


@blueprint.get("/privacy")
@guards.staff(MEMBERS_ERASE)
def privacy() -> str:
    """The corner: what waits, and the ways to everything about personal data."""
    return render_template("staff/privacy/index.html", counts=queries.count_proposals(edge.read()))


@blueprint.get("/privacy/retention")
@guards.staff(MEMBERS_ERASE)
def retention() -> str:
    """Who was not seen for long: proposed, held back by something, kept by somebody."""
    return _page(Form())


@blueprint.post("/privacy/retention")
@guards.staff(MEMBERS_ERASE)
def decide_retention() -> ResponseReturnValue:
    """Erase those who are ticked, or keep them, for a reason."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        erases = data["decision"] == "erase"
        command = commands.choose_for_erasure if erases else commands.keep_members
        count = command(session, data["members"], data["reason"], actor=actor, at=at)
        toasts.say(_erasing(count) if erases else _kept(count))
        return redirect(url_for("staff.retention"), 303)

    return forms.submit(DecisionIn, perform, _page)


def _erasing(count: int) -> str:
    return str(ngettext("%(num)s 位会员马上注销，要等一会儿", "%(num)s 位会员马上注销，要等一会儿", count))


def _kept(count: int) -> str:
    return str(ngettext("%(num)s 位会员留着", "%(num)s 位会员留着", count))


def _page(form: Form) -> str:
    session, shown = edge.read(), _shown()
    after = request.args.get("after", 0, type=int)
    after = after if 0 <= after <= HIGHEST_ID else 0
    some = queries.list_proposals(session, shown, at=clock.now(), after=after, limit=PAGE + 1)
    found = some[:PAGE]
    keepers = {each.kept_by for each in found if each.kept_by is not None}
    return render_template(
        "staff/privacy/retention.html",
        form=form,
        shown=shown,
        counts=queries.count_proposals(session),
        found=found,
        cards={card.id: card for card in get_cards(session, [each.member_id for each in found])},
        holds={each.member_id: _("、").join(_(HOLDS[name]) for name in each.held.split(",") if name) for each in found},
        keepers=names_of_staff(session, keepers) if keepers else {},
        all="all" in request.args,
        here={"shown": shown} | ({"after": after} if after else {}),
        following=url_for("staff.retention", shown=shown, after=found[-1].member_id) if len(some) > PAGE else None,
        months=shop.settings()["retention.months"],
    )


def _shown() -> Shown:
    asked = request.args.get("shown", "proposed")
    return next((each for each in SHOWN if each == asked), "proposed")
