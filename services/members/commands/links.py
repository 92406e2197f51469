"""Registration links: one per store and channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import permissions
from services.members.models import RegistrationLink
from services.members.queries.cards import HIGHEST_ID
from services.shared import ids
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.stores import queries as stores


def create_registration_link(
    session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> RegistrationLink:
    """A new link for a store and a source. Raises Invalid when either is unknown."""
    actor.require(permissions.REGISTRATION_LINKS_CHANGE)
    store_id = data["store_id"]
    if store_id not in {store.id for store in stores.list_stores(session, actor=actor)}:
        raise Invalid({"store": [N_("没有这家门店")]})
    if data["source"] not in stores.load_settings(session)["members.sources"]:
        raise Invalid({"source": [N_("没有这个来源，请从列表里选")]})
    link = RegistrationLink(**data, code=_fresh_code(), created_at=at)
    session.add(link)
    session.flush()
    changes = {"label": link.label, "source": link.source}
    audit.record(
        session,
        "registration_links:create",
        ("registration_link", link.id),
        actor=actor,
        at=at,
        store_id=store_id,
        changes=changes,
    )
    return link


def archive_registration_link(session: Session, link_id: int, *, actor: Actor, at: datetime) -> RegistrationLink:
    """Take a link out of use; its page then says so (410). Raises NotFound."""
    link = session.get(RegistrationLink, link_id) if 0 < link_id <= HIGHEST_ID else None
    if link is None or not actor.sees_store(link.store_id):
        raise NotFound("registration_link_not_found")
    actor.require(permissions.REGISTRATION_LINKS_CHANGE, link.store_id)
    if link.archived_at is None:
        link.archived_at = at
        subject = ("registration_link", link.id)
        audit.record(session, "registration_links:archive", subject, actor=actor, at=at, store_id=link.store_id)
    return link


def _fresh_code() -> str:
    """Ten characters of a short code, small: 50 bits, easy to copy from a poster."""
    return ids.short_code().replace("-", "").lower()[:10]
