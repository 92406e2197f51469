"""Who is told: whoever may decide, and then who asked."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.approvals import texts
from services.approvals.events import ApprovalAsked, ApprovalDecided, ApprovalsLoosened
from services.approvals.models import Approval
from services.approvals.permissions import APPROVALS_DECIDE
from services.approvals.queries import list_deciders, person_behind
from services.approvals.rules import APPROVED, WAITING
from services.identity.models import Staff
from services.identity.queries import list_people_who_may
from services.messaging import commands as messaging
from services.messaging.texts import Text
from services.stores.queries import load_settings


def tell_deciders(session: Session, event: ApprovalAsked) -> None:
    """Tell everybody who may decide, unless somebody did already."""
    approval = session.get_one(Approval, event.approval_id)
    if approval.state != WAITING:
        return
    settings, own = load_settings(session), person_behind(session, approval.asked_kind, approval.asked_by)
    for person in list_deciders(session, approval.kind, approval.store_id, but=own):
        language = person.language or str(settings["shop.language"])
        text = texts.asked(language, who=approval.asked_name, shop=str(settings["shop.name"]))
        _tell(session, person.id, text, approval=approval, language=language, at=approval.asked_at)


def tell_requester(session: Session, event: ApprovalDecided) -> None:
    """Tell who asked what it came to; a program looks for itself."""
    approval = session.get_one(Approval, event.approval_id)
    if approval.asked_kind != "staff" or approval.decided_at is None:
        return
    settings, person = load_settings(session), session.get_one(Staff, approval.asked_by)
    language = person.language or str(settings["shop.language"])
    text = texts.decided(language, approved=approval.state == APPROVED, shop=str(settings["shop.name"]))
    _tell(session, person.id, text, approval=approval, language=language, at=approval.decided_at)


def tell_of_loosening(session: Session, event: ApprovalsLoosened) -> None:
    """Tell everybody else who decides: it holds a day later."""
    settings, who = load_settings(session), session.get_one(Staff, event.staff_id)
    for person in list_people_who_may(session, APPROVALS_DECIDE):
        if person.id == who.id:
            continue
        language = person.language or str(settings["shop.language"])
        text = texts.loosened(language, who=who.name, shop=str(settings["shop.name"]))
        tag, at = f"approvals:{event.staff_id}:{event.at}", datetime.fromisoformat(event.at)
        messaging.tell_staff(
            session, person.id, text, path="/staff/settings/approvals", tag=tag, language=language, at=at
        )


def _tell(session: Session, staff_id: int, text: Text, *, approval: Approval, language: str, at: datetime) -> None:
    tag = f"approval:{approval.id}"
    messaging.tell_staff(session, staff_id, text, path="/staff/approvals", tag=tag, language=language, at=at)
