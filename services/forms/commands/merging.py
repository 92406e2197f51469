"""What says to be a member's and waits goes from one card to another of the same person, sealed anew under that one's key. What counts
already stays where it was sent: it is read with the cards that are part of one (queries.list_told)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.models import FormSubmission
from services.forms.queries.submissions import open_sealed, seal


def hand_on_proposals(
    session: Session, from_id: int, to_id: int, only: Collection[int] | None = None, *, at: datetime
) -> list[int]:
    """Proposals that wait (`only` these on the way back); their ids."""
    query = select(FormSubmission).where(FormSubmission.member_id == from_id, FormSubmission.state == "proposal")
    if only is not None:
        query = query.where(FormSubmission.id.in_(only))
    rows = session.scalars(query.order_by(FormSubmission.id).with_for_update()).all()
    for row in rows:
        row.sealed, row.member_id = seal(session, to_id, open_sealed(session, row), at=at), to_id
    session.flush()
    return [row.id for row in rows]
