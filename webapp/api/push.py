"""/me/push-subscriptions and /staff/push-subscriptions: this device, told by our own pages (elements/ck-push.js)."""

from typing import Literal

from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.messaging import commands, queries, texts
from services.shared import clock, limits
from services.shared.fields import Identifier, Moment, Text
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import browsers, edge, guards, i18n, shop

blueprint = Blueprint("api_push", __name__, description="系统通知 Push subscriptions")
App = Literal["member", "staff"]
TESTS = limits.Rule("push_tests", 6, 60)  # a test is a push that costs somebody something


class PushKeys(Schema):
    """The browser's keys, base64url."""

    p256dh = fields.String(required=True, validate=validate.Length(max=200))
    auth = fields.String(required=True, validate=validate.Length(max=60))


class SubscriptionIn(Schema):
    """What a browser's `PushSubscription` says of itself. Whose it is, the session says."""

    endpoint = Text(required=True, validate=validate.Length(1, 1000))
    keys = fields.Nested(PushKeys, required=True)


class SubscriptionOut(Schema):
    """A device of mine that gets notifications. The endpoint stays here: whoever knows it could try to write to it."""

    id = Identifier()
    name = fields.String()
    created_at = Moment()
    seen_at = Moment()


class SubscribedOut(Schema):
    """The id of a device that gets notifications now."""

    id = Identifier()


class EndpointIn(Schema):
    """One of my devices, by its endpoint."""

    endpoint = Text(required=True, validate=validate.Length(1, 1000))


@blueprint.get("/me/push-subscriptions")
@blueprint.listing(SubscriptionOut, paged=False)
@guards.api_member
def list_mine() -> Response:
    """My devices that get notifications."""
    return _list("member")


@blueprint.post("/me/push-subscriptions")
@blueprint.takes(SubscriptionIn)
@blueprint.response(201, SubscribedOut)
@guards.api_member
def subscribe_member() -> Response:
    """Push to this phone of mine."""
    return _subscribe("member")


@blueprint.delete("/me/push-subscriptions")
@blueprint.takes(EndpointIn)
@blueprint.response(204)
@guards.api_member
def unsubscribe_member() -> Response:
    """Do not push to this phone any more."""
    return _unsubscribe("member")


@blueprint.post("/me/push-subscriptions/test")
@blueprint.takes(EndpointIn)
@blueprint.response(202)
@guards.api_member
def test_member() -> Response:
    """A test notification to this phone."""
    return _test("member")


@blueprint.get("/staff/push-subscriptions")
@blueprint.listing(SubscriptionOut, paged=False)
@guards.api_staff
def list_staff() -> Response:
    """My staff devices that get notifications."""
    return _list("staff")


@blueprint.post("/staff/push-subscriptions")
@blueprint.takes(SubscriptionIn)
@blueprint.response(201, SubscribedOut)
@guards.api_staff
def subscribe_staff() -> Response:
    """Push to this till."""
    return _subscribe("staff")


@blueprint.delete("/staff/push-subscriptions")
@blueprint.takes(EndpointIn)
@blueprint.response(204)
@guards.api_staff
def unsubscribe_staff() -> Response:
    """Do not push to this till any more."""
    return _unsubscribe("staff")


@blueprint.post("/staff/push-subscriptions/test")
@blueprint.takes(EndpointIn)
@blueprint.response(202)
@guards.api_staff
def test_staff() -> Response:
    """A test notification to this till."""
    return _test("staff")


def _list(app: App) -> Response:
    found = queries.list_subscriptions(edge.read(), app=app, owner_id=int(edge.actor().id or 0))
    return edge.json_answer({"items": SubscriptionOut(many=True).dump(found), "next": None})


def _subscribe(app: App) -> Response:
    data, at, actor = shape.body(SubscriptionIn), clock.now(), edge.actor()
    name = browsers.browser_name(request.user_agent.string)

    def effect(session: Session) -> Response:
        told = {"app": app, "endpoint": data["endpoint"], **data["keys"]}
        subscription_id = commands.subscribe(session, **told, name=name, actor=actor, at=at)
        return edge.json_answer({"id": str(subscription_id)}, 201)

    return edge.write(effect)


def _unsubscribe(app: App) -> Response:
    data, at, actor = shape.body(EndpointIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.unsubscribe(session, data["endpoint"], app=app, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)


def _test(app: App) -> Response:
    data, at, actor, language = shape.body(EndpointIn), clock.now(), edge.actor(), i18n.choose()
    text = texts.test(language, shop=shop.settings()["shop.name"])
    edge.spend(TESTS, actor.scope, at=at)

    def effect(session: Session) -> Response:
        commands.send_test(session, data["endpoint"], text, app=app, language=language, actor=actor, at=at)
        return Response(status=202)

    return edge.write(effect)
