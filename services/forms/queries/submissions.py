"""What was sent, as far as somebody may see it."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.family.models import Child, Pregnancy
from services.family.permissions import CHILDREN_REVEAL
from services.fields.queries import list_fields, load_values
from services.fields.rules import told
from services.forms.errors import FormNotFound
from services.forms.models import Form, FormSubmission
from services.forms.queries.forms import HIGHEST_ID, get_version
from services.forms.rules.documents import Document, Question
from services.forms.rules.members import IN_FAMILY, Difference, answered
from services.members.models import Member
from services.members.permissions import MEMBERS_PHONES
from services.members.queries import get_member, holds_consent, list_own_ids, show_name
from services.members.rules import phones
from services.members.rules.purposes import MARKETING
from services.shared import runtime, vault
from services.shared.actors import Actor

PURPOSE = "form-answers"
AT_A_TIME = 500


@dataclass(frozen=True)
class SubmissionCard:
    """What one person sent; `answers` are as they are kept: only for who may see them (`tell_answers`)."""

    id: int
    form_id: int
    version: int
    link_id: int
    store_id: int
    staff_id: int | None
    member_id: int | None
    state: str
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    member_name: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    consents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """An answer with its question; `hidden` where this reader may not see it, `value` then as much as they may."""

    question: Question
    value: Any
    hidden: bool = False


def seal(session: Session, member_id: int | None, content: Mapping[str, Any], *, at: datetime) -> str:
    """Answers at rest: under the member's key, or the shop's where there is no member."""
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if member_id is not None:
        return vault.seal(session, member_id, raw, PURPOSE, at=at)
    return base64.b64encode(runtime.keys().encrypt(raw, PURPOSE)).decode()


def list_submissions(
    session: Session, form_id: int, *, actor: Actor, state: str = "", after: int | None = None, limit: int = 50
) -> list[SubmissionCard]:
    """What was sent at the stores where this actor works, the newest first; `after` is the id where the last page ended."""
    query = _of_stores(actor).where(FormSubmission.form_id == form_id)
    if state:
        query = query.where(FormSubmission.state == state)
    if after is not None:
        query = query.where(FormSubmission.id < after)
    return _cards(session, query.order_by(FormSubmission.id.desc()).limit(limit))


def walk_submissions(
    session: Session, form_id: int, *, actor: Actor, most: int | None = None
) -> Iterator[SubmissionCard]:
    """All of them, page by page, the newest first; no more than `most`."""
    after, left = None, most
    while left is None or left > 0:
        page = list_submissions(session, form_id, actor=actor, after=after, limit=min(AT_A_TIME, left or AT_A_TIME))
        yield from page
        if len(page) < AT_A_TIME:
            return
        after, left = page[-1].id, None if left is None else left - len(page)


def get_submission(session: Session, form_id: int, submission_id: int, *, actor: Actor) -> SubmissionCard:
    """One of a form. Raises FormNotFound also for one of a store where the actor does not work."""
    query = _of_stores(actor).where(FormSubmission.form_id == min(form_id, HIGHEST_ID))
    found = _cards(session, query.where(FormSubmission.id == min(submission_id, HIGHEST_ID)))
    if not found:
        raise FormNotFound
    return found[0]


def list_told(session: Session, member_id: int) -> list[dict[str, Any]]:
    """Everything that this member told by forms, one row for each answer: for the member themselves, as it is kept."""
    found = []
    titles = dict(session.execute(select(Form.id, Form.title_zh)).tuples().all())
    fields = {each.key: each.label_zh for each in list_fields(session, "member", archived=True)}
    for card in _cards(
        session,
        _rows().where(FormSubmission.member_id.in_(list_own_ids(session, member_id))).order_by(FormSubmission.id),
    ):
        for question, value in answered(get_version(session, card.form_id, card.version), card.answers):
            words = {each.key: each.zh for each in question.choices}
            given = value if isinstance(value, list) else [value]
            told_value = ", ".join(words.get(str(each), str(each)) for each in given)
            label = question.label_zh or fields.get(question.field, question.kind)
            row = {"form": titles[card.form_id], "state": card.state, "label": label, "value": told_value}
            found.append({**row, "at": card.submitted_at})
    return found


def find_waiting(session: Session, submission_id: int, *, member_id: int) -> SubmissionCard | None:
    """A proposal that says to be this member's, and waits."""
    found = list_waiting(session, member_id=member_id)
    return next((each for each in found if each.id == submission_id), None)


def list_waiting(
    session: Session, *, member_id: int | None = None, actor: Actor | None = None, limit: int = 20
) -> list[SubmissionCard]:
    """Proposals that wait: of a member, or at the stores where this actor works; the newest first."""
    query = _of_stores(actor) if actor else _rows()
    query = query.where(FormSubmission.state == "proposal")
    if member_id is not None:
        query = query.where(FormSubmission.member_id == member_id)
    return _cards(session, query.order_by(FormSubmission.id.desc()).limit(limit))


def count_waiting(session: Session, *, actor: Actor) -> int:
    """How many proposals wait at the stores where this actor works."""
    query = _of_stores(actor).where(FormSubmission.state == "proposal").subquery()
    return session.scalar(select(func.count()).select_from(query)) or 0


def load_seen(session: Session, *, actor: Actor) -> dict[str, bool]:
    """Whether this actor may see the answers to each of the shop's own fields, by key. One query."""
    return {each.key: each.visible_to(actor) for each in list_fields(session, "member", archived=True)}


def may_see(actor: Actor, question: Question, seen: Mapping[str, bool]) -> bool:
    """Whether the whole answer to this question is for this actor; `seen` is from `load_seen`."""
    if question.kind in IN_FAMILY:
        return actor.may(CHILDREN_REVEAL)
    if question.kind == "phone":
        return actor.may(MEMBERS_PHONES)
    return question.kind != "own" or seen.get(question.field, False)


def tell_answers(card: SubmissionCard, document: Document, seen: Mapping[str, bool], *, actor: Actor) -> list[Answer]:
    """The answers as far as this actor may see them: a masked phone, a birthday without its year, of a child that there is one."""
    return [_as_seen_by(actor, question, value, seen) for question, value in answered(document, card.answers)]


def list_differences(session: Session, card: SubmissionCard, *, actor: Actor) -> list[Difference]:
    """What a proposal would change of its member, as far as this actor may see it. Who may not see the family is not told by it either:
    for them what was told of it is always news."""
    if card.member_id is None:
        return []
    document, member = get_version(session, card.form_id, card.version), get_member(session, card.member_id)
    fields = {
        each.key: each for each in list_fields(session, "member") if each.visible_to(actor) or actor.kind == "member"
    }
    held = load_values(session, list(fields.values()), [member.id]).get(member.id, {})
    family = _family(session, member.id) if actor.kind == "member" or actor.may(CHILDREN_REVEAL) else set()
    found = []
    for question, after in answered(document, card.answers):
        match question.kind:
            case "name" | "gender":
                before: Any = getattr(member, question.kind) or None
            case "birthday":
                before = vars(member.birthday) if member.birthday else None
            case "own" if question.field in fields:
                before = told(fields[question.field].kind, held.get(question.field))
            case "marketing":
                before = holds_consent(session, member.id, MARKETING) or None
            case "child" | "due_date":
                before = after if _day_of(after) in family else None
            case _:
                continue
        if before != after:
            found.append(_as_told(actor, Difference(question, before, after)))
    return found


def _family(session: Session, member_id: int) -> set[date | None]:
    born = session.scalars(select(Child.born_on).where(Child.member_id == member_id))
    due = session.scalars(
        select(Pregnancy.due_on).where(
            Pregnancy.member_id == member_id, Pregnancy.state.in_(("preparing", "expecting"))
        )
    )
    return {*born, *due}


def _day_of(value: Any) -> date | None:
    told_day = value.get("born_on") if isinstance(value, dict) else value
    return date.fromisoformat(told_day) if isinstance(told_day, str) else None


def _as_told(actor: Actor, each: Difference) -> Difference:
    if actor.kind == "member":
        return each
    if each.question.kind in IN_FAMILY and not actor.may(CHILDREN_REVEAL):
        return Difference(each.question, None, None, hidden=True)
    if each.question.kind == "birthday" and not actor.may(MEMBERS_PHONES):
        before, after = ({**value, "year": None} if value else None for value in (each.before, each.after))
        return Difference(each.question, before, after, hidden=True)
    return each


def _as_seen_by(actor: Actor, question: Question, value: Any, seen: Mapping[str, bool]) -> Answer:
    if may_see(actor, question, seen):
        hidden = question.kind == "birthday" and not actor.may(MEMBERS_PHONES)
        return Answer(question, {**value, "year": None} if hidden else value, hidden)
    if question.kind == "phone":
        return Answer(question, phones.mask(value), hidden=True)
    return Answer(question, None, hidden=True)


def _rows() -> Select[Any]:
    columns: tuple[Any, ...] = (FormSubmission, Member.name, Member.phone, Member.number)
    return select(*columns).outerjoin(Member, Member.id == FormSubmission.member_id)


def _of_stores(actor: Actor) -> Select[Any]:
    query = _rows()
    return query if actor.stores is None else query.where(FormSubmission.store_id.in_(actor.stores))


def _cards(session: Session, query: Select[Any]) -> list[SubmissionCard]:
    rows: Sequence[Any] = session.execute(query).all()
    vault.load(session, {row[0].member_id for row in rows if row[0].member_id is not None})
    return [_card(session, *row) for row in rows]


def _card(
    session: Session, row: FormSubmission, name: str | None, phone: str | None, number: str | None
) -> SubmissionCard:
    content = open_sealed(session, row)
    plain = {each: getattr(row, each) for each in _PLAIN}
    return SubmissionCard(
        **plain, member_name=show_name(name or "", phone, number or ""), answers=content.get("answers", {}),
        consents=tuple(content.get("consents", ())),
    )  # fmt: skip


def open_sealed(session: Session, row: FormSubmission) -> dict[str, Any]:
    """The inverse of `seal`; empty where nothing is kept any more."""
    if not row.sealed:
        return {}
    if row.member_id is None:
        raw: bytes | None = runtime.keys().decrypt(base64.b64decode(row.sealed), PURPOSE)
    else:
        raw = vault.unseal(session, row.member_id, row.sealed, PURPOSE)
    found: dict[str, Any] = json.loads(raw) if raw else {}
    return found


_PLAIN = (
    "id", "form_id", "version", "link_id", "store_id", "staff_id", "member_id", "state", "submitted_at", "decided_at",
    "decided_by",
)  # fmt: skip
