"""/audit: who did what, when, from where, before and after."""

from flask import Response, request
from marshmallow import fields
from sqlalchemy.orm import Session

from services.approvals.commands import ask_for_export
from services.approvals.queries import require_agreed_export
from services.approvals.schemas import ApprovalOut, ExportRequestIn
from services.audit import permissions, queries
from services.audit.queries import Search
from services.audit.schemas import AuditFilter, AuditOut
from services.members.permissions import MEMBERS_READ
from services.shared import clock
from services.shared.days import day_bounds
from webapp.api import shape
from webapp.api.approvals import sent
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, shop

blueprint = Blueprint("api_audit", __name__, description="操作记录 Audit log")


@blueprint.get("/audit")
@blueprint.listing(AuditOut, "q", "member", "store", "day", chained=fields.Integer(), end=fields.String())
@guards.api(permissions.AUDIT_READ)
def list_audit() -> Response:
    """The log, newest first. `chained` entries stand in the chain, which ends with `end`: note it down, and `changke verify` proves later
    that nothing before it was changed. What concerns members needs `members:read`. Where the shop wants a second person for exports, a
    program reads it for one hour after its `POST /audit/exports` was agreed to, with the same `store` and `day`; else 403
    `approval_needed`."""
    wanted, actor, session = forms.load(AuditFilter, request.args), edge.actor(), edge.read()
    since, until = day_bounds(wanted["day"], shop.settings().zone) if wanted["day"] else (None, None)
    if wanted["member_id"] is not None:
        actor.require(MEMBERS_READ)
    if actor.kind == "token":  # page by page it is the whole log
        require_agreed_export(session, wanted["store_id"], wanted["day"], actor=actor, at=clock.now())
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


@blueprint.post("/audit/exports")
@blueprint.response(202, ApprovalOut)
@blueprint.takes(ExportRequestIn)
@guards.api(permissions.AUDIT_EXPORT)
def ask_export() -> Response:
    """Ask a second person for an export: of one `store` or all that the caller sees, of one `day` or all. Once agreed to, staff take the
    table at the app, and a program reads `GET /audit`. 409 `approval_not_needed`, `nobody_to_approve`."""
    wanted, actor, at = shape.body(ExportRequestIn), edge.actor(), clock.now()

    def effect(session: Session) -> Response:
        asked = ask_for_export(session, wanted["store_id"], wanted["day"], wanted["reason"], actor=actor, at=at)
        return sent(session, asked, actor, at)

    return edge.write(effect)
