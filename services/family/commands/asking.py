"""After the due date it is asked once whether the child is there."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.family.events import BirthAsked
from services.family.models import Pregnancy
from services.members.queries import holds_consent
from services.members.rules.purposes import HEALTH
from services.shared.actors import SYSTEM
from services.shared.events import announce


def ask_about_birth(session: Session, pregnancy: Pregnancy, *, at: datetime) -> None:
    """Ask, where the consent about health holds; whoever has no open question is not asked again either way."""
    pregnancy.asked_at = at
    session.flush()
    if not holds_consent(session, pregnancy.member_id, HEALTH):
        return
    subject = ("pregnancy", pregnancy.id)
    audit.record(session, "pregnancies:ask", subject, member_id=pregnancy.member_id, actor=SYSTEM, at=at)
    announce(session, BirthAsked(pregnancy.member_id, pregnancy.id, at.isoformat()), at=at)
