"""The development inbox: what a channel would have sent. Exists with DEMO=1 only."""

from flask import Blueprint, Flask, render_template

from services.shared import runtime
from services.signin import queries
from webapp.web import edge, guards

blueprint = Blueprint("development", __name__, url_prefix="/dev")


def register(app: Flask) -> None:
    """Routed in a demo shop only; elsewhere the address does not exist."""
    if runtime.config().demo:
        app.register_blueprint(blueprint)


@blueprint.get("/inbox")
@guards.public("a demo shop has no real phones; without DEMO=1 the route does not exist")
def inbox() -> str:
    """Codes that would have gone out as SMS."""
    return render_template("web/development_inbox.html", mail=queries.list_development_mail(edge.read()))
