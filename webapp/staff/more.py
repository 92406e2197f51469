"""更多: the way to everything that is not a tab, and who works where."""

from flask import render_template

from services.stores import queries as stores
from webapp.staff import blueprint, navigation
from webapp.web import edge, guards, shop


@blueprint.get("/more")
@guards.staff()
def more() -> str:
    """The page behind the last tab."""
    seen = stores.list_stores(edge.read(), actor=edge.actor())
    return render_template("staff/more.html", groups=navigation.more(), stores=seen, store=shop.current_store())
