"""/messages, /members/{id}/messages, /me/messages, and the devices that are pushed to."""

from typing import Literal
from uuid import uuid4

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.members import queries as members
from services.messaging import commands, permissions, queries, texts
from services.shared import clock
from services.shared.fields import Identifier, Moment, Text
from services.shared.words import N_
from webapp.api import shape
from webapp.web import edge, guards, i18n, people, shop

blueprint = Blueprint("api_messages", __name__, description="消息与通知 Messages and notifications")
App = Literal["member", "staff"]


class MessageOut(Schema):
    """One inbox row."""

    id = Identifier()
    member = Identifier(attribute="member_id")
    category = fields.String()
    title = fields.String()
    body = fields.String()
    path = fields.String()
    created_at = Moment()
    read_at = Moment(allow_none=True)


class MessageIn(Schema):
    """A message to a member, written by a person or program."""

    title = Text(required=True, validate=validate.Length(1, 60))
    body = Text(required=True, validate=validate.Length(1, 1000))
    category = Text(load_default="service", validate=validate.OneOf(commands.CATEGORIES, error=N_("请从列表里选")))


class PushKeys(Schema):
    """The browser's keys, base64url."""

    p256dh = fields.String(required=True, validate=validate.Length(max=200))
    auth = fields.String(required=True, validate=validate.Length(max=60))


class SubscriptionIn(Schema):
    """What a browser's `PushSubscription` says of itself."""

    endpoint = fields.String(required=True, validate=validate.Length(1, 1000))
    keys = fields.Nested(PushKeys, required=True)


class EndpointIn(Schema):
    """One of my devices, by its endpoint."""

    endpoint = fields.String(required=True, validate=validate.Length(1, 1000))


@blueprint.get("/messages")
@blueprint.response(200, MessageOut(many=True))
@guards.api(permissions.MESSAGES_READ)
def list_messages() -> Response:
    """Every inbox row, the newest first."""
    return shape.page(MessageOut, lambda after, limit: queries.list_all_messages(edge.read(), after=after, limit=limit))


@blueprint.get("/members/<int:member_id>/messages")
@blueprint.response(200, MessageOut(many=True))
@guards.api(permissions.MESSAGES_READ)
def list_messages_of_member(member_id: int) -> Response:
    """A member's inbox, the newest first."""
    members.get_member(edge.read(), member_id)
    return shape.page(
        MessageOut, lambda after, limit: queries.list_messages(edge.read(), member_id, after=after, limit=limit)
    )


@blueprint.post("/members/<int:member_id>/messages")
@blueprint.response(201, MessageOut)
@guards.api(permissions.MESSAGES_SEND)
def send_message(member_id: int) -> Response:
    """Write to a member's inbox; a copy goes to each of their devices."""
    data, at = shape.body(MessageIn), clock.now()

    def effect(session: Session) -> Response:
        member = members.get_member(session, member_id)
        sent = commands.send_by_hand(
            session,
            member.id,
            data,
            language=member.language or shop.settings()["shop.language"],
            key=f"api:{uuid4()}",
            actor=edge.actor(),
            at=at,
        )
        return shape.one(MessageOut, queries.get_message(session, sent, member_id=member.id), 201)

    return edge.write(effect)


@blueprint.get("/me/messages")
@blueprint.response(200, MessageOut(many=True))
@guards.api_member
def list_my_messages() -> Response:
    """My inbox, the newest first."""
    me = people.member().id
    return shape.page(MessageOut, lambda after, limit: queries.list_messages(edge.read(), me, after=after, limit=limit))


@blueprint.post("/me/messages/<int:message_id>/read")
@guards.api_member
def read_message(message_id: int) -> Response:
    """I opened this one; the answer says how many are left."""
    at, me = clock.now(), people.member().id

    def effect(session: Session) -> Response:
        commands.mark_read(session, message_id, actor=edge.actor(), at=at)
        return edge.json_answer({"unread": queries.count_unread(session, me)})

    return edge.write(effect)


@blueprint.post("/me/push-subscriptions")
@guards.api_member
def subscribe_member() -> Response:
    """Push to this phone of mine."""
    return _subscribe("member")


@blueprint.delete("/me/push-subscriptions")
@guards.api_member
def unsubscribe_member() -> Response:
    """Do not push to this phone any more."""
    return _unsubscribe("member")


@blueprint.post("/me/push-subscriptions/test")
@guards.api_member
def test_member() -> Response:
    """A test notification to this phone."""
    return _test("member")


@blueprint.post("/staff/push-subscriptions")
@guards.api_staff
def subscribe_staff() -> Response:
    """Push to this till."""
    return _subscribe("staff")


@blueprint.delete("/staff/push-subscriptions")
@guards.api_staff
def unsubscribe_staff() -> Response:
    """Do not push to this till any more."""
    return _unsubscribe("staff")


@blueprint.post("/staff/push-subscriptions/test")
@guards.api_staff
def test_staff() -> Response:
    """A test notification to this till."""
    return _test("staff")


def _subscribe(app: App) -> Response:
    data, at = shape.body(SubscriptionIn), clock.now()

    def effect(session: Session) -> Response:
        row = commands.subscribe(
            session,
            app=app,
            endpoint=data["endpoint"],
            p256dh=data["keys"]["p256dh"],
            auth=data["keys"]["auth"],
            name=request.user_agent.string,
            actor=edge.actor(),
            at=at,
        )
        return edge.json_answer({"id": str(row.id)}, 201)

    return edge.write(effect)


def _unsubscribe(app: App) -> Response:
    data, at = shape.body(EndpointIn), clock.now()

    def effect(session: Session) -> Response:
        commands.unsubscribe(session, data["endpoint"], app=app, actor=edge.actor(), at=at)
        return Response(status=204)

    return edge.write(effect)


def _test(app: App) -> Response:
    data, at, language = shape.body(EndpointIn), clock.now(), i18n.choose()
    text = texts.test(language, shop=shop.settings()["shop.name"])

    def effect(session: Session) -> Response:
        commands.send_test(session, data["endpoint"], text, app=app, language=language, actor=edge.actor(), at=at)
        return Response(status=202)

    return edge.write(effect)
