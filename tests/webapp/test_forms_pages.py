"""The owner's side of forms: the builder, posters, answers, and what waits to be confirmed."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from services.fields import commands as own_fields
from services.fields.schemas import FieldIn
from services.forms import commands, queries
from services.forms.models import FormLink
from services.forms.rules.kinds import KINDS
from services.members import commands as members
from services.members.models import Member
from services.members.queries import get_member
from services.shared import clock, database
from services.shared.actors import Actor
from tests.browse import Browser
from tests.cast import Cast
from tests.forming import HOW, NAME, PHONE, STARS, hang_up

ANYBODY = Actor("public", name="public")
MINE = {"phone": "13800138000", "consent": "1"}


def ticked(*keys: str) -> dict[str, Any]:
    """These answers of a proposal are true."""
    return {"questions[]": list(keys)}


def only_if(*answers: str) -> dict[str, Any]:
    """Ask after these answers only."""
    return {"any_of[]": list(answers)}


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    """小满, whom the shop knows."""
    data = {"phone": "+8613800138000", "name": "小满", "gender": "female", "consent": True}
    with database.transaction() as session:
        return members.create_member(session, data, actor=shop.owner, at=shop.at)


def send(link: FormLink, typed: dict[str, Any]) -> int:
    """Somebody sends this; the id of what came."""
    with database.transaction() as session:
        return commands.submit_form(session, link.token, typed, actor=ANYBODY, at=clock.now()).id


def claim(shop: Cast, *questions: dict[str, Any], **typed: Any) -> tuple[FormLink, int]:
    """Somebody sends this in 小满's name."""
    link = hang_up(shop, PHONE, *questions)
    return link, send(link, MINE | typed)


def keys_of(form_id: int) -> list[list[str]]:
    """The questions of the draft, page by page."""
    with database.reading() as session:
        pages = queries.get_form(session, form_id).draft["pages"]
    return [[each["key"] for each in page["questions"]] for page in pages]


def write(owner: Browser) -> str:
    """The address of a fresh survey."""
    answer = owner.post("/staff/forms/new", kind="survey", title_zh="今天怎么样")
    return str(answer.headers["Location"])


def test_an_owner_writes_a_form_step_by_step(shop: Cast) -> None:
    owner = shop.browser("owner")
    here = write(owner)
    owner.post(f"{here}/questions/new?page=0", kind="rating", label_zh="满意吗", required="1")
    choices: dict[str, Any] = {"choices-0-zh": "味道", "choices-1-zh": "服务", "choices-2-zh": ""}
    owner.post(f"{here}/questions/new?page=0", kind="choices", label_zh="哪里好", **choices)
    owner.post(f"{here}/questions/new?page=0", kind="words", label_zh="哪里不好", **only_if("q1=1", "q1=2"))
    owner.post(f"{here}/questions/q2/move", by="-1")
    page = owner.get(here).text
    assert keys_of(1) == [["q2", "q1", "q3"]]
    assert "「满意吗」答「1 · 很不满意、2 · 不太满意」才问" in page
    assert owner.post(f"{here}/publish").status_code == 303
    assert "收集中" in owner.get(here).text


def test_pages_are_added_named_and_taken_away(shop: Cast) -> None:
    owner = shop.browser("owner")
    here = write(owner)
    owner.post(f"{here}/pages")
    owner.post(f"{here}/pages/1", title_zh="最后", title_en="The end")
    owner.post(f"{here}/questions/new?page=1", kind="text", label_zh="叫什么")
    assert "最后" in owner.get(here).text
    owner.post(f"{here}/pages/1/remove")
    assert keys_of(1) == [["q1"]]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_editor_and_its_preview(shop: Cast, kind: str) -> None:
    made = {"subject": "member", "kind": "choice", "label_zh": "口味", "key": "taste", "choices": [{"zh": "甜"}]}
    with database.transaction() as session:
        own_fields.create_field(session, FieldIn().load(made), actor=shop.owner, at=shop.at)
    owner = shop.browser("owner")
    here = write(owner)
    told: dict[str, Any] = {"label_zh": "问一句", "choices-0-zh": "好", "choices-1-zh": "不好", "field": "taste"}
    assert owner.get(f"{here}/questions/new?page=0&kind={kind}&field=taste").status_code == 200
    assert owner.post(f"{here}/questions/new?page=0", kind=kind, **told).status_code == 303
    assert "问一句" in owner.get(f"{here}/questions/q1").text
    assert "问一句" in owner.get(f"{here}/preview").text


def test_what_is_wrong_with_a_question_stands_beside_it_and_nothing_typed_is_lost(shop: Cast) -> None:
    owner = shop.browser("owner")
    here = write(owner)
    answer = owner.post(f"{here}/questions/new?page=0", kind="choice", label_zh="哪个", **{"choices-0-zh": "好的"})
    assert answer.status_code == 422
    assert "至少要有两个选项" in answer.text
    assert 'value="好的"' in answer.text
    for each in ("text", "words"):
        owner.post(f"{here}/questions/new?page=0", kind="yes_no", label_zh=each)
    both = only_if("q1=1", "q2=0")
    assert "只能看一道题的回答" in owner.post(f"{here}/questions/new?page=0", kind="text", label_zh="x", **both).text


def test_a_form_that_is_not_ready_says_where(shop: Cast) -> None:
    owner = shop.browser("owner")
    here = str(owner.post("/staff/forms/new", kind="registration", title_zh="登记").headers["Location"])
    owner.post(f"{here}/questions/new?page=0", kind="name")
    answer = owner.post(f"{here}/publish")
    assert (answer.status_code, "要问手机号，而且是必填" in answer.text) == (422, True)
    assert "草稿" in owner.get(here).text


def test_people_see_what_was_published_until_it_is_published_anew(shop: Cast) -> None:
    link = hang_up(shop, STARS, kind="survey")
    owner = shop.browser("owner")
    owner.post(f"/staff/forms/{link.form_id}/questions/q1", label_zh="改过的")
    assert "改过的题目还没发布" in owner.get(f"/staff/forms/{link.form_id}").text
    assert "今天满意吗" in shop.browser().get(f"/f/{link.token}").text
    owner.post(f"/staff/forms/{link.form_id}/publish")
    assert "改过的" in shop.browser().get(f"/f/{link.token}").text


def test_answers_stay_readable_after_the_form_changed(shop: Cast) -> None:
    link = hang_up(shop, STARS, HOW, kind="survey")
    sent = send(link, {"a.q1": "4", "a.q2": "c2"})
    owner = shop.browser("owner")
    owner.post(f"/staff/forms/{link.form_id}/questions/q2/remove")
    owner.post(f"/staff/forms/{link.form_id}/publish")
    page = owner.get(f"/staff/forms/{link.form_id}/answers/{sent}").text
    assert "怎么知道我们的" in page
    assert "路过" in page


def test_the_answers_are_counted_without_the_refused(shop: Cast, xiaoman: Member) -> None:
    link = hang_up(shop, STARS, HOW | {"kind": "choices"}, PHONE | {"required": False}, kind="survey")
    for stars, how in (("5", ["c1"]), ("4", ["c1", "c2"]), ("2", [])):
        send(link, {"a.q1": stars, "a.q2": how})
    refused = send(link, MINE | {"a.q1": "1"})
    with database.transaction() as session:
        commands.refuse_proposal(session, refused, actor=shop.owner, at=shop.at)
    with database.reading() as session:
        counted, tallies = queries.summarize(session, link.form_id, actor=shop.owner)
    told = {each.question.key: (each.answers, each.average, dict(each.counts)) for each in tallies}
    assert (counted, told["q1"], told["q2"]) == (3, (3, "3.7", {"5": 1, "4": 1, "2": 1}), (2, "", {"c1": 2, "c2": 1}))
    page = shop.browser("owner").get(f"/staff/forms/{link.form_id}/answers").text
    assert "3.7" in page
    assert "不是本人" in page


def test_the_table_has_no_formulas_and_is_written_down(shop: Cast) -> None:
    link = hang_up(shop, {"kind": "text", "label_zh": "=想说的"}, STARS, kind="survey")
    send(link, {"a.q1": "=1+1", "a.q2": "5"})
    owner = shop.browser("owner")
    answer = owner.post(f"/staff/forms/{link.form_id}/answers/export")
    head, row = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert (head[-2:], row[-2:]) == (["'=想说的", "今天满意吗"], ["'=1+1", "5 / 5"])
    assert "导出表单的回答" in owner.get("/staff/audit").text


def test_who_reads_answers_does_not_take_them_away(shop: Cast) -> None:
    link = hang_up(shop, STARS, kind="survey")
    send(link, {"a.q1": "5"})
    reader = shop.browser_that_may("forms:read", "form_answers:read")
    assert "下载表格" not in reader.get(f"/staff/forms/{link.form_id}/answers").text
    assert reader.post(f"/staff/forms/{link.form_id}/answers/export").status_code == 403


def test_a_poster_is_one_a5_sheet_with_the_shop_the_title_and_the_qr(shop: Cast) -> None:
    link = hang_up(shop, STARS, kind="survey", title_zh="今天怎么样", title_en="How was it")
    here = f"/staff/forms/{link.form_id}/links/{link.id}/poster"
    pages = {each: shop.browser("owner").get(f"{here}?language={each}").text for each in ("zh", "en", "both")}
    said = {each: ("今天怎么样" in page, "How was it" in page) for each, page in pages.items()}
    assert said == {"zh": (True, False), "en": (False, True), "both": (True, True)}
    for page in pages.values():
        assert "size: A5 portrait" in page
        assert "小满甜品" in page
        assert re.search(r"<svg[^>]*crispEdges", page)
        assert f"/f/{link.token}" in page


def test_a_link_names_its_staff_and_what_came_by_it_too(shop: Cast) -> None:
    link = hang_up(shop, STARS, kind="survey", staff="cashier")
    sent = send(link, {"a.q1": "5"})
    owner = shop.browser("owner")
    assert "小林" in owner.get(f"/staff/forms/{link.form_id}/links").text
    assert "小林" in owner.get(f"/staff/forms/{link.form_id}/answers/{sent}").text


def test_the_south_sees_neither_links_nor_answers_of_the_east(shop: Cast, xiaoman: Member) -> None:
    link, sent = claim(shop, NAME, **{"a.q2": "别人"})
    partner = shop.browser_that_may(
        "forms:read", "form_links:change", "form_answers:read", "members:change", "members:read"
    )
    with database.reading() as session:
        assert queries.list_submissions(session, link.form_id, actor=shop.southern) == []
        assert queries.list_links(session, link.form_id, actor=shop.southern) == []
    assert partner.get(f"/staff/forms/{link.form_id}/answers/{sent}").status_code == 200
    southern = shop.browser("southern")
    assert southern.get(f"/staff/members/{xiaoman.id}/forms/{sent}").status_code == 404


def test_staff_confirm_what_is_true_and_leave_the_rest(shop: Cast, xiaoman: Member) -> None:
    link, sent = claim(shop, NAME, {"kind": "gender"}, **{"a.q2": "林小满", "a.q3": "male"})
    cashier = shop.browser("cashier")
    assert "有资料等确认" in cashier.get(f"/staff/members/{xiaoman.id}").text
    here = f"/staff/members/{xiaoman.id}/forms/{sent}"
    assert "现在记的：小满" in cashier.get(here).text
    assert cashier.post(f"{here}/confirm", **ticked("q2")).status_code == 303
    with database.reading() as session:
        card = get_member(session, xiaoman.id)
        told = queries.get_submission(session, link.form_id, sent, actor=shop.owner)
    assert (card.name, card.gender, told.state, told.decided_by) == ("林小满", "female", "applied", shop.cashier.id)
    assert cashier.post(f"{here}/confirm", **ticked("q3")).status_code == 404


def test_what_is_not_theirs_is_forgotten(shop: Cast, xiaoman: Member) -> None:
    link, sent = claim(shop, NAME, **{"a.q2": "别人"})
    cashier = shop.browser("cashier")
    cashier.post(f"/staff/members/{xiaoman.id}/forms/{sent}/refuse")
    with database.reading() as session:
        assert get_member(session, xiaoman.id).name == "小满"
        told = queries.get_submission(session, link.form_id, sent, actor=shop.owner)
    assert (told.state, dict(told.answers)) == ("refused", {})
    assert "有资料等确认" not in cashier.get(f"/staff/members/{xiaoman.id}").text


def test_a_member_says_in_their_app_that_it_was_them(shop: Cast, xiaoman: Member) -> None:
    _, sent = claim(shop, NAME, {"kind": "marketing"}, **{"a.q2": "林小满", "a.q3": "1"})
    phone = shop.phone(xiaoman)
    assert f"/member/forms/{sent}" in phone.get("/member/").text
    phone.post(f"/member/forms/{sent}/confirm", **ticked("q2", "q3"))
    with database.reading() as session:
        assert get_member(session, xiaoman.id).name == "林小满"
    assert f"/member/forms/{sent}" not in phone.get("/member/").text


def test_a_proposal_is_nobody_elses(shop: Cast, xiaoman: Member) -> None:
    _, sent = claim(shop, NAME, **{"a.q2": "别人"})
    with database.transaction() as session:
        other = {"phone": "+8613900139000", "name": "王芳", "consent": True}
        fang = members.create_member(session, other, actor=shop.owner, at=shop.at)
    phone = shop.phone(fang)
    assert phone.get(f"/member/forms/{sent}").status_code == 404
    for verb in ("confirm", "refuse"):
        assert phone.post(f"/member/forms/{sent}/{verb}", **ticked("q2")).status_code == 404
    assert shop.browser("cashier").get(f"/staff/members/{fang.id}/forms/{sent}").status_code == 404


def test_what_was_told_of_a_family_is_masked_and_not_compared_for_who_may_not_see_it(
    shop: Cast, xiaoman: Member
) -> None:
    child: dict[str, Any] = {"a.q2.born_on": "2025-02-03", "a.q2.name": "豆豆", "a.q2.sex": "girl", "a.q2.consent": "1"}
    link, first = claim(shop, {"kind": "child"}, **child)
    with database.transaction() as session:
        commands.confirm_proposal(session, first, ["q2"], actor=shop.owner, at=shop.at)
    again = send(link, MINE | child)
    page = shop.browser("cashier").get(f"/staff/members/{xiaoman.id}/forms/{again}").text
    assert "豆豆" not in page
    assert "2025-02-03" not in page
    assert 'value="q2"' in page
    with database.reading() as session:
        card = queries.find_waiting(session, again, member_id=xiaoman.id)
        assert card is not None
        assert queries.list_differences(session, card, actor=shop.manager) == []
        assert len(queries.list_differences(session, card, actor=shop.cashier)) == 1


def test_what_is_given_needs_its_own_permission(shop: Cast) -> None:
    link = hang_up(shop, STARS, kind="survey")
    owner = shop.browser("owner")
    assert owner.post(f"/staff/forms/{link.form_id}/gift", points="30", template="", tag="").status_code == 303
    assert "30 积分" in owner.get(f"/staff/forms/{link.form_id}").text
    with clock.stand_at(shop.at + timedelta(seconds=1)):
        assert (
            shop.browser_that_may("forms:read").post(f"/staff/forms/{link.form_id}/gift", points="9").status_code == 403
        )


@pytest.mark.parametrize("told", [{"template": "4711"}, {"tag": "4711"}, {"points": "-1"}, {"points": "viel"}])
def test_a_gift_that_there_is_not_is_a_mistake_beside_its_field(shop: Cast, told: dict[str, str]) -> None:
    link = hang_up(shop, STARS, kind="survey")
    answer = shop.browser("owner").post(f"/staff/forms/{link.form_id}/gift", **told)
    assert (answer.status_code, 'class="err"' in answer.text) == (422, True)
