"""通知: whether this staff device receives notifications, a test, and my other devices that do."""

from flask import render_template

from services.messaging import queries
from webapp.staff import blueprint
from webapp.web import edge, guards


@blueprint.get("/notifications")
@guards.staff()
def notifications() -> str:
    """The state of this device."""
    devices = queries.list_subscriptions(edge.read(), app="staff", owner_id=int(edge.actor().id or 0))
    return render_template("staff/notifications.html", devices=devices)
