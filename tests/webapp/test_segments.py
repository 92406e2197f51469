"""客群 in the back office and in the API: written by choosing, tried while written, saved, read by who may read what they ask."""

import json
import re
from typing import Any

import pytest

from services.segments import jobs
from services.segments.queries import list_segments
from services.shared.actors import SYSTEM
from services.shared.database import reading
from tests.browse import Browser, body
from tests.cast import Cast
from tests.couponing import make_template
from tests.selling import Till, fill_shelf, welcome_member

SPENT = {"t.word": "all", "t-0.kind": "spent", "t-0.at_least": "50.00"}
RICH = {"all": [{"kind": "spent", "at_least": "50.00"}]}


@pytest.fixture
def till(shop: Cast) -> Till:
    """林小满 bought two cookies (¥36), 王芳 nothing."""
    till = Till(shop, shop.browser("cashier"), fill_shelf(shop.at), welcome_member(shop.at))
    welcome_member(shop.at, "王芳", "+8613800138001")
    return till


def said(page: str) -> str:
    """The text of a page, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def names(browser: Browser, path: str) -> list[str]:
    return [each["name"] for each in body(browser.api("GET", path))["items"]]


def make(browser: Browser, conditions: Any, name: str = "大户") -> Any:
    return body(browser.api("POST", "/api/v1/segments", {"name": name, "conditions": conditions}))


def test_a_kind_that_is_chosen_becomes_a_row_and_a_group_nests(shop: Cast) -> None:
    manager = shop.browser("manager")
    built = manager.post("/staff/segments/build", **{"t.word": "all", "t.add": "spent"}).text
    assert 'name="t-0.kind" value="spent"' in built
    assert 'name="t-0.at_least"' in built
    built = manager.post("/staff/segments/build", **SPENT, do="group:t").text
    assert 'name="t-0.at_least" value="50.00"' in built
    assert 'name="t-1.word" value="any" checked' in built
    built = manager.post("/staff/segments/build", **SPENT, do="drop:t-0").text
    assert "t-0.kind" not in built


def test_the_preview_tells_how_many_who_and_in_words(till: Till) -> None:
    till.sell(till.line("曲奇", 3), member=till.member)
    jobs.follow_facts()
    manager = till.shop.browser("manager")
    told = said(manager.post("/staff/segments/preview", **SPENT).text)
    assert "累计消费至少 ¥50.00" in told or "累计消费至少 ¥50" in told
    assert "林小满" in told
    assert "王芳" not in told
    assert "2 位会员的 50.0%" in told
    assert "有 1 个条件还没填好" in said(
        manager.post("/staff/segments/preview", **SPENT, **{"t-1.kind": "orders"}).text
    )


def test_it_is_saved_and_opened_again_and_narrows_the_members(till: Till) -> None:
    till.sell(till.line("曲奇", 3), member=till.member)
    jobs.follow_facts()
    manager = till.shop.browser("manager")
    saved = manager.post("/staff/segments/new", **SPENT, name="大户", note="")
    assert saved.status_code == 303
    page = manager.get(saved.location).text
    assert 'name="t-0.at_least" value="50.00"' in page
    (card,) = stored()
    listed = said(manager.get(f"/staff/members?segment={card.id}").text)
    assert "林小满" in listed
    assert "王芳" not in listed


def test_what_is_wrong_is_told_beside_its_condition_and_nothing_is_lost(shop: Cast) -> None:
    wrong = SPENT | {"t-0.at_most": "20.00", "t-1.kind": "orders_lately", "t-1.at_least": "3"}
    refused = shop.browser("manager").post("/staff/segments/new", **wrong, name="", note="记得改")
    assert refused.status_code == 422
    for words in ("要比前面的大", "请填写", 'value="20.00"', 'value="记得改"', 'name="t-1.at_least" value="3"'):
        assert words in refused.text
    assert stored() == []


def test_two_segments_tell_what_they_share(till: Till) -> None:
    till.sell(till.line("曲奇", 3), member=till.member)
    jobs.follow_facts()
    manager = till.shop.browser("manager")
    rich, all_of_them = make(manager, RICH), make(manager, {"all": []}, "所有人")
    told = said(manager.get(f"/staff/segments/{rich['id']}?with={all_of_them['id']}").text)
    assert re.search(r"两边都在 1 人 占这个客群 100.0% 占「所有人」 50.0%", told)
    tried = manager.api("POST", "/api/v1/segments/preview", {"conditions": RICH, "overlap": all_of_them["id"]})
    assert (body(tried)["count"], body(tried)["overlap"]) == (1, 1)


def test_the_api_saves_tries_and_lists_and_tells_the_sentence_in_both_languages(till: Till) -> None:
    till.sell(till.line("曲奇", 3), member=till.member)
    jobs.follow_facts()
    manager = till.shop.browser("manager")
    made = make(manager, {"any": [RICH, {"not": {"kind": "gender", "one_of": ["female", "unknown"]}}]})
    assert names(manager, f"/api/v1/segments/{made['id']}/members") == ["林小满"]
    tried = body(manager.api("POST", "/api/v1/segments/preview", {"conditions": made["conditions"]}))
    assert tried["sentence"]["en"] == "spent at least ¥50 in all, or not “gender: Female or not given”"
    assert tried["sentence"]["zh"] == "累计消费至少 ¥50，或者不是「性别：女或未填」"
    changed = manager.api("PATCH", f"/api/v1/segments/{made['id']}", {"name": "贵客", "archived": True})
    assert (body(changed)["name"], body(changed)["archived"]) == ("贵客", True)


@pytest.mark.parametrize(
    ("conditions", "path"),
    [
        ({"all": [{"kind": "nonsense"}]}, "conditions.all.0.kind"),
        ({"all": [{"not": {"kind": "product", "one_of": []}}]}, "conditions.all.0.not.one_of"),
        ({"all": [{"kind": "product", "one_of": ["987654321"]}]}, "conditions.all.0.one_of"),
        ({"any": []}, "conditions"),
        ({"all": [{"kind": "spent", "at_least": "1.00", "colour": "red"}]}, "conditions.all.0.colour"),
        ([1, 2], "conditions"),
        ("everybody", "conditions"),
    ],
)
def test_a_mistake_in_a_tree_stands_under_its_path(shop: Cast, conditions: Any, path: str) -> None:
    refused = shop.browser("manager").api("POST", "/api/v1/segments", {"name": "错的", "conditions": conditions})
    assert refused.status_code == 422
    assert path in body(refused)["errors"], body(refused)


def test_nobody_learns_by_a_condition_what_they_may_not_read(shop: Cast) -> None:
    """Who may not see children neither asks about them nor learns that somebody else does."""
    welcome_member(shop.at)
    hidden = make(shop.browser("owner"), {"all": [{"kind": "children", "at_least": 1}]}, "有孩子的")
    seller = shop.browser_that_may("segments:read", "segments:change", "members:read")
    kinds = {each["kind"] for each in body(seller.api("GET", "/api/v1/segments/kinds"))["items"]}
    assert "spent" in kinds
    assert not kinds & {"children", "child_age", "stage", "milestone", "wallet"}
    assert names(seller, "/api/v1/segments") == []
    assert seller.api("GET", f"/api/v1/segments/{hidden['id']}/members").status_code == 404
    assert seller.get(f"/staff/members?segment={hidden['id']}").status_code == 404
    tried = seller.api("POST", "/api/v1/segments/preview", {"conditions": hidden["conditions"]})
    assert tried.status_code == 403
    asked = {"t.word": "all", "t-0.kind": "children", "t-0.at_least": "1"}
    assert seller.post("/staff/segments/preview", **asked).status_code == 403
    assert seller.post("/staff/segments/new", **asked, name="有孩子的").status_code == 403


def test_a_class_of_rfm_is_one_tap_from_being_a_segment(till: Till) -> None:
    till.sell(till.line("曲奇"), member=till.member)
    jobs.follow_facts()
    manager = till.shop.browser("manager")
    page = manager.get("/staff/segments/rfm").text
    assert "一般发展" in page
    opened = manager.get("/staff/segments/new?from=rfm:grow_low").text
    assert 'value="grow_low" checked' in opened
    assert "林小满" in said(opened)
    classes = body(manager.api("GET", "/api/v1/segments/rfm"))
    assert (classes["now"]["grow_low"], classes["never"], sum(classes["now"].values())) == (1, 1, 1)


def test_the_deepest_tree_is_answered_and_a_deeper_one_refused(shop: Cast) -> None:
    manager, tree = shop.browser("manager"), json.loads(json.dumps(RICH))
    for _ in range(28):
        tree = {"not": tree}
    assert manager.api("POST", "/api/v1/segments/preview", {"conditions": tree}).status_code == 200
    for _ in range(30):
        tree = {"not": tree}
    assert manager.api("POST", "/api/v1/segments/preview", {"conditions": tree}).status_code == 422


def stored() -> list[Any]:
    with reading() as session:
        return list_segments(session, actor=SYSTEM, archived=True)


def test_coupons_are_given_to_a_segment(till: Till) -> None:
    till.sell(till.line("曲奇", 3), member=till.member)
    jobs.follow_facts()
    manager, path = till.shop.browser("manager"), f"/staff/coupons/{make_template(till.shop)}/issue"
    rich, nobody = make(manager, RICH), make(manager, {"all": [{"kind": "spent", "at_least": "999.00"}]}, "没有人")
    done = manager.post(path, way="segment", segment=rich["id"])
    given = said(manager.get(done.location).text)
    assert "林小满" in given
    assert "王芳" not in given
    refused = manager.post(path, way="segment", segment=nobody["id"], reason="中秋")
    assert (refused.status_code, "没有符合的会员" in refused.text, 'value="中秋"' in refused.text) == (422, True, True)
    assert "请选一个客群" in said(manager.post(path, way="segment", segment="").text)
