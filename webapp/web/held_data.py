"""我们保存什么: what is held, what for, how long, who sees it, how it is deleted; from what the domains declare, not from free text."""

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _

from services.identity.queries import list_roles
from services.privacy import queries
from services.shared.actors import EVERYTHING
from webapp.staff.role_words import role_name
from webapp.web import edge, guards, shop
from webapp.web.own_data import COLUMNS

blueprint = Blueprint("held_data", __name__)


@blueprint.get("/privacy")
@guards.public("what a shop holds of people is for everybody to read, also before they join")
def page() -> str:
    """For everybody, and for parents: children have a section of their own, also while nothing of theirs is held."""
    columns, roles = queries.list_columns(), list_roles(edge.read())
    told = [_told(part, columns, roles) for part in queries.PARTS if not part.of_children]
    children = [_told(part, columns, roles) for part in queries.PARTS if part.of_children]
    return render_template("web/held_data.html", parts=told, children=children)


def _told(part: queries.Part, columns: dict[str, list[str]], roles: Any) -> dict[str, str]:
    names = dict.fromkeys(_(COLUMNS[column]) for table in part.tables for column in columns[table])
    who = [role_name(role.name) for role in roles if role.permissions & {EVERYTHING, part.permission}]
    return {
        "label": _(part.label),
        "what": _("、").join(names),
        "why": _(part.why),
        "kept": _(part.kept, days=shop.settings()[part.days]) if part.days else _(part.kept),
        "who": _("只有您自己") if part.permission is None else _("、").join(who),
        "deleted": _(part.deleted),
    }
