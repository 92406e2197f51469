"""储值负债: what is owed to members on any day, by store, and what moved it."""

from datetime import timedelta

from flask import render_template, url_for

from services.wallet import permissions
from webapp.staff import blueprint
from webapp.web import guards
from webapp.web.liability import asked_for, load_report, owed_before, seen_stores


@blueprint.get("/liability")
@guards.staff(permissions.LIABILITY_READ)
def liability() -> str:
    """Outstanding stored value at the end of a day, and the flows that led to it."""
    asked, seen = asked_for(), seen_stores()
    report = load_report(asked)
    this_month = asked.today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    periods = (
        ("week", asked.today - timedelta(days=6), asked.today),
        ("month", this_month, asked.today),
        ("last_month", last_month, this_month - timedelta(days=1)),
    )
    return render_template(
        "staff/wallet/liability.html",
        asked=asked,
        report=report,
        own_stores=seen,
        store_names={store.id: store.name for store in seen},
        periods=[(name, url_for("staff.liability", **asked.address(first=first.isoformat(), last=last.isoformat())),
                  (first, last) == (asked.first, asked.last)) for name, first, last in periods],
        before=owed_before(asked),
    )  # fmt: skip
