"""The door of the staff app."""

from flask import render_template

from webapp.staff import blueprint
from webapp.web import guards


@blueprint.get("/kit")
@guards.staff("kit:read")
def kit() -> str:
    """The living page of components."""
    return render_template("staff/kit.html")
