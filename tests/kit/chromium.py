"""Phones and tills in Debian's Chromium, driven by Playwright's synchronous API.

    with chromium(camera=Camera(folder)) as browser, browser.phone(locale="en") as context:
        page = context.new_page()

A context is a device of its own: cookies, storage, workers. One with a `profile` folder is a full, lasting profile, as
installability, notifications and a browser that is closed and opened again need it (about 0.7 s to start); without, it
is a private window of the shared browser (some milliseconds).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from playwright.sync_api import Browser, BrowserContext, BrowserType, ConsoleMessage, sync_playwright

from tests.kit.camera import Camera

EXECUTABLE = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Screen:
    """Size in CSS pixels, device pixels for each of them, and whether fingers are used."""

    width: int
    height: int
    scale: float = 1
    touch: bool = False


PHONE = Screen(360, 740, scale=2, touch=True)
SMALL_PHONE = Screen(320, 640, scale=2, touch=True)
DESK = Screen(1280, 800)


class _Viewport(TypedDict):
    width: int
    height: int


class _Manners(TypedDict):
    """The options that private and lasting contexts share."""

    viewport: _Viewport
    device_scale_factor: float
    has_touch: bool
    is_mobile: bool
    locale: str
    color_scheme: Theme
    timezone_id: str
    permissions: Sequence[str]


class Chromium:
    """A running browser; its contexts are phones and tills."""

    def __init__(self, launcher: BrowserType, browser: Browser, arguments: Sequence[str]) -> None:
        self._launcher = launcher
        self._browser = browser
        self._arguments = arguments

    @property
    def version(self) -> str:
        return self._browser.version

    @contextmanager
    def phone(
        self, *, profile: Path | None = None, locale: str = "zh-CN", theme: Theme = "light"
    ) -> Iterator[BrowserContext]:
        """A phone, 360 × 740."""
        with self.device(PHONE, profile=profile, locale=locale, theme=theme) as context:
            yield context

    @contextmanager
    def desk(
        self, *, profile: Path | None = None, locale: str = "zh-CN", theme: Theme = "light"
    ) -> Iterator[BrowserContext]:
        """A computer, 1280 × 800."""
        with self.device(DESK, profile=profile, locale=locale, theme=theme) as context:
            yield context

    @contextmanager
    def device(
        self, screen: Screen, *, profile: Path | None = None, locale: str = "zh-CN", theme: Theme = "light"
    ) -> Iterator[BrowserContext]:
        """Any device; with `profile` a lasting one that is kept in that folder."""
        context = self._open(screen, profile, locale, theme)
        context.set_default_timeout(30_000)
        try:
            yield context
        finally:
            context.close()

    def _open(self, screen: Screen, profile: Path | None, locale: str, theme: Theme) -> BrowserContext:
        manners = _Manners(
            viewport={"width": screen.width, "height": screen.height},
            device_scale_factor=screen.scale,
            has_touch=screen.touch,
            is_mobile=screen.touch,
            locale=locale,
            color_scheme=theme,
            timezone_id="Asia/Shanghai",
            permissions=["notifications", "camera", "clipboard-read", "clipboard-write"],
        )
        if profile is None:
            return self._browser.new_context(**manners)
        return self._launcher.launch_persistent_context(
            profile, executable_path=EXECUTABLE, headless=True, args=self._arguments, **manners
        )


@contextmanager
def chromium(*, camera: Camera | None = None) -> Iterator[Chromium]:
    """Start the browser (about 1.5 s). While it runs, its thread cannot use asyncio for anything else."""
    arguments = [*FLAGS, *(camera.chromium_arguments if camera else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, headless=True, args=arguments)
        try:
            yield Chromium(playwright.chromium, browser, arguments)
        finally:
            browser.close()


def complaints_of(context: BrowserContext) -> list[str]:
    """A list that fills with what goes wrong in the pages of this device: script errors and console errors, of which
    a refusal by the content security policy is one. A sound journey leaves it empty; answers like 422 and a lost
    network are part of sound journeys and not listed."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            found.append(f"{message.location.get('url', '')}: {message.text}")

    context.on("console", hear)
    context.on("weberror", lambda broken: found.append(str(broken.error)))
    return found
