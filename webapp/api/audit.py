"""/audit: who did what, when, from where, before and after."""

from flask import Response, request
from marshmallow import fields

from services.audit import permissions, queries
from services.audit.queries import Search
from services.audit.schemas import AuditFilter, AuditOut
from services.members.permissions import MEMBERS_READ
from services.shared.days import day_bounds
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, shop

blueprint = Blueprint("api_audit", __name__, description="操作记录 Audit log")


@blueprint.get("/audit")
@blueprint.listing(AuditOut, "q", "member", "store", "day", chained=fields.Integer(), end=fields.String())
@guards.api(permissions.AUDIT_READ)
def list_audit() -> Response:
    """The log, newest first. `chained` entries stand in the chain, which ends with `end`: note it down, and `changke verify` proves later
    that nothing before it was changed. What concerns members needs `members:read`."""
    wanted, actor, session = forms.load(AuditFilter, request.args), edge.actor(), edge.read()
    since, until = day_bounds(wanted["day"], shop.settings().zone) if wanted["day"] else (None, None)
    if wanted["member_id"] is not None:
        actor.require(MEMBERS_READ)
    search = Search(wanted["q"], member_id=wanted["member_id"], store_id=wanted["store_id"], since=since, until=until)
    chain = queries.get_chain(session)
    return shape.page(
        AuditOut,
        lambda after, limit: queries.list_entries(
            session, search, actor=actor, knows=actor.may(MEMBERS_READ), after=after, limit=limit
        ),
        chained=chain.position,
        end=chain.end,
    )
