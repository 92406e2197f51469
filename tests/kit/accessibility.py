"""axe-core in a page: what keeps people with a screen reader, a keyboard or weak eyes from using it."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parents[2]
# WCAG 2.2 AA and axe's own best practices
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return (REPOSITORY / "node_modules" / "axe-core" / "axe.min.js").read_text()


def axe(page: Page, *, colours: bool = False) -> list[str]:
    """What axe finds on the page as it stands, one readable line for each rule and element; empty is good. `colours`: contrast alone, which
    is what another theme of the same markup can break.

    The source goes in by DevTools, past the content security policy that would block a script tag.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    # `preload` is for sounds that play by themselves, of which we have none; what passed is much, and read by nobody.
    which = {"type": "rule", "values": ["color-contrast"]} if colours else {"type": "tag", "values": RULES}
    question = {"runOnly": which, "resultTypes": ["violations"], "preload": False}
    violations = page.evaluate("async question => (await axe.run(document, question)).violations", question)
    return [line for violation in violations for line in _lines(violation)]


def _lines(violation: dict[str, Any]) -> list[str]:
    return [f"{violation['id']}: {_where(node)}: {_why(node)}" for node in violation["nodes"]]


def _where(node: dict[str, Any]) -> str:
    return " ".join(str(each) for each in node["target"])


def _why(node: dict[str, Any]) -> str:
    return str(node["failureSummary"]).partition("\n")[2].strip().replace("\n", ";")
