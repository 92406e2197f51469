"""/minors-audits: the yearly audit of what is kept of minors."""

from flask import Response
from sqlalchemy.orm import Session

from services.privacy import commands, queries
from services.privacy.permissions import MINORS_EXPORT
from services.privacy.schemas import MinorsAuditIn, MinorsAuditOut, MinorsDismissalIn, MinorsPackageOut
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_minors", __name__, description="未成年人 Minors")


@blueprint.get("/minors-audits")
@blueprint.listing(MinorsAuditOut, paged=False)
@guards.api(MINORS_EXPORT)
def list_minors_audits() -> Response:
    """Which packages were taken, and for which years somebody decided that none is needed, the newest first."""
    found = queries.list_minors_audits(edge.read())
    return edge.json_answer({"items": forms.made(MinorsAuditOut).dump(found, many=True), "next": None})


@blueprint.post("/minors-audits")
@blueprint.response(201, MinorsPackageOut)
@blueprint.takes(MinorsAuditIn)
@blueprint.unkeyed
@guards.api(MINORS_EXPORT)
def make_minors_audit() -> Response:
    """Everything about one year that has begun: counts by age, guardians' consents, who looked, deletions, exports, incidents, who may
    look, how long things are kept. Without names of minors: `record` is a pseudonym. That it was taken is written down, each time: what is
    in it is kept nowhere."""
    data, at, actor = shape.body(MinorsAuditIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.make_minors_audit(session, data["year"], data["incidents"], actor=actor, at=at)
        return Response(status=201)

    edge.write(effect, keyed=False)
    package = queries.collect_minors_package(edge.read(), data["year"], data["incidents"], at=at)
    return shape.one(MinorsPackageOut, package, 201)


@blueprint.post("/minors-audits/dismissals")
@blueprint.response(201, MinorsAuditOut)
@blueprint.takes(MinorsDismissalIn)
@guards.api(MINORS_EXPORT)
def dismiss_minors_audit() -> Response:
    """Nothing has to be told for a year, for a `reason`: nobody reminds of it any more."""
    data, at, actor = shape.body(MinorsDismissalIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        row = commands.dismiss_minors_audit(session, data["year"], data["reason"], actor=actor, at=at)
        return shape.one(MinorsAuditOut, row, 201)

    return edge.write(effect)
