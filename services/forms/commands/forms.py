"""Forms themselves: written as a draft, published as a version, closed."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.coupons.queries import get_template
from services.forms.errors import FormNotFound, NotReady
from services.forms.models import Form, FormVersion
from services.forms.permissions import FORM_ANSWERS_EXPORT, FORM_GIFTS_CHANGE, FORMS_CHANGE
from services.forms.queries.forms import HIGHEST_ID, get_form, list_askable
from services.forms.rules import documents
from services.segments.queries import get_tag
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_

Step = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def create_form(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Form:
    """A new form, as `FormIn` read it; with `document` where its pages are told at once. Raises Forbidden."""
    actor.require(FORMS_CHANGE)
    values = {name: value for name, value in data.items() if name != "document"}
    draft = data.get("document") or deepcopy(dict(documents.EMPTY))
    form = Form(**values, state="draft", draft=draft, created_at=at, changed_at=at)
    session.add(form)
    session.flush()
    changes = {"kind": form.kind, "title_zh": form.title_zh}
    audit.record(session, "forms:create", ("form", form.id), actor=actor, at=at, changes=changes)
    return form


def change_form(session: Session, form_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Form:
    """Other titles, words or limits, at once; other pages (`document`) when it is published anew. Raises FormNotFound, Forbidden."""
    actor.require(FORMS_CHANGE)
    form = _hold(session, form_id)
    told = {name: value for name, value in data.items() if name != "document"}
    changes = {name: [getattr(form, name), new] for name, new in told.items() if getattr(form, name) != new}
    for name in changes:
        setattr(form, name, told[name])
    if "document" in data:
        counter = max(data["document"]["next"], form.draft["next"])
        changes |= _redraft(form, {**data["document"], "next": counter})
    if changes:
        form.changed_at = at
        audit.record(session, "forms:change", ("form", form.id), actor=actor, at=at, changes=changes)
    return form


def edit_draft(session: Session, form_id: int, step: Step, *, actor: Actor, at: datetime) -> Form:
    """One step of the builder (rules/edits.py) on the draft as it is now: what others changed meanwhile stays. Raises FormNotFound,
    Forbidden, and what the step raises."""
    actor.require(FORMS_CHANGE)
    form = _hold(session, form_id)
    changes = _redraft(form, step(form.draft))
    if changes:
        form.changed_at = at
        audit.record(session, "forms:change", ("form", form.id), actor=actor, at=at, changes=changes)
    return form


def change_gift(session: Session, form_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Form:
    """What is given for the form from now on. Raises FormNotFound, Forbidden, Invalid for a coupon or tag that cannot be given."""
    actor.require(FORM_GIFTS_CHANGE)
    form = _hold(session, form_id)
    changes = {name: [getattr(form, name), new] for name, new in data.items() if getattr(form, name) != new}
    if "gift_template_id" in changes and data["gift_template_id"] is not None:
        _require_coupon(session, data["gift_template_id"])
    if "gift_tag_id" in changes and data["gift_tag_id"] is not None:
        _require_tag(session, data["gift_tag_id"], actor)
    for name in changes:
        setattr(form, name, data[name])
    if changes:
        form.changed_at = at
        audit.record(session, "form_gifts:change", ("form", form.id), actor=actor, at=at, changes=changes)
    return form


def publish_form(session: Session, form_id: int, *, actor: Actor, at: datetime) -> Form:
    """Let people see the draft as it stands; a closed form opens again. What was published before stays readable. Raises NotReady."""
    actor.require(FORMS_CHANGE)
    form = _hold(session, form_id)
    wrong = documents.mistakes(documents.read(form.draft), form.kind, list_askable(session))
    if wrong:
        raise NotReady(wrong)
    now = session.get(FormVersion, (form.id, form.version)) if form.version else None
    if now is None or now.document != form.draft:
        form.version = (form.version or 0) + 1
        session.add(FormVersion(form_id=form.id, version=form.version, document=deepcopy(form.draft), published_at=at))
    elif form.state == "published":
        return form
    form.state, form.changed_at = "published", at
    changes = {"version": form.version}
    audit.record(session, "forms:publish", ("form", form.id), actor=actor, at=at, changes=changes)
    return form


def close_form(session: Session, form_id: int, *, actor: Actor, at: datetime) -> Form:
    """Take no more; what came stays. Done twice, or before it was published, it changes nothing. Raises FormNotFound."""
    actor.require(FORMS_CHANGE)
    form = _hold(session, form_id)
    if form.state == "published":
        form.state, form.changed_at = "closed", at
        audit.record(session, "forms:close", ("form", form.id), actor=actor, at=at)
    return form


def note_export(session: Session, form_id: int, rows: int, *, actor: Actor, at: datetime) -> None:
    """Write down that somebody takes the answers of a form away. Raises FormNotFound, Forbidden."""
    actor.require(FORM_ANSWERS_EXPORT)
    form = get_form(session, form_id)
    changes = {"form": form.title_zh, "rows": rows}
    audit.record(session, "forms:export", ("form", form.id), actor=actor, at=at, changes=changes)


def _redraft(form: Form, draft: Mapping[str, Any]) -> dict[str, Any]:
    if draft == form.draft:
        return {}
    before, form.draft = form.draft, dict(draft)
    return {"questions": [_count(before), _count(draft)]}


def _count(draft: Mapping[str, Any]) -> int:
    return sum(len(page["questions"]) for page in draft["pages"])


def _hold(session: Session, form_id: int) -> Form:
    form = session.get(Form, form_id, with_for_update=True) if 0 < form_id <= HIGHEST_ID else None
    if form is None:
        raise FormNotFound
    return form


def _require_coupon(session: Session, template_id: int) -> None:
    try:
        over = get_template(session, template_id).archived_at is not None
    except NotFound:
        over = True
    if over:
        raise Invalid({"template": [N_("没有这种券，请从列表里选")]})


def _require_tag(session: Session, tag_id: int, actor: Actor) -> None:
    try:
        tag = get_tag(session, tag_id, actor=actor)
    except NotFound:
        tag = None
    if tag is None or tag.archived or tag.rule is not None:
        raise Invalid({"tag": [N_("请选一个手动打的标签")]})
