"""操作记录: who did what, when, from where."""

from flask import render_template, request, url_for

from services.audit import permissions, queries
from webapp.staff import blueprint
from webapp.web import edge, guards

PAGE = 40


@blueprint.get("/audit")
@guards.staff(permissions.AUDIT_READ)
def audit() -> str:
    """The log, the newest first; search by what or by whom."""
    text = request.args.get("q", "").strip()[:60]
    after = request.args.get("after", type=int)
    by_action = text if ":" in text or text.isascii() else ""
    found = queries.list_entries(
        edge.read(), action=by_action, actor_name="" if by_action else text, after=after, limit=PAGE + 1
    )
    following = url_for("staff.audit", q=text or None, after=found[PAGE - 1].id) if len(found) > PAGE else None
    return render_template("staff/audit.html", entries=found[:PAGE], q=text, following=following)
