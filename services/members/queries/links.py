"""Registration links and what they brought."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.members.errors import LinkArchived
from services.members.models import Member, RegistrationLink
from services.members.queries.cards import HIGHEST_ID
from services.shared.actors import Actor
from services.shared.refusals import NotFound


@dataclass(frozen=True)
class LinkCard:
    """A registration link with the number of people who joined by it."""

    id: int
    code: str
    label: str
    store_id: int
    source: str
    created_at: datetime
    archived_at: datetime | None
    joined: int


def list_registration_links(session: Session, *, actor: Actor, archived: bool = False) -> list[LinkCard]:
    """The links of the stores this actor works in, the newest first."""
    query = _links().order_by(RegistrationLink.id.desc())
    known = RegistrationLink.archived_at.is_not(None) if archived else RegistrationLink.archived_at.is_(None)
    if actor.stores is not None:
        query = query.where(RegistrationLink.store_id.in_(actor.stores))
    return [_card(*row) for row in session.execute(query.where(known))]


def get_registration_link(session: Session, link_id: int, *, actor: Actor) -> LinkCard:
    """One link. Raises NotFound also for one of a store the actor does not work in."""
    row = session.execute(_links().where(RegistrationLink.id == min(link_id, HIGHEST_ID))).first()
    if row is None or not actor.sees_store(row[0].store_id):
        raise NotFound("registration_link_not_found")
    return _card(*row)


def get_open_link(session: Session, code: str) -> LinkCard:
    """The link behind an address. Raises NotFound for an unknown code and LinkArchived (410) for one taken out of use."""
    row = session.execute(_links().where(RegistrationLink.code == code.lower())).first()
    if row is None:
        raise NotFound("registration_link_not_found")
    if row[0].archived_at is not None:
        raise LinkArchived
    return _card(*row)


def _links() -> Select[Any]:
    joined = (
        select(func.count(Member.id))
        .where(Member.registration_link_id == RegistrationLink.id)
        .correlate(RegistrationLink)
        .scalar_subquery()
    )
    return select(RegistrationLink, joined)


def _card(link: RegistrationLink, joined: int) -> LinkCard:
    return LinkCard(
        link.id, link.code, link.label, link.store_id, link.source, link.created_at, link.archived_at, joined
    )
