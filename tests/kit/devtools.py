"""What only Chromium's DevTools can do: installability, a push without a push service, a passkey authenticator."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.kit.scripts import NOTIFICATIONS, WORKER_IS_ACTIVE
from tests.kit.waiting import wait_until


def installability_errors(page: Page) -> list[str]:
    """Why the browser would not install this page as an app; empty when it would.

    Ask in a context with a profile: a private window is never installable.
    """
    with _session(page) as session:
        answer = session.send("Page.getInstallabilityErrors")
    return [_readable(each) for each in answer["installabilityErrors"]]


def _readable(error: dict[str, Any]) -> str:
    details = ", ".join(f"{each['name']}={each['value']}" for each in error["errorArguments"])
    return f"{error['errorId']}({details})" if details else str(error["errorId"])


def wait_for_worker(page: Page, scope: str, *, seconds: float = 10.0) -> None:
    """Wait until the service worker of `scope` (a path like `/member/`) is active."""
    wait_until(lambda: page.evaluate(WORKER_IS_ACTIVE, scope), what=f"a worker for {scope}", seconds=seconds)


def deliver_push(page: Page, payload: object, *, scope: str) -> None:
    """Give the worker of `scope` a push message, decrypted, as if a push service had sent it.

    `payload` is sent as JSON. Needs a context with a profile to show a notification.
    """
    wanted = page.evaluate("scope => new URL(scope, location.href).href", scope)
    origin = page.evaluate("location.origin")
    with _session(page) as session:
        registration = _registration(page, session, wanted)
        message = {"origin": origin, "registrationId": registration, "data": json.dumps(payload)}
        session.send("ServiceWorker.deliverPushMessage", message)


def dispatch_sync(page: Page, tag: str, *, scope: str) -> None:
    """Tell the worker of `scope` that the network is back, as Background Sync does."""
    wanted = page.evaluate("scope => new URL(scope, location.href).href", scope)
    origin = page.evaluate("location.origin")
    with _session(page) as session:
        registration = _registration(page, session, wanted)
        message = {"origin": origin, "registrationId": registration, "tag": tag, "lastChance": False}
        session.send("ServiceWorker.dispatchSyncEvent", message)


def _registration(page: Page, session: CDPSession, scope_url: str) -> str:
    found: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        found.update({each["scopeURL"]: each["registrationId"] for each in event["registrations"]})

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    for _ in range(100):  # events arrive only while Playwright is asked to do something
        if scope_url in found:
            return found[scope_url]
        page.wait_for_timeout(20)
    raise LookupError(f"No worker is registered for {scope_url}, only for {sorted(found)}.")


def notifications(page: Page, scope: str) -> list[dict[str, Any]]:
    """The notifications that the worker of `scope` shows: title, body, tag, lang, data."""
    shown: list[dict[str, Any]] = page.evaluate(NOTIFICATIONS, scope)
    return shown


def add_authenticator(page: Page) -> CDPSession:
    """A built-in authenticator (like a phone's) that says yes to every passkey question of this page.

    It lasts until the page closes. Passkeys need `http://localhost`, not 127.0.0.1.
    """
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


@contextmanager
def _session(page: Page) -> Iterator[CDPSession]:
    session = page.context.new_cdp_session(page)
    try:
        yield session
    finally:
        session.detach()
