"""Sorting by hand: a page whose rows are dragged, or moved by arrows; without script each arrow is a post of its own."""

from typing import Any

from flask import request

from services.catalog.schemas import SortIn
from webapp.web import forms


def order() -> list[int]:
    """The ids in the order that was sent. Raises Invalid."""
    ids: list[int] = forms.load(SortIn, forms.typed())["ids"]
    return _moved(ids, request.form)


def by_arrow() -> bool:
    """Whether one arrow was pressed on a page without script: then the page is shown again."""
    return "up" in request.form or "down" in request.form


def _moved(ids: list[int], sent: Any) -> list[int]:
    for arrow, step in (("up", -1), ("down", 1)):
        place = next((place for place, each in enumerate(ids) if str(each) == sent.get(arrow)), None)
        if place is not None and 0 <= place + step < len(ids):
            ids[place], ids[place + step] = ids[place + step], ids[place]
    return ids
