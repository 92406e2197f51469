"""A sale reaches a real browser: Firefox subscribes, receives, decrypts, shows the notification, and a click opens the receipt."""

from pathlib import Path

from tests.browser.people import Program
from tests.kit.firefox import Firefox, Tab, firefox
from tests.kit.pushservice import PushService
from tests.kit.shop import Shop

IS_ON = "() => document.querySelector('ck-push')?.getAttribute('state') === 'granted'"


def open_app(browser: Firefox, shop: Shop, program: Program) -> Tab:
    """The member's phone, signed in by the code that staff show, at home."""
    tab = browser.open(program.ticket())
    tab.click("main button[type=submit]")
    tab.wait_for("() => location.pathname === '/member/'", what="the member's home")
    tab.wait_for_worker("/member/")
    return tab


def test_the_notification_of_a_sale_arrives_and_leads_to_the_receipt(
    shop: Shop, push: PushService, tmp_path: Path
) -> None:
    program = Program(shop)
    with firefox(push=push, folder=tmp_path) as browser:
        tab = open_app(browser, shop, program)
        tab.click("ck-push [data-on]")
        tab.wait_for(IS_ON, what="notifications switched on")
        order = program.sell()
        title = f"消费 ¥{order['paid']}"
        assert browser.wait_for_alert(title)["body"].startswith("小票收好了，点开看看")
        push.wait_for_browser()
        shown = tab.notifications("/member/")
        assert [each["data"]["navigate"] for each in shown] == [f"{shop.origin}/member/orders/{order['id']}"]
        browser.click_alert(title)
        receipt = browser.wait_for_tab(f"/member/orders/{order['id']}")
        receipt.wait_for("(code) => document.body.innerText.includes(code)", order["receipt_code"])
    assert push.faults == []


def test_a_test_notification_arrives_and_switching_off_ends_it(shop: Shop, push: PushService, tmp_path: Path) -> None:
    program = Program(shop)
    with firefox(push=push, folder=tmp_path) as browser:
        tab = open_app(browser, shop, program)
        tab.goto(f"{shop.origin}/member/me")
        tab.click("ck-push [data-on]")
        tab.wait_for(IS_ON, what="notifications switched on")
        tab.click("ck-push [data-test]")
        browser.wait_for_alert("小满甜品")
        device = push.browsers[-1].token
        tab.click("ck-push [data-off]")
        tab.wait_for("() => document.querySelector('ck-push').getAttribute('state') === 'default'", what="switched off")
        program.sell()
        shop.run("work", "--until-idle")
    assert [each.status for each in push.received if each.token == device] == [201]
