"""Words that want to be markup, in a real browser: every page of both apps is opened, and nothing of what people wrote is run.

tests/webapp/test_typed_markup.py reads what the server says; this is about what the pages' own scripts do with it.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import OpenDevice
from tests.browser.pages import every_page
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.chromium import PHONE, Chromium
from tests.kit.shop import Shop, running_shop
from tests.webapp.markup import STRINGS

NEWEST = 100  # rows of each table; lists show the newest
LISTENS = "document.addEventListener('securitypolicyviolation', (event) => xq('refused: ' + event.violatedDirective))"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A demo shop of its own, in which whatever was written in Chinese is one of the strings."""
    with running_shop(tmp_path_factory.mktemp("markup")) as running:
        with closing(sqlite3.connect(running.data / "changke.db", timeout=30)) as books, books:
            assert write_over(books) > 500
        running.start_web()
        running.wait_until_healthy()
        yield running


def write_over(books: sqlite3.Connection) -> int:
    """Put a string in the place of every word of the newest rows; how many."""
    strings, count = cycle(text for text in STRINGS if "\0" not in text), 0

    def turned(value: Any) -> Any:
        nonlocal count
        if isinstance(value, dict):
            return {key: turned(each) for key, each in value.items()}
        if isinstance(value, list):
            return [turned(each) for each in value]
        if not isinstance(value, str) or not value:
            return value
        if value[0] in "[{":
            try:
                return json.dumps(turned(json.loads(value)))
            except ValueError:
                return value
        if any("\u4e00" <= each <= "\u9fff" for each in value):
            count += 1
            return next(strings)
        return value

    tables = [
        name
        for (name,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    ]
    for table in tables:
        columns = [row[1] for row in books.execute(f"PRAGMA table_info({table})")]
        for key, *values in books.execute(
            f"SELECT rowid, * FROM {table} ORDER BY rowid DESC LIMIT {NEWEST}"
        ).fetchall():
            new = {name: turned(value) for name, value in zip(columns, values, strict=True)}
            changed = {name: new[name] for name, value in zip(columns, values, strict=True) if new[name] != value}
            if changed:
                places = ", ".join(f"{name} = ?" for name in changed)
                books.execute(f"UPDATE OR IGNORE {table} SET {places} WHERE rowid = ?", (*changed.values(), key))
    return count


def listen(context: BrowserContext, heard: list[str]) -> Page:
    """A page in which the strings would be heard: they call `xq`, as does whatever the policy refuses; so would a dialog."""
    context.expose_function("xq", lambda *said: heard.append(f"called {said}"))
    context.add_init_script(LISTENS)
    page = context.new_page()

    def hear(dialog: Any) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", hear)
    return page


@pytest.mark.timeout(300)
def test_no_page_of_either_app_runs_what_people_wrote(shop: Shop, phone: OpenDevice) -> None:
    heard: list[str] = []
    pages = {who: listen(phone(), heard) for who in ("staff", "member", "nobody")}
    sign_in_staff(shop, pages["staff"], "owner")
    member_id, marked, visited = sign_in_member(shop, pages["member"]), 0, 0
    for place in every_page(shop, member_id):
        page = pages[place.who]
        answer = page.request.get(shop.origin + place.path)
        assert answer.status < 400, f"{place.endpoint} {place.path} answered {answer.status}"
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page.goto(shop.origin + place.path)
        found = page.evaluate(MARKS)
        assert found["made"] == [], place.path
        marked, visited = marked + found["shown"], visited + 1
        assert heard == [], place.path
    assert (visited > 60, marked > 60) == (True, True), (visited, marked)


# Elements and attributes that only the strings name, and whether the page shows any of them as text.
MARKS = """() => ({
  made: [...document.querySelectorAll('[xq], xq-x, [src^="xq"], [href^="xq"], [action^="xq"], [data^="xq"], ' +
    '[href^="javascript:" i], [hx-get="xq"]')].map((each) => each.outerHTML.slice(0, 200)),
  shown: document.documentElement.outerHTML.includes('xq') ? 1 : 0,
})"""


def test_what_is_run_or_refused_would_be_heard(shop: Shop, browser: Chromium) -> None:
    """The control: a call, a script of the page's that is none of ours, and a dialog."""
    heard: list[str] = []
    with browser.device(PHONE) as context:
        page = listen(context, heard)
        page.goto(f"{shop.origin}/staff/sign-in")
        page.evaluate("() => { document.body.insertAdjacentHTML('beforeend', '<img src=xq onerror=xq() xq>') }")
        page.wait_for_function("() => document.images.length && document.images[document.images.length - 1].complete")
        page.evaluate("() => xq('by hand')")
        page.evaluate("() => alert('xq')")
        made = page.evaluate(MARKS)["made"]
    assert len(made) == 1
    assert any("refused: script-src" in each for each in heard), heard
    assert any("by hand" in each for each in heard)
    assert "dialog: xq" in heard
