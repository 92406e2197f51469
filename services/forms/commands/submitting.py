"""Taking what somebody sent. Whoever knows a link can send anything about anybody: only a new phone opens a card, and only a member who is
signed in changes one. What says to be of a member otherwise is a proposal, and the answer to all of them is the same."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.family.permissions import CHILDREN_CREATE
from services.forms.commands.applying import give_gift, write_answers
from services.forms.errors import FormFull
from services.forms.events import FormSubmitted
from services.forms.models import Form, FormSubmission
from services.forms.queries.forms import list_askable
from services.forms.queries.links import OpenForm, get_open_form
from services.forms.queries.submissions import seal
from services.forms.rules import answers as reading
from services.forms.rules.answers import Answers, Asking
from services.forms.rules.members import profile_of, settled
from services.members import commands as members
from services.members.errors import PhoneTaken
from services.members.queries import find_member_by_phone
from services.members.rules.purposes import MARKETING
from services.shared.actors import Actor
from services.shared.days import day_bounds, local_day
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.stores.queries import load_settings


def submit_form(
    session: Session, token: str, typed: Mapping[str, Any], *, actor: Actor, at: datetime
) -> FormSubmission:
    """What was sent by a link, by a member who is signed in or by anybody (`public`). `typed` is the page's form as it came.

    Raises FormNotFound, FormOver, FormFull, and Invalid with the mistakes beside their fields: whether a phone is known makes no
    difference to any of them.
    """
    opened = get_open_form(session, token)
    settings = load_settings(session)
    today = local_day(at, settings.zone)
    _require_room(session, opened, day_bounds(today, settings.zone), at)
    member_id = actor.id if actor.kind == "member" else None
    asking = Asking(list_askable(session), today, known=member_id is not None)
    found = reading.read(opened.document, typed, asking)
    if found.mistakes:
        raise Invalid(found.mistakes)
    if member_id is not None:
        write_answers(session, opened.document, found.values, member_id, consents=found.consents, actor=actor, at=at)
        return _keep(session, opened, found, member_id, "applied", actor=actor, at=at)
    phone = reading.phone_of(opened.document, found.values)
    if phone is None:
        actor = replace(actor, origin="")  # who leaves no name leaves no address either
        return _keep(session, opened, found, None, "new", actor=actor, at=at)
    known = find_member_by_phone(session, phone)
    if known is not None:
        return _keep(session, opened, found, known.id, "proposal", actor=actor, at=at)
    return _join(session, opened, found, phone, actor=actor, at=at)


def _join(
    session: Session, opened: OpenForm, found: Answers, phone: str, *, actor: Actor, at: datetime
) -> FormSubmission:
    """A new card with what was answered; where somebody else opened one for this phone at the same moment, a proposal."""
    link = opened.link
    profile = {"name": "", **profile_of(opened.document, found.values)}
    data = profile | {"phone": phone, "marketing": MARKETING in found.consents}
    try:
        origin = {"store_id": link.store_id, "source": link.source}
        member_id = members.open_card(session, data, origin, actor=actor, at=at).id
    except PhoneTaken as taken:
        return _keep(session, opened, found, int(taken.params["member"]), "proposal", actor=actor, at=at)
    family = replace(actor, permissions=frozenset({CHILDREN_CREATE}))  # the link is the permission
    write_answers(session, opened.document, found.values, member_id, only_family=True, actor=family, at=at)
    return _keep(session, opened, found, member_id, "applied", actor=actor, at=at)


def _keep(
    session: Session,
    opened: OpenForm,
    found: Answers,
    member_id: int | None,
    state: str,
    *,
    actor: Actor,
    at: datetime,
) -> FormSubmission:
    form, link = opened.form, opened.link
    kept = settled(opened.document, found.values) if state == "applied" else found.values
    content = {"answers": kept, "consents": sorted(found.consents)}
    row = FormSubmission(
        form_id=form.id, version=form.version or 0, link_id=link.id, store_id=link.store_id, staff_id=link.staff_id,
        member_id=member_id, state=state, sealed=seal(session, member_id, content, at=at), submitted_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, "forms:submit", ("form_submission", row.id), member_id=member_id, actor=actor, at=at,
        store_id=link.store_id, changes={"form": form.title_zh, "state": state},
    )  # fmt: skip
    if state == "applied" and member_id is not None:
        give_gift(session, row, member_id, at=at)
    announce(session, FormSubmitted(row.id, form.id, link.store_id, member_id, state), at=at)
    return row


def _require_room(session: Session, opened: OpenForm, day: tuple[datetime, datetime], at: datetime) -> None:
    """Raise FormFull where today's are all there. The form's row is held, so that many at once are counted one by one."""
    most = opened.form.daily_most
    if most is None:
        return
    session.execute(select(Form.id).where(Form.id == opened.form.id).with_for_update())
    begins, ends = day
    query = select(func.count(FormSubmission.id)).where(
        FormSubmission.form_id == opened.form.id, FormSubmission.submitted_at >= begins
    )
    if (session.scalar(query) or 0) >= most:
        raise FormFull(retry_after=max(1, int((ends - at).total_seconds())))
