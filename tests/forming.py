"""Forms of the tests: written, published and hung up by the owner."""

from typing import Any

from services.forms import commands
from services.forms.models import Form, FormLink
from services.forms.schemas import FormPagesIn
from services.shared import database
from tests.cast import Cast

PHONE = {"kind": "phone", "required": True}
NAME = {"kind": "name"}
HOW = {
    "kind": "choice",
    "label_zh": "怎么知道我们的",
    "choices": [{"zh": "朋友", "en": "A friend"}, {"zh": "路过", "en": "Passing by"}],
}
STARS = {"kind": "rating", "label_zh": "今天满意吗", "label_en": "Were you happy today", "required": True}


def document(*questions: dict[str, Any]) -> dict[str, Any]:
    """One page of these questions: q1, q2 …"""
    loaded: dict[str, Any] = FormPagesIn().load({"pages": [{"questions": list(questions)}]})
    return loaded


def hang_up(shop: Cast, *questions: dict[str, Any], staff: str | None = None, **told: Any) -> FormLink:
    """A published form with these questions, and its link at the counter of 东湖. `gift_…` are what it gives."""
    gift = {name: told.pop(name) for name in list(told) if name.startswith("gift_")}
    data = {"kind": "registration", "title_zh": "新朋友", "title_en": "Welcome"} | told
    with database.transaction() as session:
        form = commands.create_form(session, {**data, "document": document(*questions)}, actor=shop.owner, at=shop.at)
        if gift:
            commands.change_gift(session, form.id, gift, actor=shop.owner, at=shop.at)
        commands.publish_form(session, form.id, actor=shop.owner, at=shop.at)
        return link_of(session, shop, form, staff=staff)


def link_of(session: Any, shop: Cast, form: Form, *, staff: str | None = None) -> FormLink:
    """One more link of a form at 东湖."""
    staff_id = shop.staff[staff].id if staff else None
    data = {"label": "收银台", "store_id": shop.east.id, "source": "campaign", "staff_id": staff_id}
    return commands.create_form_link(session, form.id, data, actor=shop.owner, at=shop.at)
