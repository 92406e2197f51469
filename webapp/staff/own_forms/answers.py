"""What was sent: the answers one by one, what they say together, and as a table to take away."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from services.forms import commands, queries
from services.forms.permissions import FORM_ANSWERS_EXPORT, FORM_ANSWERS_READ
from services.forms.queries import FormCard, SubmissionCard, Tally
from services.forms.rules.documents import Document, Question
from services.shared import clock
from webapp.staff import blueprint
from webapp.staff.own_forms.pages import page
from webapp.web import edge, form_words, guards, i18n
from webapp.web.spreadsheets import csv_answer

PAGE = 30
MOST = 20_000  # lines of a table
STATES = ("new", "applied", "proposal", "refused")


@blueprint.get("/forms/<int:form_id>/answers")
@guards.staff(FORM_ANSWERS_READ)
def form_answers(form_id: int) -> str:
    """What the answers say together, and each of them, the newest first (`?state=`)."""
    session, actor = edge.read(), edge.actor()
    card = queries.get_form(session, form_id)
    state, after = request.args.get("state", ""), request.args.get("after", "")
    state = state if state in STATES else ""
    found = queries.list_submissions(
        session, card.id, actor=actor, state=state, limit=PAGE + 1, after=int(after) if _is_number(after) else None
    )
    counted, tallies = queries.summarize(session, card.id, actor=actor)
    last = found[PAGE - 1].id if len(found) > PAGE else None
    more = url_for("staff.form_answers", form_id=form_id, state=state or None, after=last) if last else ""
    return page(
        "answers", card=card, sent=found[:PAGE], state=state, counted=counted, may_export=actor.may(FORM_ANSWERS_EXPORT),
        tallies=[(tally, _bars(tally)) for tally in tallies if tally.answers], next_page=more,
    )  # fmt: skip


@blueprint.get("/forms/<int:form_id>/answers/<int:submission_id>")
@guards.staff(FORM_ANSWERS_READ)
def form_answer(form_id: int, submission_id: int) -> str:
    """What one person sent."""
    session, actor = edge.read(), edge.actor()
    sent = queries.get_submission(session, form_id, submission_id, actor=actor)
    document = queries.get_version(session, form_id, sent.version)
    return page(
        "answer",
        card=queries.get_form(session, form_id),
        sent=sent,
        link=queries.get_link(session, form_id, sent.link_id, actor=actor),
        told=queries.tell_answers(sent, document, queries.load_seen(session, actor=actor), actor=actor),
    )


@blueprint.post("/forms/<int:form_id>/answers/export")
@guards.staff(FORM_ANSWERS_EXPORT)
def export_form_answers(form_id: int) -> Response:
    """All answers as one table; written down."""
    card, at = queries.get_form(edge.read(), form_id), clock.now()
    head, rows = _table(card)
    edge.write(lambda writing: _noted(writing, form_id, len(rows), at), keyed=False)
    return csv_answer(card.title_zh, head, rows)


def _noted(session: Any, form_id: int, rows: int, at: Any) -> str:
    commands.note_export(session, form_id, rows, actor=edge.actor(), at=at)
    return ""


def _table(card: FormCard) -> tuple[list[str], list[list[str]]]:
    """A column for each question that was ever published, and a row for each submission."""
    session, actor = edge.read(), edge.actor()
    found = list(queries.walk_submissions(session, card.id, actor=actor, most=MOST))
    documents = {each: queries.get_version(session, card.id, each) for each in {sent.version for sent in found}}
    columns = {question.key: question for each in sorted(documents) for question in documents[each]}
    head = [_("时间"), _("状态"), _("会员"), _("链接"), *(form_words.label(each) for each in columns.values())]
    seen = queries.load_seen(session, actor=actor)
    links = {link.id: link for link in queries.list_links(session, card.id, actor=actor)}
    rows = [
        [
            i18n.long_moment(sent.submitted_at), str(_(form_words.SENT[sent.state])), sent.member_name,
            f"{links[sent.link_id].store_name} · {links[sent.link_id].label}", *_cells(sent, documents[sent.version], columns, seen),
        ]
        for sent in found
    ]  # fmt: skip
    return head, rows


def _cells(sent: SubmissionCard, document: Document, columns: Mapping[str, Question], seen: Any) -> Iterator[str]:
    told = {each.question.key: each for each in queries.tell_answers(sent, document, seen, actor=edge.actor())}
    for key in columns:
        yield form_words.answer_words(told[key].value, told[key].question) if key in told else ""


def _bars(tally: Tally) -> list[tuple[str, int, int]]:
    """Each possible answer in words, how often it came, and how many percent of those who answered chose it."""
    known = form_words.choices(tally.question)
    keys = [key for key, _words in known] + [key for key in tally.counts if key not in dict(known)]
    return [
        (dict(known).get(key, key), tally.counts[key], (tally.counts[key] * 200 + tally.answers) // (tally.answers * 2))
        for key in keys
        if tally.counts
    ]


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 19
