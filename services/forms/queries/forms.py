"""Forms and their versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.fields.queries import FieldCard, list_fields
from services.forms.errors import FormNotFound
from services.forms.models import Form, FormSubmission, FormVersion
from services.forms.rules import documents
from services.forms.rules.documents import Document

HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Gift:
    """What is given once for a form."""

    gift_template_id: int | None = None
    gift_points: int = 0
    gift_tag_id: int | None = None

    def __bool__(self) -> bool:
        return bool(self.gift_template_id or self.gift_points or self.gift_tag_id)


@dataclass(frozen=True)
class FormCard:
    """A form as pages and programs see it: `draft` is what is being written, `unpublished` whether people see something else."""

    id: int
    kind: str
    state: str
    title_zh: str
    title_en: str
    words_zh: str
    words_en: str
    thanks_zh: str
    thanks_en: str
    draft: Mapping[str, Any]
    version: int | None
    unpublished: bool
    daily_most: int | None
    gift: Gift
    submissions: int
    created_at: datetime
    changed_at: datetime

    def said(self, name: str, language: str) -> str:
        """`title`, `words` or `thanks` in this language, in Chinese where there is no other."""
        return str((getattr(self, f"{name}_en") if language == "en" else "") or getattr(self, f"{name}_zh"))


def list_forms(session: Session) -> list[FormCard]:
    """All forms, those in use first, then the newest."""
    return [_card(*row) for row in session.execute(_forms().order_by(Form.state == "closed", Form.id.desc()))]


def list_form_page(session: Session, *, after: int | None = None, limit: int) -> list[FormCard]:
    """All forms by id; `after` is the id where the last page ended."""
    query = _forms().where(Form.id > (after or 0)).order_by(Form.id).limit(limit)
    return [_card(*row) for row in session.execute(query)]


def get_form(session: Session, form_id: int) -> FormCard:
    """One form. Raises FormNotFound."""
    row = session.execute(_forms().where(Form.id == min(form_id, HIGHEST_ID))).first()
    if row is None:
        raise FormNotFound
    return _card(*row)


def get_version(session: Session, form_id: int, version: int) -> Document:
    """What was published as that version. Raises FormNotFound."""
    row = session.get(FormVersion, (form_id, version))
    if row is None:
        raise FormNotFound
    return documents.read(row.document)


def list_askable(session: Session) -> dict[str, FieldCard]:
    """The shop's own fields of members that a form may ask, by key: those that are shown on forms and no secret among staff."""
    found = list_fields(session, "member")
    return {each.key: each for each in found if each.shown_form and each.seen_by != "private" and each.kind != "photo"}


def _forms() -> Select[Any]:
    published = (
        select(FormVersion.document)
        .where(FormVersion.form_id == Form.id, FormVersion.version == Form.version)
        .correlate(Form)
        .scalar_subquery()
    )
    sent = (
        select(func.count(FormSubmission.id)).where(FormSubmission.form_id == Form.id).correlate(Form).scalar_subquery()
    )
    return select(Form, published, sent)


def _card(form: Form, published: Mapping[str, Any] | None, submissions: int) -> FormCard:
    plain = {name: getattr(form, name) for name in _PLAIN}
    gift = Gift(form.gift_template_id, form.gift_points, form.gift_tag_id)
    return FormCard(**plain, unpublished=published != form.draft, gift=gift, submissions=submissions)


_PLAIN = (
    "id", "kind", "state", "title_zh", "title_en", "words_zh", "words_en", "thanks_zh", "thanks_en", "draft", "version",
    "daily_most", "created_at", "changed_at",
)  # fmt: skip
