"""/me/consents, /members/{id}/consents, /consent-texts: what is agreed to, purpose by purpose, and its words."""

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from services.members import commands, permissions, queries
from services.members.rules.purposes import KINDS, MEMBERSHIP
from services.privacy.schemas import (
    ConsentIn,
    ConsentsOut,
    ConsentTextIn,
    ConsentTextOut,
    ConsentTextsOut,
    CounterConsentIn,
)
from services.shared import clock
from services.shared.refusals import NotFound
from services.stores.permissions import SETTINGS_READ
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, people

blueprint = Blueprint("api_consents", __name__, description="同意 Consents")


@blueprint.get("/me/consents")
@blueprint.response(200, ConsentsOut)
@guards.api_member
def list_own_consents() -> Response:
    """Where the member who asks stands with every purpose, and everything they agreed to, the newest first."""
    return _consents(edge.read(), people.member().id)


@blueprint.post("/me/consents")
@blueprint.response(201, ConsentsOut)
@blueprint.takes(ConsentIn)
@guards.api_member
def give_own_consent() -> Response:
    """Agree to a purpose (membership where none is named). Agreed to the same words before, nothing changes. 409 `words_changed` where
    `version` is not the one that holds now."""
    data = shape.body(ConsentIn) if request.get_data() else forms.load(ConsentIn, {})
    return _give(people.member().id, data)


@blueprint.delete("/me/consents")
@blueprint.response(200, ConsentsOut)
@guards.api_member
def withdraw_own_membership() -> Response:
    """Take the membership consent back: nobody writes to the member any more. 409 `consent_missing` where nothing holds."""
    return _withdraw(people.member().id, MEMBERSHIP)


@blueprint.delete("/me/consents/<kind>")
@blueprint.response(200, ConsentsOut)
@guards.api_member
def withdraw_own_consent(kind: str) -> Response:
    """Take the consent to one purpose back. 409 `consent_missing` where nothing holds."""
    return _withdraw(people.member().id, kind)


@blueprint.get("/members/<int:member_id>/consents")
@blueprint.response(200, ConsentsOut)
@guards.api(permissions.MEMBERS_READ)
def list_consents(member_id: int) -> Response:
    """Where a member stands with every purpose, and everything they agreed to, the newest first."""
    return _consents(edge.read(), queries.get_member(edge.read(), member_id).id)


@blueprint.post("/members/<int:member_id>/consents")
@blueprint.response(201, ConsentsOut)
@blueprint.takes(CounterConsentIn)
@guards.api(permissions.MEMBERS_CHANGE)
def give_consent(member_id: int) -> Response:
    """Write down that a member agreed at the counter: spoken (`way` counter) or signed (paper). A program's own way is `api`."""
    return _give(member_id, shape.body(CounterConsentIn))


@blueprint.delete("/members/<int:member_id>/consents/<kind>")
@blueprint.response(200, ConsentsOut)
@guards.api(permissions.MEMBERS_CHANGE)
def withdraw_consent(member_id: int, kind: str) -> Response:
    """Write down that a member took the consent to one purpose back. 409 `consent_missing` where nothing holds."""
    return _withdraw(member_id, kind)


@blueprint.get("/consent-texts")
@blueprint.response(200, ConsentTextsOut)
@guards.api(SETTINGS_READ)
def list_consent_texts() -> Response:
    """Every version of every purpose's words, the newest first."""
    return shape.one(ConsentTextsOut, {"items": queries.list_consent_texts(edge.read())})


@blueprint.post("/consent-texts")
@blueprint.response(201, ConsentTextOut)
@blueprint.takes(ConsentTextIn)
@guards.api(permissions.CONSENT_TEXTS_CREATE)
def publish_consent_text() -> Response:
    """Publish the next version of a purpose's words; what is published never changes. 409 `words_changed` where `over` is not the last."""
    data, at, actor = shape.body(ConsentTextIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        told = (data["kind"], data["words"])
        text = commands.publish_consent_text(session, *told, anew=data["anew"], over=data["over"], actor=actor, at=at)
        return shape.one(ConsentTextOut, text, 201)

    return edge.write(effect)


def _give(member_id: int, data: dict[str, Any]) -> Response:
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        paper = data.get("way") == "paper"
        commands.give_consent(
            session, member_id, data["kind"], version=data["version"], paper=paper, actor=actor, at=at
        )
        return _consents(session, member_id, 201)

    return edge.write(effect)


def _withdraw(member_id: int, kind: str) -> Response:
    if kind not in KINDS:
        raise NotFound("consent_kind_not_found")
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.withdraw_consent(session, member_id, kind, actor=actor, at=at)
        return _consents(session, member_id)

    return edge.write(effect)


def _consents(session: Session, member_id: int, status: int = 200) -> Response:
    session.flush()
    consents = queries.list_consents(session, member_id)
    told = {"items": consents, "purposes": queries.list_purposes(session, member_id, consents)}
    return shape.one(ConsentsOut, told, status)
