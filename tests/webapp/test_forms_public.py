"""Filling in a form behind a link: who is new gets a card, who is known is asked first, and a stranger learns nothing."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from services.coupons.commands import create_template
from services.coupons.models import Coupon
from services.coupons.schemas import TemplateIn
from services.family.models import Child, Pregnancy
from services.fields import commands as own_fields
from services.fields.queries import list_filled
from services.fields.schemas import FieldIn
from services.forms import commands, queries
from services.forms.models import FormLink, FormSubmission
from services.loyalty.models import PointsEntry
from services.members import commands as members
from services.members.models import Member
from services.members.queries import find_member_by_phone, get_member, holds_consent, list_consents
from services.segments.commands import create_tag
from services.segments.models import MemberTag
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.shared.limits import Rule
from services.shared.models import Limit
from tests.browse import Browser
from tests.cast import Cast
from tests.forming import HOW, NAME, PHONE, STARS, hang_up
from webapp.web import public_forms
from webapp.web.people import MEMBER_COOKIE

GUEST = {"phone": "138 0013 8000", "a.q2": "林小满", "consent": "1"}


@pytest.fixture
def link(shop: Cast) -> FormLink:
    """Phone, name, how they found us, stars and whether they want offers."""
    return hang_up(shop, PHONE, NAME, HOW, STARS | {"required": False}, {"kind": "marketing"})


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    """小满, a member whose phone everybody knows."""
    data = {"phone": "+8613800138000", "name": "小满", "consent": True}
    with database.transaction() as session:
        return members.create_member(session, data, actor=shop.owner, at=shop.at)


def fill_in(shop: Cast, browser: Browser, link: FormLink, *, key: str | None = None, **typed: Any) -> TestResponse:
    """Open the form, take a minute, send it."""
    began = re.search(r'name="began" value="([^"]+)"', browser.get(f"/f/{link.token}").text)
    assert began is not None
    with clock.stand_at(clock.now() + timedelta(minutes=1)):
        return browser.post(f"/f/{link.token}", key=key, began=began[1], **typed)


def sent(link: FormLink) -> list[FormSubmission]:
    """What came by this form."""
    with database.reading() as session:
        return list(session.scalars(select(FormSubmission).order_by(FormSubmission.id)))


def count(model: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_new_phone_opens_a_card_at_the_store_of_the_link(shop: Cast, link: FormLink) -> None:
    answer = fill_in(shop, shop.browser(), link, **GUEST, **{"a.q3": "c2", "a.q5": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/f/{link.token}/done")
    with database.reading() as session:
        card = find_member_by_phone(session, "+8613800138000")
        assert card is not None
        agreed = {(each.kind, each.way) for each in list_consents(session, card.id)}
    assert (card.name, card.source, card.store_id, card.phone_verified_at) == ("林小满", "campaign", shop.east.id, None)
    assert agreed == {("membership", "registration_page"), ("marketing", "registration_page")}
    assert [(each.state, each.member_id) for each in sent(link)] == [("applied", card.id)]


def test_what_was_answered_can_be_read_and_rests_sealed(shop: Cast, link: FormLink) -> None:
    fill_in(shop, shop.browser(), link, **GUEST, **{"a.q3": "c2"})
    row = sent(link)[0]
    assert "林小满" not in row.sealed
    with database.reading() as session:
        card = queries.get_submission(session, link.form_id, row.id, actor=shop.owner)
    assert card.answers == {"q1": "+8613800138000", "q2": "林小满", "q3": "c2"}


def as_seen(answer: TestResponse) -> tuple[int, str | None, str, list[str]]:
    """Everything of an answer that its reader can see, but for the length of life of a cookie's signature."""
    cookies = sorted(each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie"))
    return answer.status_code, answer.headers.get("Location"), answer.text, cookies


def test_a_stranger_hears_the_same_of_a_member_and_of_nobody(shop: Cast, link: FormLink, xiaoman: Member) -> None:
    known = fill_in(shop, shop.browser(), link, **GUEST | {"a.q2": "别人"})
    unknown = fill_in(shop, shop.browser(), link, **GUEST | {"phone": "13900139000"})
    again = fill_in(shop, shop.browser(), link, **GUEST | {"phone": "13900139000"})
    assert as_seen(known) == as_seen(unknown) == as_seen(again)
    assert MEMBER_COOKIE not in "".join(as_seen(unknown)[3])
    pages = {re.sub(r'"[\w.=-]{20,}"', "", shop.browser().get(f"/f/{link.token}/done").text) for _ in range(3)}
    assert len(pages) == 1


def test_a_stranger_changes_nothing_of_a_member(shop: Cast, link: FormLink, xiaoman: Member) -> None:
    with database.reading() as session:
        before = get_member(session, xiaoman.id)
    fill_in(shop, shop.browser(), link, **GUEST | {"a.q2": "别人", "a.q5": "1"})
    with database.reading() as session:
        assert get_member(session, xiaoman.id) == before
        assert not holds_consent(session, xiaoman.id, "marketing")
    assert [(each.state, each.member_id) for each in sent(link)] == [("proposal", xiaoman.id)]
    assert count(Member) == 1


def test_every_mistake_is_told_alike_of_a_member_and_of_nobody(shop: Cast, xiaoman: Member) -> None:
    link = hang_up(shop, PHONE, {"kind": "birthday"}, {"kind": "child"}, {"kind": "due_date"}, STARS)
    wrong: dict[str, Any] = {
        "consent": "1", "birthday_month": "2", "birthday_day": "31", "a.q3.born_on": "2027-01-01", "a.q3.consent": "1",
        "a.q4": "2029-01-01", "a.q4.consent": "1",
    }  # fmt: skip
    pages = [fill_in(shop, shop.browser(), link, **wrong, phone=phone) for phone in ("13800138000", "13900139000")]
    assert [page.status_code for page in pages] == [422, 422]
    said = [re.findall(r'class="err"[^>]*>.*?</span></span>', page.text, re.DOTALL) for page in pages]
    assert len(said[0]) == 4
    assert said[0] == said[1]


def test_a_member_who_is_signed_in_changes_their_own_card(shop: Cast, link: FormLink, xiaoman: Member) -> None:
    phone = shop.phone(xiaoman)
    page = phone.get(f"/f/{link.token}").text
    assert "用「小满」的会员卡填写" in page
    assert 'name="phone"' not in page
    fill_in(shop, phone, link, **{"a.q2": "小满满", "phone": "13900139000", "a.q5": "1"})
    with database.reading() as session:
        assert (get_member(session, xiaoman.id).name, count(Member)) == ("小满满", 1)
        assert holds_consent(session, xiaoman.id, "marketing")
    assert [(each.state, each.member_id) for each in sent(link)] == [("applied", xiaoman.id)]


def test_an_answer_that_is_not_given_takes_nothing_away(shop: Cast, link: FormLink, xiaoman: Member) -> None:
    fill_in(shop, shop.phone(xiaoman), link, **{"a.q2": "", "a.q3": "c1"})
    with database.reading() as session:
        assert get_member(session, xiaoman.id).name == "小满"


def test_own_fields_land_with_the_member_also_such_as_their_app_does_not_show(shop: Cast, xiaoman: Member) -> None:
    made = {"subject": "member", "kind": "text", "label_zh": "幼儿园", "key": "school"}
    with database.transaction() as session:
        own_fields.create_field(session, FieldIn().load(made), actor=shop.owner, at=shop.at)
    link = hang_up(shop, PHONE, {"kind": "own", "field": "school"})
    fill_in(shop, shop.phone(xiaoman), link, **{"a.q2": "金太阳"})
    fill_in(shop, shop.browser(), link, phone="13900139000", consent="1", **{"a.q2": "小天鹅"})
    with database.reading() as session:
        new = find_member_by_phone(session, "+8613900139000")
        assert new is not None
        told = [list_filled(session, "member", each, actor=SYSTEM)[0].value for each in (xiaoman.id, new.id)]
    assert told == ["金太阳", "小天鹅"]


def test_a_child_is_told_with_the_guardians_consent_and_lies_in_the_family_alone(shop: Cast) -> None:
    link = hang_up(shop, PHONE, {"kind": "child"})
    child = {"a.q2.born_on": "2025-02-03", "a.q2.name": "豆豆", "a.q2.sex": "girl", "a.q2.consent": "1"}
    assert fill_in(shop, shop.browser(), link, phone="13800138000", consent="1", **child).status_code == 303
    with database.reading() as session:
        born = session.scalars(select(Child)).one()
        assert holds_consent(session, born.member_id, "children")
        card = queries.get_submission(session, link.form_id, sent(link)[0].id, actor=shop.owner)
    assert (born.name, born.sex, born.born_on.isoformat()) == ("豆豆", "girl", "2025-02-03")
    assert card.answers["q2"] is True


def test_another_due_date_changes_the_pregnancy_that_goes_on(shop: Cast, xiaoman: Member) -> None:
    link = hang_up(shop, PHONE, {"kind": "due_date"})
    for due in ("2027-03-01", "2027-03-08", "2027-03-08"):
        assert fill_in(shop, shop.phone(xiaoman), link, **{"a.q2": due, "a.q2.consent": "1"}).status_code == 303
    with database.reading() as session:
        assert list(session.scalars(select(Pregnancy.due_on))) == [date(2027, 3, 8)]


def test_a_try_at_a_link_that_there_is_not_leaves_nothing_behind(shop: Cast) -> None:
    assert shop.browser().post("/f/made-up", **GUEST).status_code == 404
    assert count(Limit) == 0


def gifts(shop: Cast) -> dict[str, Any]:
    """A coupon, 50 points and a tag."""
    coupon = {"name": "欢迎券", "kind": "cash", "value": "5.00", "valid_days": 30}
    with database.transaction() as session:
        template = create_template(session, TemplateIn().load(coupon), actor=shop.owner, at=shop.at)
        told = {"name": "填过表", "colour": "plum", "grouping": "", "rule": None}
        tag = create_tag(session, told, actor=shop.owner, at=shop.at)
        return {"gift_template_id": template.id, "gift_points": 50, "gift_tag_id": tag.id}


def given() -> tuple[int, int, int]:
    """How many coupons, entries of points and tags."""
    return count(Coupon), count(PointsEntry), count(MemberTag)


def test_the_gift_comes_once_for_each_member_and_form(shop: Cast, xiaoman: Member) -> None:
    link = hang_up(shop, PHONE, STARS, **gifts(shop))
    for _ in range(2):
        fill_in(shop, shop.phone(xiaoman), link, **{"a.q2": "5"})
    assert given() == (1, 1, 1)
    fill_in(shop, shop.browser(), link, phone="13900139000", consent="1", **{"a.q2": "4"})
    assert given() == (2, 2, 2)


def test_nobody_gets_a_gift_for_what_a_stranger_sent(shop: Cast, xiaoman: Member) -> None:
    link = hang_up(shop, PHONE, STARS, **gifts(shop))
    fill_in(shop, shop.browser(), link, phone="13800138000", consent="1", **{"a.q2": "5"})
    assert given() == (0, 0, 0)
    with database.transaction() as session:
        commands.confirm_proposal(session, sent(link)[0].id, [], actor=shop.owner, at=shop.at)
    assert given() == (1, 1, 1)


def test_sent_twice_it_counts_once(shop: Cast, link: FormLink) -> None:
    guest, key = shop.browser(), str(uuid4())
    began = re.search(r'name="began" value="([^"]+)"', guest.get(f"/f/{link.token}").text)
    assert began is not None
    with clock.stand_at(shop.at + timedelta(minutes=1)):
        answers = [guest.post(f"/f/{link.token}", key=key, began=began[1], **GUEST) for _ in range(2)]
    assert [(each.status_code, each.headers["Location"]) for each in answers] == [(303, f"/f/{link.token}/done")] * 2
    assert (len(sent(link)), count(Member)) == (1, 1)


def test_a_survey_without_a_phone_is_nobodys(shop: Cast) -> None:
    link = hang_up(shop, STARS, kind="survey")
    assert fill_in(shop, shop.browser(), link, **{"a.q1": "4"}).status_code == 303
    assert [(each.state, each.member_id) for each in sent(link)] == [("new", None)]
    assert count(Member) == 0


def test_nothing_typed_is_lost_and_mistakes_stand_beside_their_fields(shop: Cast, link: FormLink) -> None:
    answer = fill_in(shop, shop.browser(), link, **{"phone": "12", "a.q2": "林小满", "a.q3": "c2"})
    assert answer.status_code == 422
    assert 'value="林小满"' in answer.text
    assert re.search(r'value="c2" checked', answer.text)
    assert "请填手机号" in answer.text


def test_machines_are_thanked_and_nothing_is_kept(shop: Cast, link: FormLink) -> None:
    answer = fill_in(shop, shop.browser(), link, **GUEST, website="http://spam.example")
    assert answer.headers["Location"] == f"/f/{link.token}/done"
    assert (sent(link), count(Member)) == ([], 0)


@pytest.mark.parametrize("began", ["", "nonsense", "1795242000.00ff", "1795242000.é", "²."])
def test_who_was_faster_than_a_person_presses_once_more(shop: Cast, link: FormLink, began: str) -> None:
    answer = shop.browser().post(f"/f/{link.token}", began=began, **GUEST)
    assert answer.status_code == 429
    assert "请再按一次提交" in answer.text
    assert 'value="林小满"' in answer.text
    assert sent(link) == []


def test_one_address_may_not_send_without_end(shop: Cast, link: FormLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_forms, "PER_ADDRESS", Rule("forms:address", most=2, seconds=3600))
    phones = [f"1390013900{number}" for number in range(3)]
    answers = [fill_in(shop, shop.browser(), link, **GUEST | {"phone": phone}) for phone in phones]
    assert [each.status_code for each in answers] == [303, 303, 429]
    assert "试得太频繁了" in answers[2].text
    assert 'value="林小满"' in answers[2].text


def test_the_sixth_proposal_of_a_day_for_one_phone_waits_and_says_nothing_of_it(
    shop: Cast, link: FormLink, xiaoman: Member
) -> None:
    answers = {
        phone: [fill_in(shop, shop.browser(), link, **GUEST | {"phone": phone}).status_code for _ in range(6)]
        for phone in ("13800138000", "13900139000")
    }
    assert set(map(tuple, answers.values())) == {(303, 303, 303, 303, 303, 429)}


def test_slips_are_no_tries(shop: Cast, link: FormLink) -> None:
    for _ in range(6):
        assert fill_in(shop, shop.browser(), link, phone="13800138000", consent="").status_code == 422
    assert fill_in(shop, shop.browser(), link, **GUEST).status_code == 303


def test_the_owners_limit_of_a_day_begins_anew_tomorrow(shop: Cast) -> None:
    link = hang_up(shop, STARS, kind="survey", daily_most=1)
    assert fill_in(shop, shop.browser(), link, **{"a.q1": "4"}).status_code == 303
    full = fill_in(shop, shop.browser(), link, **{"a.q1": "2"})
    assert (full.status_code, full.headers["Retry-After"]) == (429, str(9 * 3600 + 39 * 60))
    assert "今天收到的已经满了" in full.text
    with clock.stand_at(shop.at + timedelta(days=1)):
        assert fill_in(shop, shop.browser(), link, **{"a.q1": "2"}).status_code == 303


def test_a_closed_form_and_an_archived_link_say_so(shop: Cast, link: FormLink) -> None:
    with database.transaction() as session:
        commands.archive_form_link(session, link.form_id, link.id, actor=shop.owner, at=shop.at)
    assert shop.browser().get(f"/f/{link.token}").status_code == 410
    other = hang_up(shop, STARS, kind="survey")
    with database.transaction() as session:
        commands.close_form(session, other.form_id, actor=shop.owner, at=shop.at)
    page = shop.browser().get(f"/f/{other.token}")
    assert (page.status_code, "这个表单已经结束了" in page.text) == (410, True)
    assert shop.browser().get("/f/nothing").status_code == 404


def test_english_guests_read_english(shop: Cast, link: FormLink) -> None:
    page = shop.browser().get(f"/f/{link.token}", headers={"Accept-Language": "en"}).text
    assert "Welcome" in page
    assert "A friend" in page
    assert "Were you happy today" in page
