"""Forms of the demo shop: one that registers, one that asks how it was, with what came back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.demo import guests
from services.forms import commands
from services.forms.models import FormLink
from services.forms.schemas import FormIn, FormPagesIn
from services.identity.queries import find_staff
from services.members.models import Member
from services.shared.actors import SYSTEM, Actor
from services.stores.models import Store

ANYBODY = Actor("public", name="public")
WELCOME: dict[str, Any] = {
    "kind": "registration", "title_zh": "新朋友登记", "title_en": "New here?",
    "words_zh": "留个手机号，以后消费有积分。多说两句，我们更懂您的口味。",
    "words_en": "Leave your phone number and collect points. Tell us a little more and we will know what you like.",
    "thanks_zh": "下次报手机号就行。", "thanks_en": "Next time, just tell us your phone number.", "daily_most": 200,
}  # fmt: skip
WELCOME_PAGES: dict[str, Any] = {"pages": [
    {"title_zh": "您", "title_en": "You", "questions": [
        {"kind": "phone", "required": True}, {"kind": "name"}, {"kind": "birthday"}, {"kind": "marketing"},
    ]},
    {"title_zh": "口味和家里", "title_en": "Taste and family", "questions": [
        {"kind": "own", "field": "taste"},
        {"key": "kids", "kind": "yes_no", "label_zh": "家里有小朋友吗", "label_en": "Any little ones at home?"},
        {"kind": "child", "only_if": {"question": "kids", "any_of": ["1"]}},
    ]},
]}  # fmt: skip
HAPPY: dict[str, Any] = {
    "kind": "survey", "title_zh": "今天还满意吗", "title_en": "How was it today?",
    "words_zh": "三道题，半分钟。不用留名字。", "words_en": "Three questions, half a minute, no name needed.",
    "thanks_zh": "每一份我们都看。", "thanks_en": "We read every one.",
}  # fmt: skip
HAPPY_PAGES: dict[str, Any] = {"pages": [{"title_zh": "", "title_en": "", "questions": [
    {"key": "stars", "kind": "rating", "label_zh": "这次来满意吗", "label_en": "How happy were you with this visit?", "required": True},
    {"key": "liked", "kind": "choices", "label_zh": "哪里好", "label_en": "What did you like?", "choices": [
        {"key": "taste", "zh": "好吃", "en": "The taste"}, {"key": "people", "zh": "店员热情", "en": "The people"},
        {"key": "place", "zh": "店里舒服", "en": "The place"},
    ]},
    {"key": "better", "kind": "words", "label_zh": "哪里可以更好", "label_en": "What could be better?",
     "only_if": {"question": "stars", "any_of": ["1", "2", "3"]}},
]}]}  # fmt: skip
# Days ago, stars, what was good, what could be better.
ANSWERS: tuple[tuple[int, int, list[str], str], ...] = (
    (19, 5, ["taste", "people"], ""), (17, 4, ["taste"], ""), (15, 5, ["taste", "place"], ""), (14, 3, ["taste"], "排队有点久"),
    (12, 5, ["people"], ""), (11, 5, ["taste", "people", "place"], ""), (9, 4, ["place"], ""), (8, 2, [], "蛋糕到手有点塌"),
    (6, 5, ["taste"], ""), (5, 4, ["taste", "people"], ""), (3, 5, ["taste", "place"], ""), (1, 5, ["people", "taste"], ""),
)  # fmt: skip


def ask(session: Session, opened: dict[str, Store], *, now: datetime) -> None:
    """Write, publish and hang up both forms; then fill some in."""
    welcome = _form(session, WELCOME, WELCOME_PAGES, now - timedelta(days=30))
    happy = _form(session, HAPPY, HAPPY_PAGES, now - timedelta(days=30))
    tills = {code: _link(session, welcome, store, "收银台", at=now) for code, store in opened.items()}
    cashier = find_staff(session, "xiaolin")
    table = _link(session, happy, opened["A1"], "桌卡", staff_id=cashier.id if cashier else None, at=now)
    for days, stars, liked, better in ANSWERS:
        typed = {"a.stars": str(stars), "a.liked": liked, "a.better": better}
        commands.submit_form(session, table.token, typed, actor=ANYBODY, at=now - timedelta(days=days))
    ids = dict(session.execute(select(Member.phone, Member.id)).tuples().all())
    regular = Actor("member", ids[guests.phone_of(3)])
    commands.submit_form(session, table.token, {"a.stars": "5", "a.liked": ["taste"]}, actor=regular, at=now)
    claimed = {"phone": guests.phone_of(0), "consent": "1", "a.q2": "林知夏", "a.q5": "sweet", "a.kids": "0"}
    commands.submit_form(session, tills["A1"].token, claimed, actor=ANYBODY, at=now - timedelta(hours=2))


def _form(session: Session, told: dict[str, Any], pages: dict[str, Any], at: datetime) -> int:
    data = {**FormIn().load(told), "document": FormPagesIn().load(pages)}
    form = commands.create_form(session, data, actor=SYSTEM, at=at)
    commands.publish_form(session, form.id, actor=SYSTEM, at=at)
    return form.id


def _link(
    session: Session, form_id: int, store: Store, label: str, *, staff_id: int | None = None, at: datetime
) -> FormLink:
    data = {"label": label, "store_id": store.id, "source": "walk_in", "staff_id": staff_id}
    return commands.create_form_link(session, form_id, data, actor=SYSTEM, at=at)
