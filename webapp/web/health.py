"""Whether the shop is open: database, queue and worker live."""

from flask import Blueprint, Response, jsonify, request

from services.shared import database, jobs
from services.shared.refusals import Unavailable
from webapp.web import guards

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@guards.public("load balancers and the front door ask; the answer names no data")
def healthz() -> Response:
    """200 once database, queue and worker live, else 503. `?light=1` only says that the web process answers."""
    if request.args.get("light"):
        return jsonify(web=True)
    parts = {"database": database.is_alive(), "queue": jobs.queue_is_alive()}
    try:
        parts["worker"] = parts["database"] and jobs.worker_is_alive()
    except Unavailable:
        parts["worker"] = False
    response = jsonify(parts)
    response.status_code = 200 if all(parts.values()) else 503
    return response
