"""Links: a form at a store, with its QR and whose it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.forms.models import FormLink
from services.forms.permissions import FORM_LINKS_CHANGE
from services.forms.queries.forms import get_form
from services.forms.queries.links import get_link
from services.identity.models import Staff
from services.shared import ids
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import get_open_store, load_settings

LENGTH = 22  # characters of a token: 132 random bits, and a QR that a phone reads from afar


def create_form_link(
    session: Session, form_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> FormLink:
    """A new link. Raises FormNotFound, Forbidden, Invalid for a store, source or staff that is not there."""
    form, store_id = get_form(session, form_id), data["store_id"]
    get_open_store(session, store_id, actor=actor)
    actor.require(FORM_LINKS_CHANGE, store_id)
    if data["source"] not in load_settings(session)["members.sources"]:
        raise Invalid({"source": [N_("没有这个来源，请从列表里选")]})
    working = select(Staff.id).where(Staff.id == data["staff_id"], Staff.disabled_at.is_(None))
    if data["staff_id"] is not None and session.scalar(working) is None:
        raise Invalid({"staff": [N_("没有这位店员")]})
    link = FormLink(**data, form_id=form.id, token=ids.token()[:LENGTH], created_at=at)
    session.add(link)
    session.flush()
    changes = {"form": form.title_zh, "label": link.label, "source": link.source, "staff": link.staff_id}
    audit.record(
        session, "form_links:create", ("form_link", link.id), actor=actor, at=at, store_id=store_id, changes=changes
    )
    return link


def archive_form_link(session: Session, form_id: int, link_id: int, *, actor: Actor, at: datetime) -> FormLink:
    """Take a link out of use; its page then says so (410). Raises FormNotFound, Forbidden."""
    found = get_link(session, form_id, link_id, actor=actor)
    actor.require(FORM_LINKS_CHANGE, found.store_id)
    link = session.get_one(FormLink, found.id, with_for_update=True)
    if link.archived_at is None:
        link.archived_at = at
        subject = ("form_link", link.id)
        audit.record(session, "form_links:archive", subject, actor=actor, at=at, store_id=link.store_id)
    return link
