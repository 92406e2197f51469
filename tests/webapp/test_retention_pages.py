"""隐私 › 建议清理: the owner looks at who was not seen for long, and decides; the same for programs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from services.loyalty import commands as loyalty
from services.members.models import Member
from services.privacy import jobs
from services.shared import clock, database, vault
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import welcome_member

PAGE, API = "/staff/privacy/retention", "/api/v1/retention"
LATER = timedelta(days=3 * 366)


@pytest.fixture
def silent(shop: Cast) -> list[Member]:
    """Two members who were not seen for three years."""
    return [welcome_member(shop.at), welcome_member(shop.at, "王芳", "+8613900139001")]


@pytest.fixture
def then(shop: Cast, silent: list[Member]) -> Iterator[datetime]:
    """Three years later, after the night."""
    shop.at += LATER
    with clock.stand_at(shop.at):
        jobs.propose_erasures()
        yield shop.at


def owner(shop: Cast) -> Browser:
    """Somebody who has just come in, so that nobody asks who is there."""
    return shop.browser("owner")


def erased(member: Member) -> bool:
    """Whether nothing is left of the person."""
    with database.reading() as session:
        return vault.destroyed_at(session, member.id) is not None


def test_nothing_to_do_says_so(shop: Cast) -> None:
    page = owner(shop).get(PAGE).text
    assert "没有要清理的" in page
    for shown, words in (("held", "没有这样的会员"), ("kept", "没有决定保留的"), ("nonsense", "没有要清理的")):
        assert words in owner(shop).get(f"{PAGE}?shown={shown}&after=-1").text


@pytest.mark.usefixtures("then")
def test_the_way_there_says_how_many_wait_and_names_nobody_in_full(shop: Cast) -> None:
    more = owner(shop).get("/staff/more").text
    assert "隐私" in more
    assert '<span class="badge brand">2</span>' in more
    assert "badge brand" not in shop.browser("manager").get("/staff/more").text
    assert PAGE in owner(shop).get("/staff/privacy").text
    page = owner(shop).get(PAGE).text
    assert "林*" in page
    assert "林小满" not in page
    assert "13800138000" not in page.replace(" ", "")
    assert page.count(" checked") == 1  # the choice to keep
    assert owner(shop).get(f"{PAGE}?all=1").text.count(" checked") == 3


def test_ticked_members_are_kept_or_erased_for_a_reason(shop: Cast, silent: list[Member], then: datetime) -> None:
    browser, (man, fang) = owner(shop), silent
    refused = browser.post(PAGE, **{"members[]": str(fang.id), "decision": "erase", "reason": ""})
    assert refused.status_code == 422
    assert "写下原因" in refused.text or "请填写" in refused.text
    assert refused.text.count(" checked") == 2
    nobody = browser.post(PAGE, decision="keep", reason="老街坊")
    assert (nobody.status_code, "请选至少一位" in nobody.text) == (422, True)
    assert browser.post(PAGE, **{"members[]": str(man.id), "decision": "keep", "reason": "老街坊"}).status_code == 303
    assert "老街坊" in browser.get(f"{PAGE}?shown=kept").text
    assert (
        browser.post(PAGE, **{"members[]": str(fang.id), "decision": "erase", "reason": "三年没来"}).status_code == 303
    )
    assert "正在注销" in browser.get(PAGE).text
    assert not erased(fang)
    jobs.erase_chosen_members()
    assert (erased(fang), erased(man)) == (True, False)
    assert "正在注销" not in browser.get(PAGE).text


def test_points_that_would_be_lost_stand_beside_who_is_proposed(shop: Cast, silent: list[Member]) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.months": 0}, actor=SYSTEM, at=shop.at)
        loyalty.adjust_points(session, silent[0].id, {"amount": 70, "reason": "补"}, actor=SYSTEM, at=shop.at)
    shop.at += LATER
    with clock.stand_at(shop.at):
        jobs.propose_erasures()
        page, token = owner(shop).get(PAGE).text, shop.token("members:erase")
        told = body(Browser(shop.app).client.get(f"{API}/proposals", headers=token))["items"]
    assert page.count("还有 70 积分，注销就没了") == page.count("注销就没了") == 1
    assert [each["points"] for each in told] == [70, 0]


def test_programs_list_keep_and_erase(shop: Cast, silent: list[Member], then: datetime) -> None:
    token, browser = shop.token("members:erase"), Browser(shop.app)
    found = browser.client.get(f"{API}/proposals?limit=1", headers=token)
    first = body(found)
    assert first["items"][0]["member"] == str(silent[0].id)
    assert (first["items"][0]["holds"], first["items"][0]["kept_until"]) == ([], None)
    rest = body(browser.client.get(f"{API}/proposals?cursor={first['next']}", headers=token))
    assert [each["member"] for each in rest["items"]] == [str(silent[1].id)]
    told = {"members": [str(silent[0].id), "999999"], "reason": "三年没来"}

    def post(what: str, key: str = "a-key-of-mine") -> tuple[int, object]:
        answer = browser.client.post(f"{API}/{what}", json=told, headers=token | {"Idempotency-Key": key})
        return answer.status_code, body(answer)

    assert post("erasures") == (202, {"members": 1})
    assert post("erasures") == (202, {"members": 1})  # the stored answer
    assert post("erasures", "another-key")[0] == 422
    assert post("keeps", "a-third-key")[0] == 422
    chosen = body(browser.client.get(f"{API}/proposals?shown=chosen", headers=token))
    assert [each["member"] for each in chosen["items"]] == [str(silent[0].id)]
    assert browser.client.get(f"{API}/proposals?shown=x", headers=token).status_code == 422
    jobs.erase_chosen_members()
    assert erased(silent[0])


def test_what_everybody_reads_says_how_long_as_the_owner_set_it(shop: Cast) -> None:
    assert "退出后 90 天" in shop.browser().get("/privacy").text
    changed = {"retention.sessions_days": 60, "retention.messages_days": 400}
    assert owner(shop).api("PATCH", "/api/v1/settings", changed).status_code == 200
    page = shop.browser().get("/privacy").text
    assert "退出后 60 天" in page
    assert "400 天，或者到您注销为止" in page
