"""通知: whether this staff device receives notifications, and a test."""

from flask import render_template

from webapp.staff import blueprint
from webapp.web import guards


@blueprint.get("/notifications")
@guards.staff()
def notifications() -> str:
    """The state of this device."""
    return render_template("staff/notifications.html")
