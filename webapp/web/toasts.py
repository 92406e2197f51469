"""What the app says after something was done: a line at the bottom, with a way back where there is one."""

import json
from typing import Any

from flask import Response, flash


def say(text: str, *, undo: str = "") -> None:
    """Say `text` on the next page; `undo` is the address to which 撤销 posts."""
    flash({"text": text, "undo": undo} if undo else text)  # type: ignore[arg-type]


def say_with(response: Response, text: str) -> Response:
    """Say `text` at once beside a fragment that htmx swaps in."""
    response.headers["HX-Trigger"] = json.dumps({"ck:toast": {"text": text}})
    return response


def tell(events: dict[str, Any]) -> Response:
    """Nothing to show: the page's own script hears what happened (`ck:member`, `ck:toast`)."""
    response = Response(status=204)
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
