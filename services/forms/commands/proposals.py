"""What says to be a member's: they or staff say which of it is true, or that none of it is."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.forms.commands.applying import give_gift, write_answers
from services.forms.errors import FormNotFound, ProposalOver
from services.forms.models import FormSubmission
from services.forms.queries.forms import HIGHEST_ID, get_version
from services.forms.queries.submissions import find_waiting, list_differences, seal
from services.forms.rules.members import settled
from services.members.permissions import MEMBERS_CHANGE
from services.members.rules.purposes import MARKETING
from services.shared.actors import Actor


def confirm_proposal(
    session: Session, submission_id: int, questions: Collection[str], *, actor: Actor, at: datetime
) -> FormSubmission:
    """It is theirs, and the answers to these questions are to count; the others stay readable and change nothing. Then the gift is given.

    By the member themselves, or staff. Raises FormNotFound, ProposalOver, Forbidden, and what changing a member raises.
    """
    row = _hold(session, submission_id, actor)
    member_id = row.member_id or 0
    card = find_waiting(session, row.id, member_id=member_id)
    if card is None:
        raise ProposalOver
    document = get_version(session, row.form_id, row.version)
    only = {each.question.key for each in list_differences(session, card, actor=actor)} & set(questions)
    agrees = {MARKETING for each in document if each.kind == "marketing" and each.key in only}
    write_answers(session, document, card.answers, member_id, only=only, consents=agrees, actor=actor, at=at)
    content = {"answers": settled(document, card.answers), "consents": list(card.consents)}
    row.sealed = seal(session, member_id, content, at=at)
    _decide(row, "applied", actor, at)
    changes = {"questions": sorted(only)}
    audit.record(
        session, "form_proposals:confirm", ("form_submission", row.id), member_id=member_id, actor=actor, at=at,
        store_id=row.store_id, changes=changes,
    )  # fmt: skip
    give_gift(session, row, member_id, at=at)
    return row


def refuse_proposal(session: Session, submission_id: int, *, actor: Actor, at: datetime) -> FormSubmission:
    """It is not theirs: what was written is forgotten, that somebody sent it stays. Raises FormNotFound, ProposalOver, Forbidden."""
    row = _hold(session, submission_id, actor)
    row.sealed = ""
    _decide(row, "refused", actor, at)
    audit.record(
        session, "form_proposals:refuse", ("form_submission", row.id), member_id=row.member_id, actor=actor, at=at,
        store_id=row.store_id,
    )  # fmt: skip
    return row


def _hold(session: Session, submission_id: int, actor: Actor) -> FormSubmission:
    row = session.get(FormSubmission, submission_id, with_for_update=True) if 0 < submission_id <= HIGHEST_ID else None
    own = row is not None and actor.kind == "member" and row.member_id == actor.id
    if row is None or row.member_id is None or not (own or (actor.kind != "member" and actor.sees_store(row.store_id))):
        raise FormNotFound
    if not own:
        actor.require(MEMBERS_CHANGE)
    if row.state != "proposal":
        raise ProposalOver
    return row


def _decide(row: FormSubmission, state: str, actor: Actor, at: datetime) -> None:
    row.state, row.decided_at = state, at
    row.decided_by = actor.id if actor.kind == "staff" else None
