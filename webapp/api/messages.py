"""/messages, /members/{id}/messages and /me/messages."""

from typing import Any
from uuid import uuid4

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.members import queries as members
from services.messaging import commands, permissions, queries
from services.shared import clock
from services.shared.fields import Identifier, Moment, Text
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people, shop

blueprint = Blueprint("api_messages", __name__, description="消息 Messages")


class MessageOut(Schema):
    """One inbox row as programs and staff read it: a code that the member has to say is hidden."""

    id = Identifier()
    member = Identifier(attribute="member_id")
    category = fields.String()
    title: fields.Field[Any] = fields.Function(queries.title_for_others)
    body = fields.String()
    path = fields.String()
    created_at = Moment()
    read_at = Moment(allow_none=True)


class MyMessageOut(MessageOut):
    """One row of one's own inbox."""

    title = fields.String()


class MessageIn(Schema):
    """A message to a member, written by a person or program."""

    title = Text(required=True, validate=validate.Length(1, 60))
    body = Text(required=True, validate=validate.Length(1, 1000))
    category = Text(load_default="service", validate=validate.OneOf(commands.CATEGORIES, error=N_("请从列表里选")))


class AddressedMessageIn(MessageIn):
    """The same, with the member it is for."""

    member = Identifier(required=True, attribute="member_id")


class UnreadOut(Schema):
    """How many of my messages wait to be read."""

    unread = fields.Integer()


@blueprint.get("/messages")
@blueprint.listing(MessageOut)
@guards.api(permissions.MESSAGES_READ)
def list_messages() -> Response:
    """Every inbox row, the newest first."""
    return shape.page(MessageOut, lambda after, limit: queries.list_all_messages(edge.read(), after=after, limit=limit))


@blueprint.post("/messages")
@blueprint.response(201, MessageOut)
@blueprint.takes(AddressedMessageIn)
@guards.api(permissions.MESSAGES_SEND)
def create_message() -> Response:
    """Write to a member's inbox: `{"member": "42", "title": …, "body": …}`."""
    data = shape.body(AddressedMessageIn)
    return _send(data["member_id"], data)


@blueprint.get("/messages/<int:message_id>")
@blueprint.response(200, MessageOut)
@guards.api(permissions.MESSAGES_READ)
def get_message(message_id: int) -> Response:
    """One inbox row."""
    return shape.one(MessageOut, queries.get_message(edge.read(), message_id))


@blueprint.get("/members/<int:member_id>/messages")
@blueprint.listing(MessageOut)
@guards.api(permissions.MESSAGES_READ)
def list_messages_of_member(member_id: int) -> Response:
    """A member's inbox, the newest first."""
    members.get_member(edge.read(), member_id)
    return shape.page(
        MessageOut, lambda after, limit: queries.list_messages(edge.read(), member_id, after=after, limit=limit)
    )


@blueprint.post("/members/<int:member_id>/messages")
@blueprint.response(201, MessageOut)
@blueprint.takes(MessageIn)
@guards.api(permissions.MESSAGES_SEND)
def send_message(member_id: int) -> Response:
    """Write to a member's inbox; a copy goes to each of their devices."""
    return _send(member_id, shape.body(MessageIn))


def _send(member_id: int, data: dict[str, Any]) -> Response:
    at, actor, spoken = clock.now(), edge.actor(), shop.settings()["shop.language"]

    def effect(session: Session) -> Response:
        member = members.get_member(session, member_id)
        language, key = member.language or spoken, f"api:{uuid4()}"  # the request's own key keeps it to one
        sent = commands.send_by_hand(session, member.id, data, language=language, key=key, actor=actor, at=at)
        return shape.one(MessageOut, queries.get_message(session, sent), 201)

    return edge.write(effect)


@blueprint.get("/me/messages")
@blueprint.listing(MyMessageOut, unread=fields.Integer())
@guards.api_member
def list_my_messages() -> Response:
    """My inbox, the newest first."""
    me = people.member().id
    return shape.page(
        MyMessageOut,
        lambda after, limit: queries.list_messages(edge.read(), me, after=after, limit=limit),
        unread=queries.count_unread(edge.read(), me),
    )


@blueprint.get("/me/messages/<int:message_id>")
@blueprint.response(200, MyMessageOut)
@guards.api_member
def get_my_message(message_id: int) -> Response:
    """One of my messages; somebody else's does not exist."""
    return shape.one(MyMessageOut, queries.get_message(edge.read(), message_id, member_id=people.member().id))


@blueprint.post("/me/messages/read")
@blueprint.response(200, UnreadOut)
@guards.api_member
def read_all_messages() -> Response:
    """I have seen everything."""
    at = clock.now()

    def effect(session: Session) -> Response:
        commands.mark_all_read(session, actor=edge.actor(), at=at)
        return edge.json_answer({"unread": 0})

    return edge.write(effect)


@blueprint.post("/me/messages/<int:message_id>/read")
@blueprint.response(200, UnreadOut)
@guards.api_member
def read_message(message_id: int) -> Response:
    """I opened this one; the answer says how many are left."""
    at, me = clock.now(), people.member().id

    def effect(session: Session) -> Response:
        commands.mark_read(session, message_id, actor=edge.actor(), at=at)
        return edge.json_answer({"unread": queries.count_unread(session, me)})

    return edge.write(effect)
