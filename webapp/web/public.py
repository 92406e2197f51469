"""Pages without login."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from webapp.web import guards

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@guards.public("the address of the shop: members are the many")
def index() -> ResponseReturnValue:
    """Members come in here."""
    return redirect("/member/", 302)
