"""What the tests of the back office share: products to look at, pictures to send, questions counted."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image
from sqlalchemy import event

from services.catalog import commands
from services.shared import database, runtime
from tests.cast import Cast


def stock(shop: Cast, *names: str, **more: Any) -> list[int]:
    """Products of 12 yuan; their ids."""
    with database.transaction() as session:
        return [
            commands.create_product(session, {"name": name, "price": 1200} | more, actor=shop.owner, at=shop.at).id
            for name in names
        ]


def shelf(shop: Cast, name: str) -> int:
    """A shelf; its id."""
    with database.transaction() as session:
        return commands.create_category(session, {"name": name}, actor=shop.owner, at=shop.at).id


def ordered(*ids: int) -> dict[str, Any]:
    """What a page for sorting sends."""
    return {"ids[]": list(ids)}


def photo(colour: str = "#b43c28") -> tuple[io.BytesIO, str]:
    """A picture as a browser sends it."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return io.BytesIO(out.getvalue()), "IMG_0001.JPG"


@contextmanager
def counted() -> Iterator[list[str]]:
    """The questions that the database is asked meanwhile."""
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    engine = runtime.current().engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", hear)
