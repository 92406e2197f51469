"""Writing answers into what they are about, and giving what the form promises. Part of a submission or a decision."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.coupons.commands import issue_coupon
from services.coupons.errors import NoneLeft, TemplateNotFound, TemplateOver, TemplatePaused
from services.family import commands as families
from services.family.models import Child, Pregnancy
from services.family.permissions import CHILDREN_CHANGE
from services.forms.models import Form, FormGift, FormSubmission
from services.forms.rules.documents import Document
from services.forms.rules.members import family_of, profile_of
from services.loyalty.commands import grant_points
from services.members import commands as members
from services.members.queries import get_member, select_own_ids
from services.members.rules.purposes import MARKETING
from services.segments.commands import add_tag
from services.segments.errors import TagByRule
from services.segments.models import Tag
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Invalid


def write_answers(
    session: Session,
    document: Document,
    values: Mapping[str, Any],
    member_id: int,
    *,
    only: Collection[str] | None = None,
    only_family: bool = False,
    consents: Collection[str] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Write the answers (to the questions `only`) into a member: profile, family, and the consent to offers. Nothing is taken away: an
    answer that is not there changes nothing. Mistakes are told beside the question."""
    if not only_family:
        profile = profile_of(document, values, only=only)
        if profile:
            try:
                _change(session, member_id, profile, actor, at)
            except Invalid as refusal:
                refusal.errors = _beside_question(document, refusal.errors)
                raise
        if MARKETING in consents:
            members.give_consent(session, member_id, MARKETING, actor=actor, at=at)
    for question, told in family_of(document, values, only=only):
        if question.kind == "child":
            if actor.kind != "member" or not _has_child(session, member_id, told["born_on"]):
                families.add_child(session, member_id, {**told, "children_consent": True}, actor=actor, at=at)
        else:
            _expect(session, member_id, {**told, "health_consent": True}, actor, at)


def _change(session: Session, member_id: int, profile: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    if actor.kind == "member" and actor.id == member_id:
        members.change_own_profile(session, profile, asked=tuple(profile.get("fields", ())), actor=actor, at=at)
    else:
        members.change_member(session, member_id, profile, actor=actor, at=at)


def give_gift(session: Session, submission: FormSubmission, member_id: int, *, at: datetime) -> bool:
    """What the form gives, once for each member, whichever of their cards it went to; what has run out or was put away is left out. Whether
    this was the first time."""
    form = session.get_one(Form, submission.form_id)
    if not (form.gift_template_id or form.gift_points or form.gift_tag_id) or get_member(session, member_id).archived:
        return False
    given_to = select(FormGift.member_id).where(
        FormGift.form_id == form.id, FormGift.member_id.in_(select_own_ids(member_id))
    )
    if session.scalar(given_to.limit(1)) is not None:
        return False
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"form_id": form.id, "member_id": member_id, "submission_id": submission.id, "given_at": at}
    first = insert(FormGift).values(row).on_conflict_do_nothing().returning(FormGift.form_id)
    if session.scalar(first) is None:
        return False
    key, given = f"form:{form.id}:{member_id}", {}
    if form.gift_points:
        grant_points(session, member_id, form.gift_points, kind="form", key=key, actor=SYSTEM, at=at)
        given["points"] = form.gift_points
    if form.gift_template_id is not None and _issue(session, form.gift_template_id, member_id, key, at):
        given["template"] = form.gift_template_id
    if form.gift_tag_id is not None and _tag(session, form.gift_tag_id, member_id, at):
        given["tag"] = form.gift_tag_id
    audit.record(
        session, "form_gifts:give", ("form", form.id), member_id=member_id, actor=SYSTEM, at=at,
        store_id=submission.store_id, changes={"form": form.title_zh, **given},
    )  # fmt: skip
    return True


def _issue(session: Session, template_id: int, member_id: int, key: str, at: datetime) -> bool:
    try:
        with session.begin_nested():
            issue_coupon(session, template_id, member_id, source="form", key=key, actor=SYSTEM, at=at)
    except (NoneLeft, TemplateOver, TemplatePaused, TemplateNotFound):
        return False
    return True


def _tag(session: Session, tag_id: int, member_id: int, at: datetime) -> bool:
    if session.get_one(Tag, tag_id).archived_at is not None:
        return False
    try:
        add_tag(session, member_id, tag_id, actor=SYSTEM, at=at)
    except TagByRule:
        return False
    return True


def _has_child(session: Session, member_id: int, born_on: Any) -> bool:
    there = select(Child.id).where(Child.member_id == member_id, Child.born_on == born_on)
    return session.scalars(there).first() is not None


def _expect(session: Session, member_id: int, told: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """The due date of the pregnancy that goes on, where there is one and it may be changed; else a new one."""
    goes_on = select(Pregnancy.id).where(
        Pregnancy.member_id == member_id, Pregnancy.state.in_(("preparing", "expecting"))
    )
    known = session.scalars(goes_on).first() if actor.kind == "member" or actor.may(CHILDREN_CHANGE) else None
    if known is not None:
        families.change_pregnancy(session, member_id, known, told, actor=actor, at=at)
    else:
        families.add_pregnancy(session, member_id, told, actor=actor, at=at)


def _beside_question(document: Document, errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The names of a member's fields as the page calls them."""
    names = {f"fields.{each.field}": f"a.{each.key}" for each in document if each.kind == "own"}
    names |= {each.kind: f"a.{each.key}" for each in document if each.kind in {"name", "gender", "birthday"}}
    return {names.get(name, name): words for name, words in errors.items()}
