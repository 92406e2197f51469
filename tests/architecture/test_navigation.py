"""Every page can be reached: it stands in the navigation, or here with where it is opened from."""

from collections.abc import Iterator

import pytest
from flask import Flask, url_for
from werkzeug.routing import Rule

from services import wiring
from tests.cast import Cast
from webapp.member import navigation as member
from webapp.staff import navigation as staff

# Neither in the navigation nor below an entry of it: endpoint → from where it is opened.
EXCEPTIONS = {
    "staff.sign_in": "whoever is not signed in",
    "staff.second_step": "whoever is not signed in",
    "staff.recover_page": "the door",
    "staff.find_at_counter": "a part of the counter, fetched by it",
    "staff.member_strip": "a part of the counter, fetched by it",
    "staff.offline_kit": "what the counter keeps for the time without network",
    "staff.member_standing": "what the counter asks now and then",
    "member.confirmation": "the message that a counter's question brings",
    "member.sign_in": "whoever is not signed in",
    "member.whose_card": "the door, after a long silence",
    "member.no_card": "the answer to that",
    "member.points": "the points on the home page",
    "member.growth": "the level on the home page",
    "member.coupons": "the wallet",
    "member.coupon": "the coupons",
    "member.coupon_centre": "the coupons",
    "member.claim_page": "a claim link",
    "member.gift_page": "a friend's link",
    "member.join_page": "a link of somebody in the family",
    "member.own_form": "the home page, where somebody filled in a form by this number",
    "member.inbox": "the bell on the home page",
    "member.message": "the inbox",
}
APPS = ("/staff/", "/member/")


def pages(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule.startswith(APPS):
            yield rule


def entries() -> set[str]:
    return {endpoint for endpoint, _icon, _label in member.TABS} | {entry.endpoint for entry in staff_entries()}


def staff_entries() -> list[staff.Entry]:
    return [*staff.TABS, *(entry for _, group in staff.MORE for entry in group)]


def test_every_page_is_in_the_navigation_or_opened_from_a_page_that_is(app: Flask) -> None:
    known = entries()
    homes = {rule.rule for rule in pages(app) if rule.endpoint in known} - set(APPS)
    lost = {
        rule.endpoint
        for rule in pages(app)
        if rule.endpoint not in known | EXCEPTIONS.keys()
        and not any(rule.rule.startswith(f"{home}/") for home in homes)
    }
    assert not lost


def test_no_exception_is_one_no_longer(app: Flask) -> None:
    assert {rule.endpoint for rule in pages(app)} >= EXCEPTIONS.keys()


def test_every_entry_leads_to_a_page_and_asks_for_a_permission_that_exists(app: Flask) -> None:
    there = {rule.endpoint for rule in pages(app)}
    assert entries() <= there
    assert {entry.permission for entry in staff_entries()} <= {None, *wiring.PERMISSIONS}


@pytest.mark.parametrize("role", ["owner", "manager", "cashier", "kitchen", "southern"])
def test_whatever_a_person_is_shown_opens(shop: Cast, role: str) -> None:
    browser, actor = shop.browser(role), shop.actors[role]
    page = browser.get("/staff/more").text
    with shop.app.test_request_context():
        shown = [
            url_for(each.endpoint) for each in staff_entries() if not each.permission or actor.may(each.permission)
        ]
    for address in shown:
        assert f'href="{address}"' in page
        assert browser.get(address).status_code == 200


def test_what_a_person_may_not_do_is_not_shown(shop: Cast) -> None:
    page = shop.browser("kitchen").get("/staff/more").text
    for hidden in ("/staff/people", "/staff/audit", "/staff/kit", "/staff/registration"):
        assert f'href="{hidden}' not in page
