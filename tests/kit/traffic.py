"""What a device fetches: how many bytes, of which kind, and from whom. Covers pages and service workers."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Request

LOCAL_SCHEMES = {"data", "blob"}


@dataclass(frozen=True)
class Transfer:
    """One answer as it crossed the wire: `size` counts compressed body and headers, in bytes."""

    url: str
    kind: str  # image, script, or Playwright's resource type: document, stylesheet, font, fetch, manifest, other
    size: int
    by_worker: bool


class Traffic:
    """Records everything a device asks for from now on. A fresh context is a first visit: its cache is empty."""

    def __init__(self, context: BrowserContext) -> None:
        self._asked: list[Request] = []
        self._answered: list[Request] = []
        context.on("request", self._note_question)
        context.on("requestfinished", self._note_answer)

    # Playwright marks the handlers it is given, which a built-in like `list.append` does not allow.
    def _note_question(self, request: Request) -> None:
        self._asked.append(request)

    def _note_answer(self, request: Request) -> None:
        self._answered.append(request)

    def outsiders(self, origin: str) -> list[str]:
        """Every address that was asked for and does not belong to `origin`; must be empty."""
        wanted = urlsplit(origin)
        return [url for url in self.urls() if urlsplit(url)[:2] != wanted[:2]]

    def urls(self) -> list[str]:
        """Every address that was asked for, in order, also those that failed."""
        return [each.url for each in self._asked if urlsplit(each.url).scheme not in LOCAL_SCHEMES]

    def transfers(self) -> list[Transfer]:
        """Every answer that came over the network. Call it while the context is open, after the last answer."""
        return [_measured(each) for each in self._answered if _crossed_the_wire(each)]

    def by_kind(self) -> Counter[str]:
        """Bytes for each kind of answer."""
        total: Counter[str] = Counter()
        for each in self.transfers():
            total[each.kind] += each.size
        return total

    def weight(self, *, pictures: bool = False, worker: bool = True) -> int:
        """Bytes altogether; as a rule without pictures, and with what the worker fetched for later."""
        return sum(
            each.size
            for each in self.transfers()
            if (pictures or each.kind != "image") and (worker or not each.by_worker)
        )

    def table(self) -> str:
        """The transfers as lines of text, the biggest first: what to look at when a page is too heavy."""
        rows = sorted(self.transfers(), key=lambda each: -each.size)
        return "\n".join(
            f"{each.size:8d}  {each.kind:10}  {'worker' if each.by_worker else 'page':6}  {each.url}" for each in rows
        )


def _crossed_the_wire(request: Request) -> bool:
    """Neither made up by the page, nor answered by the worker, nor taken from the browser's own cache."""
    response = request.response()
    if response is None or response.from_service_worker or urlsplit(request.url).scheme in LOCAL_SCHEMES:
        return False
    return _starts_a_worker(request) or request.sizes()["responseBodySize"] >= 0


def _starts_a_worker(request: Request) -> bool:
    """A worker's own script or what it imports. They are loaded past the cache, before DevTools can count."""
    return request.service_worker is not None and request.resource_type != "fetch"


def _measured(request: Request) -> Transfer:
    sizes = request.sizes()
    response = request.response()
    assert response is not None
    headers = response.headers
    body = int(headers["content-length"]) if _starts_a_worker(request) else sizes["responseBodySize"]
    return Transfer(
        url=request.url,
        kind=_kind(headers.get("content-type", "")) or request.resource_type,
        size=body + sizes["responseHeadersSize"],
        by_worker=request.service_worker is not None,
    )


def _kind(content_type: str) -> str | None:
    """Icons and imported scripts are "other" to DevTools; their content type tells more."""
    if content_type.startswith("image/"):
        return "image"
    return "script" if "javascript" in content_type else None
