"""Links, and the form behind an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.forms.errors import FormNotFound, FormOver
from services.forms.models import FormLink, FormSubmission
from services.forms.queries.forms import HIGHEST_ID, FormCard, get_form, get_version
from services.forms.rules.documents import Document
from services.identity.models import Staff
from services.shared.actors import Actor
from services.stores.models import Store


@dataclass(frozen=True)
class LinkCard:
    """A link with the names of its store and staff, and how many came by it."""

    id: int
    form_id: int
    token: str
    label: str
    source: str
    store_id: int
    staff_id: int | None
    created_at: datetime
    archived: bool
    store_name: str = ""
    staff_name: str = ""
    submissions: int = 0


@dataclass(frozen=True)
class OpenForm:
    """What an address opens: the form, its published pages, and the link itself."""

    form: FormCard
    document: Document
    link: LinkCard


def list_links(session: Session, form_id: int, *, actor: Actor) -> list[LinkCard]:
    """The links of a form at the stores where this actor works: in use, then archived, the newest first."""
    query = _links().where(FormLink.form_id == form_id)
    if actor.stores is not None:
        query = query.where(FormLink.store_id.in_(actor.stores))
    return [
        _card(row) for row in session.execute(query.order_by(FormLink.archived_at.is_not(None), FormLink.id.desc()))
    ]


def get_link(session: Session, form_id: int, link_id: int, *, actor: Actor) -> LinkCard:
    """One link of a form. Raises FormNotFound also for one at a store where the actor does not work."""
    query = _links().where(FormLink.form_id == min(form_id, HIGHEST_ID), FormLink.id == min(link_id, HIGHEST_ID))
    row = session.execute(query).first()
    if row is None or not actor.sees_store(row[0].store_id):
        raise FormNotFound
    return _card(row)


def get_open_form(session: Session, token: str) -> OpenForm:
    """What this token opens. Raises FormNotFound for an unknown one, FormOver where the form or the link takes no more."""
    row = session.execute(_links().where(FormLink.token == token)).first()
    if row is None:
        raise FormNotFound
    link = _card(row)
    form = get_form(session, link.form_id)
    if link.archived or form.state != "published" or form.version is None:
        raise FormOver
    return OpenForm(form, get_version(session, form.id, form.version), link)


def _links() -> Select[Any]:
    sent = (
        select(func.count(FormSubmission.id))
        .where(FormSubmission.link_id == FormLink.id)
        .correlate(FormLink)
        .scalar_subquery()
    )
    query = select(FormLink, Store.name, func.coalesce(Staff.name, ""), sent)
    return query.join(Store, Store.id == FormLink.store_id).outerjoin(Staff, Staff.id == FormLink.staff_id)


def _card(row: Any) -> LinkCard:
    link, store, staff, sent = row
    plain = {name: getattr(link, name) for name in _PLAIN}
    return LinkCard(
        **plain, archived=link.archived_at is not None, store_name=store, staff_name=staff, submissions=sent
    )


_PLAIN = ("id", "form_id", "token", "label", "source", "store_id", "staff_id", "created_at")
