"""/sms: codes by SMS: the contract, a test, the last messages."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services.shared import clock
from services.sms import commands, queries
from services.sms.schemas import ContractIn, SmsMessageOut, SmsOut, SmsTestIn
from services.stores import permissions
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards
from webapp.web.sms_tests import count_test

blueprint = Blueprint("api_sms", __name__, description="短信验证码 Codes by SMS")


@blueprint.get("/sms")
@blueprint.response(200, SmsOut)
@guards.api(permissions.SETTINGS_CHANGE)
def get_sms() -> Response:
    """The contract with the provider, without its secret, and what today and this month have cost."""
    return shape.one(SmsOut, _state(edge.read()))


@blueprint.patch("/sms")
@blueprint.response(200, SmsOut)
@blueprint.takes(ContractIn, partial=True)
@guards.api(permissions.SETTINGS_CHANGE)
def change_sms() -> Response:
    """Write the contract, or some of its fields. Another provider or key needs its own secret."""
    at, missing = clock.now(), queries.find_contract(edge.read()) is None
    data = shape.body(ContractIn, partial=not missing)

    def effect(session: Session) -> Response:
        commands.change_contract(session, data, actor=edge.actor(), at=at)
        return shape.one(SmsOut, _state(session))

    return edge.write(effect)


@blueprint.post("/sms/test")
@blueprint.response(202, SmsMessageOut)
@blueprint.takes(SmsTestIn)
@guards.api(permissions.SETTINGS_CHANGE)
def test_sms() -> Response:
    """Send a test to a phone: it costs one message. What became of it stands in the list of messages."""
    data, at = shape.body(SmsTestIn), clock.now()
    count_test(at)

    def effect(session: Session) -> Response:
        row = commands.send_test(session, data["phone"], actor=edge.actor(), at=at)
        return shape.one(SmsMessageOut, row, 202)

    return edge.write(effect)


@blueprint.get("/sms/messages")
@blueprint.listing(SmsMessageOut)
@guards.api(permissions.SETTINGS_CHANGE)
def list_sms_messages() -> Response:
    """The last messages, the newest first: state, the provider's code, the last digits of the phone; never what they said."""
    session = edge.read()
    return shape.page(SmsMessageOut, lambda after, limit: queries.list_messages(session, after=after, limit=limit))


def _state(session: Session) -> dict[str, Any]:
    return {"contract": queries.find_contract(session), "spent": queries.get_spent(session, at=clock.now())}
