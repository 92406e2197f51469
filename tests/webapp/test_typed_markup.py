"""Whatever people type is text on every page: markup in names, notes and settings is shown, not followed."""

import pytest

from services.members import commands as members
from services.members.models import Member
from services.shared import database
from services.stores import commands as stores
from services.stores.settings import SETTINGS
from tests.cast import Cast
from tests.selling import Till, fill_shelf, welcome_member

MARKUP = '"><img src=x>%s 100%'
STAFF = (
    "/staff/", "/staff/members", "/staff/members/new", "/staff/members/{member}", "/staff/members/{member}/edit",
    "/staff/members/{member}/sign-in-code", "/staff/counter/members?q=138", "/staff/counter/members/{member}",
    "/staff/orders", "/staff/orders/{order}", "/staff/orders/{order}/receipt", "/staff/audit", "/staff/account",
    "/staff/settings/shop", "/staff/settings/members", "/staff/settings/privacy", "/staff/settings/orders",
    "/staff/registration-links/{link}", "/staff/registration-links/{link}/poster",
)  # fmt: skip
MEMBER = ("/member/", "/member/inbox", "/member/orders/{order}", "/member/points", "/member/me", "/member/me/edit")
PUBLIC = ("/join/{code}", "/member/sign-in", "/staff/sign-in", "/member/offline")


@pytest.fixture
def ids(shop: Cast) -> dict[str, str]:
    """A shop in which everything is called like that."""
    texts = {each.name: MARKUP[: each.most] for each in SETTINGS if each.kind in {"text", "long_text"}}
    with database.transaction() as session:
        stores.change_settings(session, texts, actor=shop.owner, at=shop.at)
        found = {"label": MARKUP, "store_id": shop.east.id, "source": "campaign"}
        link = members.create_registration_link(session, found, actor=shop.owner, at=shop.at)
    till = Till(shop, shop.browser("cashier"), fill_shelf(shop.at), welcome_member(shop.at, MARKUP))
    order = till.sell(till.line("拿铁", note=MARKUP), member=till.member, note=MARKUP)
    return {"member": str(till.member.id), "order": order["id"], "link": str(link.id), "code": link.code}


def test_what_was_typed_is_shown_and_not_followed(shop: Cast, ids: dict[str, str]) -> None:
    member = Member(id=int(ids["member"]))
    for browser, paths in ((shop.browser("owner"), STAFF), (shop.phone(member), MEMBER), (shop.browser(), PUBLIC)):
        for path in paths:
            answer = browser.get(path.format(**ids))
            assert answer.status_code == 200, path
            assert "<img src=x" not in answer.text, path
