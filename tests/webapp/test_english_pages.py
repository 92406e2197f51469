"""Every page of both apps opens in English, too: what a translation breaks, it breaks only there."""

import re
from collections.abc import Iterator

from flask import Flask

from tests.browse import Browser
from tests.cast import Cast
from tests.webapp.foreign import Foreign, make_foreign

ENGLISH = {"Accept-Language": "en"}
LEAST = {"/staff/": 90, "/member/": 25}  # pages that open: fewer means that nobody was let in


def visits(app: Flask, foreign: Foreign, browser: Browser, under: str) -> Iterator[tuple[str, int, str]]:
    """Every page below `under`, with the real ids: address, status, text."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule.startswith(under):
            address = foreign.address(rule)
            answer = browser.get(address, headers=ENGLISH)
            yield address, answer.status_code, answer.text if answer.mimetype == "text/html" else ""


def test_every_page_opens_in_english(shop: Cast, app: Flask) -> None:
    foreign = make_foreign(shop)
    for under, browser in (("/staff/", shop.browser("owner")), ("/member/", shop.phone(foreign.till.member))):
        seen = list(visits(app, foreign, browser, under))
        assert not [(address, status) for address, status, _ in seen if status >= 500]
        english = [address for address, status, text in seen if status == 200 and re.search(r'<html lang="en', text)]
        assert len(english) >= LEAST[under], english
