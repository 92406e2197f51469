"""未成年人审计: one button makes the yearly package as a file; in January 更多 reminds of it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.identity.queries import names_of_staff
from services.privacy import commands, queries
from services.privacy.permissions import MINORS_EXPORT
from services.privacy.schemas import MinorsAuditIn, MinorsDismissalIn
from services.shared import clock
from services.shared.days import local_day
from webapp.staff import blueprint
from webapp.staff.minors_package import files_of
from webapp.web import edge, forms, guards, shop, spreadsheets, toasts
from webapp.web.forms import Form

YEARS = 6  # that the page offers


@blueprint.get("/privacy/minors")
@guards.staff(MINORS_EXPORT)
def minors() -> str:
    """What a package tells, for which year, and which were made."""
    return _page(Form())


@blueprint.post("/privacy/minors")
@guards.staff(MINORS_EXPORT)
def make_minors_audit() -> ResponseReturnValue:
    """The package as a file. That it was taken is written down first; reading everything then keeps no sale waiting."""
    at, actor, noted = clock.now(), edge.actor(), []

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        row = commands.make_minors_audit(session, data["year"], data["incidents"], actor=actor, at=at)
        noted.append((row.year, row.note))
        return "", 204

    answer = forms.submit(MinorsAuditIn, perform, _page, keyed=False)
    if not isinstance(answer, Response) or answer.status_code != 204:
        return answer
    (year, incidents), title = noted[0], _("未成年人个人信息审计")
    package = queries.collect_minors_package(edge.read(), year, incidents, at=at)
    return spreadsheets.packed_answer(f"{title} {year}", files_of(package, at))


@blueprint.post("/privacy/minors/dismiss")
@guards.staff(MINORS_EXPORT)
def dismiss_minors_audit() -> ResponseReturnValue:
    """Nobody has to report for this year."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.dismiss_minors_audit(session, data["year"], data["reason"], actor=actor, at=at)
        toasts.say(_("记下了，今年不再提醒"))
        return redirect(url_for("staff.minors"), 303)

    return forms.submit(MinorsDismissalIn, perform, _page)


def _page(form: Form) -> str:
    session, at = edge.read(), clock.now()
    made, due = queries.list_minors_audits(session), queries.find_due_year(session, at=at)
    this = local_day(at, shop.settings().zone).year
    return render_template(
        "staff/privacy/minors.html",
        form=form,
        dismisses=request.endpoint == "staff.dismiss_minors_audit",
        due=due,
        years=[(year, year) for year in range(this, max(this - YEARS, queries.FIRST_YEAR - 1), -1)],
        chosen=due or this - 1,
        made=made,
        names=names_of_staff(session, {each.staff_id for each in made if each.staff_id is not None}),
    )
