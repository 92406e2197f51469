"""The kit's own tests share one browser, and a small installable page to try things on."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.kit.camera import Camera
from tests.kit.chromium import Chromium, chromium
from tests.kit.webpages import Page, serving

HOME = """<!doctype html><html lang="zh-CN"><head><title>常客</title>
<meta name="viewport" content="width=device-width"><link rel="manifest" href="/app.webmanifest">
<link rel="icon" href="/icon.png"></head>
<body><main><h1>小满甜品</h1><button>开启提醒</button></main><script src="/page.js"></script></body></html>"""

WORKER = """
importScripts("/extra.js");
addEventListener("install", (event) => event.waitUntil(
    caches.open("shell").then((cache) => cache.addAll(["/", "/page.js"])).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith(
    fetch(event.request).catch(() => caches.match(event.request)).then((answer) => answer ?? Response.error())));
addEventListener("push", (event) => {
    const {title, body, navigate, lang, tag} = event.data.json().notification;
    event.waitUntil(registration.showNotification(title, {body, lang, tag, data: {navigate}}));
});
addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(clients.openWindow(event.notification.data.navigate));
});
"""

MANIFEST = {
    "id": "/",
    "name": "小满甜品",
    "start_url": "/",
    "scope": "/",
    "display": "standalone",
    "icons": [{"src": "/icon.png", "sizes": "192x192", "type": "image/png"}],
}
LASTING = {"Cache-Control": "public, max-age=31536000, immutable"}
STRICT = {"Content-Security-Policy": "default-src 'self'"}


def icon() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (192, 192), "#952847").save(drawn, "PNG")
    return drawn.getvalue()


PAGES = {
    "/": Page(HOME, headers=STRICT),
    "/page.js": Page("navigator.serviceWorker.register('/worker.js');", "text/javascript", LASTING),
    "/extra.js": Page("//" + "x" * 3000, "text/javascript"),
    "/worker.js": Page(WORKER, "text/javascript"),
    "/app.webmanifest": Page(json.dumps(MANIFEST), "application/manifest+json"),
    "/icon.png": Page(icon(), "image/png"),
    "/orders/1": Page("<!doctype html><title>订单</title>"),
}


@pytest.fixture(scope="package")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return Camera(tmp_path_factory.mktemp("camera"))


@pytest.fixture(scope="package")
def browser(camera: Camera) -> Iterator[Chromium]:
    with chromium(camera=camera) as running:
        yield running


@pytest.fixture(scope="package")
def site() -> Iterator[str]:
    """The origin of a small installable app with a strict content security policy."""
    with serving(PAGES) as origin:
        yield origin


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"
