"""/members. The points of a member have their own resource (points.py)."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.fields.queries import tell_values
from services.loyalty import queries as loyalty
from services.members import commands, permissions, queries
from services.members.queries import MemberCard
from services.members.schemas import BirthdayOut, ChangedMemberIn, MemberIn, MemberOut
from services.segments.queries import get_habits as read_habits
from services.segments.schemas import HabitsOut
from services.shared import clock
from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_members", __name__, description="会员 Members")


class MemberChange(ChangedMemberIn):
    """What may change of a member, for the API's page; `archived` is read apart."""

    archived = fields.Boolean()


class RevealOut(Schema):
    """What is masked elsewhere, of one member; `left`: so many more this hour."""

    phone = fields.String(allow_none=True)
    birthday = fields.Nested(BirthdayOut, allow_none=True)
    left = fields.Integer()


@blueprint.get("/members")
@blueprint.listing(MemberOut, "phone", "q")
@guards.api(permissions.MEMBERS_READ)
def list_members() -> Response:
    """Living members, the newest first; `?phone=` finds one, `?q=` finds by part of name, initials, phone or number. Without
    `members:phones` numbers are masked (`138 **** 8000`), birthdays have no year, and `?q=` finds by the last four digits alone."""
    return shape.page(MemberOut, _fetch)


@blueprint.post("/members")
@blueprint.response(201, MemberOut)
@blueprint.takes(MemberIn)
@guards.api(permissions.MEMBERS_CREATE)
def create_member() -> Response:
    """Open a card. An existing phone answers 409 `phone_taken` with that member's id."""
    data, at, actor = shape.body(MemberIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        member = commands.create_member(session, data, actor=actor, at=at)
        return _one(session, member.id, 201)

    return edge.write(effect)


@blueprint.get("/members/<int:member_id>")
@blueprint.response(200, MemberOut)
@guards.api(permissions.MEMBERS_READ)
def get_member(member_id: int) -> Response:
    """One member, archived or not."""
    return _one(edge.read(), member_id)


@blueprint.get("/members/<int:member_id>/habits")
@blueprint.response(200, HabitsOut)
@guards.api(permissions.MEMBERS_READ)
def get_habits(member_id: int) -> Response:
    """How often and when a member comes, what they spend and like best: worked out within seconds of a sale."""
    return shape.one(HabitsOut, read_habits(edge.read(), member_id))


@blueprint.post("/members/<int:member_id>/reveals")
@blueprint.response(201, RevealOut)
@guards.api(permissions.MEMBERS_REVEAL)
def create_reveal(member_id: int) -> Response:
    """The whole phone and birthday of one member, for who sees them masked elsewhere: in the log, 20 an hour, of which `left`."""
    at, actor = clock.now(), edge.actor()
    left = edge.spend(commands.REVEALS, actor.scope, at=at)

    def effect(session: Session) -> Response:
        card = commands.reveal_member(session, member_id, actor=actor, at=at)
        told = {"phone": card.phone, "birthday": card.birthday, "left": left}
        return shape.one(RevealOut, told, 201)

    return edge.write(effect)


@blueprint.patch("/members/<int:member_id>")
@blueprint.response(200, MemberOut)
@blueprint.takes(MemberChange, partial=True)
@guards.api(permissions.MEMBERS_CHANGE)
def change_member(member_id: int) -> Response:
    """Change some fields; `archived` takes the card out of use or back."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    data, archived = shape.body(ChangedMemberIn, partial=True), _archived(sent)

    def effect(session: Session) -> Response:
        if archived is not None:
            set_archived: Callable[..., Any] = commands.archive_member if archived else commands.restore_member
            set_archived(session, member_id, actor=actor, at=at)
        commands.change_member(session, member_id, data, actor=actor, at=at)
        return _one(session, member_id)

    return edge.write(effect)


def _fetch(after: int | None, limit: int) -> Sequence[MemberCard]:
    session, phone, text = edge.read(), request.args.get("phone"), request.args.get("q")
    if phone is not None:
        found = queries.find_member_by_phone(session, phone)
        return _with_points(session, [found] if found else [])
    if text is not None:
        return _with_points(session, queries.search_members(session, text, limit - 1, asker=edge.actor()))
    return _with_points(session, queries.list_members(session, after=after, limit=limit))


def _with_points(session: Session, cards: Sequence[MemberCard]) -> list[MemberCard]:
    ids = [card.id for card in cards]
    points, tiers = loyalty.list_balances(session, ids), loyalty.list_tier_names(session, ids)
    answers = tell_values(session, "member", ids, actor=edge.actor())
    seen = [queries.as_seen_by(edge.actor(), card) for card in cards]
    return [
        card.with_points(points[card.id]).with_tier(tiers.get(card.id)).with_answers(answers[card.id]) for card in seen
    ]


def _one(session: Session, member_id: int, status: int = 200) -> Response:
    session.flush()
    return shape.one(MemberOut, _with_points(session, [queries.get_member(session, member_id)])[0], status)


def _archived(sent: dict[str, Any]) -> bool | None:
    if "archived" in sent and not isinstance(sent["archived"], bool):
        raise Invalid({"archived": [N_("请选是或否")]})
    return sent.get("archived")
