"""What every journey finds ready: a shop that is open, phones, tills, a camera, a push service, a contact sheet.

    def test_the_cashier_sees_the_member(shop: Shop, desk: OpenDevice, camera: Camera) -> None:
        till = desk(locale="en").new_page()
        till.goto(f"{shop.origin}/staff/")

`phone(…)` and `desk(…)` open a device each time they are called and close it after the test. A device fails its test when
a page threw an error, broke the content security policy, or asked anybody but the shop for anything.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.kit.camera import Camera
from tests.kit.chromium import DESK, PHONE, Chromium, Screen, Theme, chromium, complaints_of
from tests.kit.contact_sheet import ContactSheet
from tests.kit.pushservice import PushService, push_service
from tests.kit.shop import Shop, running_shop
from tests.kit.shop_logs import leaks_of
from tests.kit.traffic import Traffic

expect.set_options(timeout=20_000)  # ms: a machine that is busy with other tests is slow, not broken


class OpenDevice(Protocol):
    """Opens a device; with `profile` a lasting one, which installability and notifications need."""

    def __call__(
        self, *, profile: Path | None = None, locale: str = "zh-CN", theme: Theme = "light"
    ) -> BrowserContext: ...


@pytest.hookimpl(tryfirst=True)  # before those of the other folders
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    """The fake camera of every device; `camera.show(code)` before the page opens it."""
    return Camera(tmp_path_factory.mktemp("camera"))


# Not the whole session: while the browser runs, nothing else in this thread may use asyncio.
@pytest.fixture(scope="package")
def browser(camera: Camera) -> Iterator[Chromium]:
    with chromium(camera=camera) as running:
        yield running


@pytest.fixture(scope="package")
def push() -> Iterator[PushService]:
    """The push service that the shop is allowed to send to."""
    with push_service() as service:
        yield service


@pytest.fixture(scope="package")
def shop(push: PushService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The demo shop, shared by all journeys: leave it open, and look for what you made yourself."""
    extra = push.origin.removeprefix("http://")
    with running_shop(tmp_path_factory.mktemp("shop"), env={"CHANGKE_PUSH_EXTRA_HOSTS": extra}) as running:
        yield running
        assert leaks_of(running.logs, running.data) == [], "the logs of the whole run say too much"


@pytest.fixture(scope="package")
def sheet() -> Iterator[ContactSheet]:
    """Takes the shots; the index is written when the last journey is over."""
    taken = ContactSheet()
    yield taken
    taken.write_index()


@pytest.fixture
def phone(browser: Chromium, shop: Shop) -> Iterator[OpenDevice]:
    with _devices(browser, shop.origin, PHONE) as opens:
        yield opens


@pytest.fixture
def desk(browser: Chromium, shop: Shop) -> Iterator[OpenDevice]:
    with _devices(browser, shop.origin, DESK) as opens:
        yield opens


@contextmanager
def _devices(browser: Chromium, origin: str, screen: Screen) -> Iterator[OpenDevice]:
    with ExitStack() as devices:
        checks: list[Callable[[], None]] = []

        def open_device(
            *, profile: Path | None = None, locale: str = "zh-CN", theme: Theme = "light"
        ) -> BrowserContext:
            context = devices.enter_context(browser.device(screen, profile=profile, locale=locale, theme=theme))
            checks.append(partial(_behaved, complaints_of(context), Traffic(context), origin))
            return context

        yield open_device
        for check in checks:
            check()


def _behaved(complaints: list[str], traffic: Traffic, origin: str) -> None:
    assert complaints == []
    assert traffic.outsiders(origin) == []
