"""/forms: what people fill in behind links, the links, and what they sent."""

from types import SimpleNamespace
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from services.forms import commands, queries
from services.forms.permissions import (
    FORM_ANSWERS_READ,
    FORM_GIFTS_CHANGE,
    FORM_LINKS_CHANGE,
    FORMS_CHANGE,
    FORMS_READ,
)
from services.forms.queries import LinkCard, SubmissionCard
from services.forms.schemas import (
    FormBody,
    FormGiftIn,
    FormGiftOut,
    FormLinkIn,
    FormLinkOut,
    FormOut,
    ProposalConfirmIn,
    SubmissionOut,
)
from services.members.permissions import MEMBERS_CHANGE
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, form_words, guards, links

blueprint = Blueprint("api_forms", __name__, description="表单 Forms")


class FormChange(FormBody):
    """What may change of a form, for the API's page."""


@blueprint.get("/forms")
@blueprint.listing(FormOut)
@guards.api(FORMS_READ)
def list_forms() -> Response:
    """All forms by id."""
    return shape.page(FormOut, lambda after, limit: queries.list_form_page(edge.read(), after=after, limit=limit))


@blueprint.post("/forms")
@blueprint.response(201, FormOut)
@blueprint.takes(FormBody)
@guards.api(FORMS_CHANGE)
def create_form() -> Response:
    """A new draft, with its pages (`document`) or without. Questions without a `key` get one."""
    data, at, actor = shape.body(FormBody), clock.now(), edge.actor()
    return edge.write(lambda session: _one(session, commands.create_form(session, data, actor=actor, at=at).id, 201))


@blueprint.get("/forms/<int:form_id>")
@blueprint.response(200, FormOut)
@guards.api(FORMS_READ)
def get_form(form_id: int) -> Response:
    """One form, as it is being written."""
    return _one(edge.read(), form_id)


@blueprint.patch("/forms/<int:form_id>")
@blueprint.response(200, FormOut)
@blueprint.takes(FormChange, partial=True)
@guards.api(FORMS_CHANGE)
def change_form(form_id: int) -> Response:
    """Change some of it. Titles and limits hold at once, pages when they are published; `document` is told as a whole."""
    data, at, actor = shape.body(FormBody, partial=True), clock.now(), edge.actor()
    return edge.write(
        lambda session: _one(session, commands.change_form(session, form_id, data, actor=actor, at=at).id)
    )


@blueprint.put("/forms/<int:form_id>/gift")
@blueprint.response(200, FormGiftOut)
@blueprint.takes(FormGiftIn)
@guards.api(FORM_GIFTS_CHANGE)
def change_form_gift(form_id: int) -> Response:
    """What a member gets once for it: a coupon, points, a tag."""
    data, at, actor = shape.body(FormGiftIn), clock.now(), edge.actor()
    return edge.write(
        lambda session: shape.one(FormGiftOut, commands.change_gift(session, form_id, data, actor=actor, at=at))
    )


@blueprint.post("/forms/<int:form_id>/versions")
@blueprint.response(201, FormOut)
@guards.api(FORMS_CHANGE)
def publish_form(form_id: int) -> Response:
    """Publish the draft: 422 says what is missing, by place. A closed form opens again."""
    at, actor = clock.now(), edge.actor()
    return edge.write(
        lambda session: _one(session, commands.publish_form(session, form_id, actor=actor, at=at).id, 201)
    )


@blueprint.delete("/forms/<int:form_id>/versions")
@blueprint.response(200, FormOut)
@guards.api(FORMS_CHANGE)
def close_form(form_id: int) -> Response:
    """Take no more. What came stays, and publishing opens it again."""
    at, actor = clock.now(), edge.actor()
    return edge.write(lambda session: _one(session, commands.close_form(session, form_id, actor=actor, at=at).id))


@blueprint.get("/forms/<int:form_id>/links")
@blueprint.listing(FormLinkOut)
@guards.api(FORM_LINKS_CHANGE)
def list_form_links(form_id: int) -> Response:
    """The links at the caller's stores by id, archived ones too; `address` is what a QR says."""
    queries.get_form(edge.read(), form_id)
    found = sorted(queries.list_links(edge.read(), form_id, actor=edge.actor()), key=lambda link: link.id)
    told = [_address(link) for link in found]
    return shape.page(FormLinkOut, lambda after, limit: [each for each in told if each.id > (after or 0)][:limit])


@blueprint.post("/forms/<int:form_id>/links")
@blueprint.response(201, FormLinkOut)
@blueprint.takes(FormLinkIn)
@guards.api(FORM_LINKS_CHANGE)
def create_form_link(form_id: int) -> Response:
    """A link for a store, a place (`label`), a source, and perhaps somebody of the staff."""
    data, at, actor = shape.body(FormLinkIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        made = commands.create_form_link(session, form_id, data, actor=actor, at=at)
        return shape.one(FormLinkOut, _address(queries.get_link(session, form_id, made.id, actor=actor)), 201)

    return edge.write(effect)


@blueprint.delete("/forms/<int:form_id>/links/<int:form_link_id>")
@blueprint.response(204)
@guards.api(FORM_LINKS_CHANGE)
def archive_form_link(form_id: int, form_link_id: int) -> Response:
    """Take it out of use; its page then says so (410)."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.archive_form_link(session, form_id, form_link_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.get("/forms/<int:form_id>/submissions")
@blueprint.listing(SubmissionOut, "state")
@guards.api(FORM_ANSWERS_READ)
def list_submissions(form_id: int) -> Response:
    """What was sent at the caller's stores, the newest first; `?state=` new, applied, proposal or refused."""
    session, state = edge.read(), request.args.get("state", "")[:10]
    queries.get_form(session, form_id)

    def find(after: int | None, limit: int) -> list[SimpleNamespace]:
        actor = edge.actor()
        return _told(
            session, queries.list_submissions(session, form_id, actor=actor, state=state, after=after, limit=limit)
        )

    return shape.page(SubmissionOut, find)


@blueprint.get("/forms/<int:form_id>/submissions/<int:submission_id>")
@blueprint.response(200, SubmissionOut)
@guards.api(FORM_ANSWERS_READ)
def get_submission(form_id: int, submission_id: int) -> Response:
    """One, with its answers and, where it waits, what it would change (`proposed`)."""
    return _submission(edge.read(), form_id, submission_id)


@blueprint.post("/forms/<int:form_id>/submissions/<int:proposal_id>/confirmation")
@blueprint.response(201, SubmissionOut)
@blueprint.takes(ProposalConfirmIn)
@guards.api(MEMBERS_CHANGE)
def confirm_submission(form_id: int, proposal_id: int) -> Response:
    """It is the member's: the answers to these `questions` go into their card, then the gift is given."""
    data, at, actor = shape.body(ProposalConfirmIn), clock.now(), edge.actor()
    form_words.own()  # read before the write

    def effect(session: Session) -> Response:
        queries.get_submission(session, form_id, proposal_id, actor=actor)
        commands.confirm_proposal(session, proposal_id, data["questions"], actor=actor, at=at)
        return _submission(session, form_id, proposal_id, 201)

    return edge.write(effect)


@blueprint.post("/forms/<int:form_id>/submissions/<int:proposal_id>/refusal")
@blueprint.response(201, SubmissionOut)
@guards.api(MEMBERS_CHANGE)
def refuse_submission(form_id: int, proposal_id: int) -> Response:
    """It is not the member's: what was written is forgotten."""
    at, actor = clock.now(), edge.actor()
    form_words.own()  # read before the write

    def effect(session: Session) -> Response:
        queries.get_submission(session, form_id, proposal_id, actor=actor)
        commands.refuse_proposal(session, proposal_id, actor=actor, at=at)
        return _submission(session, form_id, proposal_id, 201)

    return edge.write(effect)


def _one(session: Session, form_id: int, status: int = 200) -> Response:
    session.flush()
    return shape.one(FormOut, queries.get_form(session, form_id), status)


def _address(link: LinkCard) -> SimpleNamespace:
    return SimpleNamespace(**vars(link), address=links.absolute(f"/f/{link.token}"))


def _submission(session: Session, form_id: int, submission_id: int, status: int = 200) -> Response:
    """One, with what it would change."""
    session.flush()
    actor = edge.actor()
    card = queries.get_submission(session, form_id, submission_id, actor=actor)
    told = _told(session, [card])[0]
    if card.state == "proposal" and actor.may(MEMBERS_CHANGE):
        told.proposed = [_worded(each) for each in queries.list_differences(session, card, actor=actor)]
    return shape.one(SubmissionOut, told, status)


def _told(session: Session, cards: list[SubmissionCard]) -> list[SimpleNamespace]:
    """Submissions as far as the caller may see them; answers with the words of their question."""
    actor = edge.actor()
    seen = queries.load_seen(session, actor=actor)
    versions = {card.version: queries.get_version(session, card.form_id, card.version) for card in cards}
    told = []
    for card in cards:
        answers = queries.tell_answers(card, versions[card.version], seen, actor=actor)
        told.append(SimpleNamespace(**{**vars(card), "answers": [_worded(each) for each in answers], "proposed": []}))
    return told


def _worded(each: Any) -> dict[str, Any]:
    return {**vars(each), "label": form_words.label(each.question)}
