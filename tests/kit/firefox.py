"""Firefox without a window, as a member's phone that really receives pushes.

    with push_service() as service, firefox(push=service, folder=tmp_path) as browser:
        tab = browser.open("http://localhost:8000/member/")
        tab.click("button[name=push]")
        browser.wait_for_alert("消费 ¥38.00")
        browser.click_alert("消费 ¥38.00")
        browser.wait_for_tab("/member/orders/7")

The browser registers with the test push service, decrypts what arrives, wakes the page's worker and draws the
notification itself in a small window. Clicking that window is Firefox's own way of telling the worker
(`notificationclick`), nothing is simulated; it is reached through Firefox's chrome scope of WebDriver BiDi.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.kit.bidi import Bidi, BidiError
from tests.kit.ports import free_port
from tests.kit.processes import running
from tests.kit.pushservice import PushService
from tests.kit.scripts import NOTIFICATIONS, WORKER_IS_ACTIVE
from tests.kit.waiting import wait_until

EXECUTABLE = "/usr/bin/firefox-esr"
ALERT_PAGE = "chrome://global/content/alerts/alert.xhtml"

PREFERENCES: dict[str, object] = {
    "dom.push.testing.allowInsecureServerURL": True,
    "dom.push.connection.enabled": True,
    "permissions.default.desktop-notification": 1,  # allowed everywhere, nobody is asked
    "alerts.useSystemBackend": False,  # Firefox draws notifications itself, so they can be clicked
    "network.manage-offline-status": False,
    "intl.accept_languages": "zh-CN",
    # Quiet: nothing is fetched that no test asked for.
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "",
}

ALERTS = """() => [...Services.wm.getEnumerator("alert:alert")]
    .filter(({document}) => document.readyState === "complete")
    .map(({document}) => ({
        title: document.getElementById("alertTitleLabel").value,
        body: document.getElementById("alertTextLabel").textContent}))"""

CLICK_ALERT = """(title) => {
    for (const {document} of Services.wm.getEnumerator("alert:alert"))
        if (document.getElementById("alertTitleLabel")?.value === title)
            document.getElementById("alertNotification").click();
}"""

CENTRE = """(selector) => {
    const element = document.querySelector(selector);
    if (!element?.checkVisibility()) return null;
    element.scrollIntoView({block: "center", behavior: "instant"});
    const box = element.getBoundingClientRect();
    return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
}"""


class Tab:
    """One page. JavaScript given to it is a function, async or not, with JSON arguments and result."""

    def __init__(self, bidi: Bidi, context: str) -> None:
        self._bidi = bidi
        self.context = context

    @property
    def url(self) -> str:
        tree = self._bidi.send("browsingContext.getTree", root=self.context)
        return str(tree["contexts"][0]["url"])

    def goto(self, url: str) -> None:
        """Open `url` and wait until it is loaded."""
        self._bidi.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def run(self, function: str, *arguments: object) -> Any:
        """The result of a function in the page: `tab.run("(a) => document.title + a", "!")`."""
        return self._bidi.call({"context": self.context}, function, *arguments)

    def wait_for(self, function: str, *arguments: object, what: str = "", seconds: float = 10.0) -> Any:
        """Wait until the function gives something true, and return that. While the page changes it may throw."""
        thrown: list[BidiError] = []

        def ask() -> Any:
            try:
                return self.run(function, *arguments)
            except BidiError as error:
                thrown.append(error)
                return None

        try:
            return wait_until(ask, what=what or function, seconds=seconds, pause=0.05)
        except TimeoutError as late:
            raise TimeoutError(f"{late} {thrown[-1] if thrown else ''}") from None

    def wait_for_worker(self, scope: str) -> None:
        """Wait until the service worker of `scope` (a path like `/member/`) is active."""
        self.wait_for(WORKER_IS_ACTIVE, scope, what=f"a worker for {scope}")

    def notifications(self, scope: str) -> list[dict[str, Any]]:
        """The notifications that the worker of `scope` shows: title, body, tag, lang, data."""
        shown: list[dict[str, Any]] = self.run(NOTIFICATIONS, scope)
        return shown

    def click(self, selector: str) -> None:
        """Click the first element of this CSS selector with the mouse, once it is there."""
        x, y = self.wait_for(CENTRE, selector, what=f"an element {selector}")
        steps: list[dict[str, object]] = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def fill(self, selector: str, text: str) -> None:
        """Click into a field and type."""
        self.click(selector)
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": keys})

    def screenshot(self, path: Path) -> None:
        """What is visible, as PNG."""
        taken = self._bidi.send("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(taken["data"]))

    def _act(self, source: dict[str, object]) -> None:
        self._bidi.send("input.performActions", context=self.context, actions=[source])


class Firefox:
    """A running Firefox."""

    def __init__(self, bidi: Bidi) -> None:
        self._bidi = bidi

    def open(self, url: str, *, width: int = 360, height: int = 740) -> Tab:
        """A new tab of a phone's size."""
        tab = Tab(self._bidi, self._bidi.send("browsingContext.create", type="tab")["context"])
        viewport = {"width": width, "height": height}
        self._bidi.send("browsingContext.setViewport", context=tab.context, viewport=viewport)
        tab.goto(url)
        return tab

    def wait_for_tab(self, address: str, *, seconds: float = 10.0) -> Tab:
        """Wait until some tab shows an address that contains `address`."""

        def find() -> Tab | None:
            contexts = self._bidi.send("browsingContext.getTree")["contexts"]
            found = [each["context"] for each in contexts if address in each["url"]]
            return Tab(self._bidi, found[0]) if found else None

        tab = wait_until(find, what=f"a tab with {address}", seconds=seconds, pause=0.05)
        assert tab is not None
        return tab

    def alerts(self) -> list[dict[str, str]]:
        """The notifications on the screen: title and body as Firefox draws them."""
        drawn: list[dict[str, str]] = self._bidi.call(self._chrome(), ALERTS)
        return drawn

    def wait_for_alert(self, title: str, *, seconds: float = 10.0) -> dict[str, str]:
        """Wait until a notification with this title is on the screen."""

        def find() -> dict[str, str] | None:
            return next((each for each in self.alerts() if each["title"] == title), None)

        alert = wait_until(find, what=f"a notification {title!r}", seconds=seconds, pause=0.05)
        assert alert is not None
        return alert

    def click_alert(self, title: str) -> None:
        """Click the notification with this title, as a person would."""
        self._bidi.call(self._chrome(), CLICK_ALERT, title)

    def _chrome(self) -> dict[str, str]:
        tree = self._bidi.send("browsingContext.getTree", **{"moz:scope": "chrome"})
        window = next(each for each in tree["contexts"] if each["url"] != ALERT_PAGE)
        return {"context": window["context"]}


@contextmanager
def firefox(*, push: PushService, folder: Path, language: str = "zh-CN") -> Iterator[Firefox]:
    """Start Firefox with a fresh profile below `folder`, registered with `push` (about 4 s)."""
    profile = folder / "firefox"
    profile.mkdir(parents=True)
    settings = PREFERENCES | {"dom.push.serverURL": push.websocket_url, "intl.accept_languages": language}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items()]
    (profile / "user.js").write_text("".join(lines))
    port = free_port()
    command = [
        *(EXECUTABLE, "--headless", "--no-remote", "--profile", str(profile)),
        *("--remote-debugging-port", str(port), "--remote-allow-system-access", "about:blank"),
    ]
    with running(command, log=folder / "firefox.log") as child:
        child.wait_for_port(port)
        with Bidi(port) as bidi:
            yield Firefox(bidi)
