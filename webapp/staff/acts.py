"""One tap on one thing: do it, say so, go back. For what needs nothing typed (put away, restore, pause)."""

from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.shared import clock
from webapp.web import edge, toasts


def act(command: Any, thing_id: int, said: str, *, to: str, undo: str = "") -> ResponseReturnValue:
    """Call `command(session, thing_id, actor=…, at=…)` in one write, say `said` (with 撤销 at `undo`) on the page at `to`."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        command(session, thing_id, actor=actor, at=at)
        toasts.say(said, undo=undo)
        return redirect(to, 303)

    return edge.write(effect)
