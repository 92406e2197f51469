"""Money at the same moment: who comes second waits for the first and sees what the first did; nobody waits in a circle.

On SQLite one writer follows the other, so that nothing can come between; the same must hold there.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.checkout import reactions
from services.checkout.commands import refund_order
from services.checkout.rules.refunds import Wish
from services.loyalty.queries.ladder import get_growth_of_order
from services.shared import database
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk

_I_AM_IN_THE_WAY = text("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
Act = Callable[..., object]


class Other(threading.Thread):
    """Somebody else who does `act` in a transaction of their own; `error` is what came of it, if it failed."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act, self.error = act, None
        self.start()

    error: BaseException | None

    def run(self) -> None:
        """Begin, act, commit."""
        try:
            with database.transaction() as session:
                self.act(session)
        except BaseException as error:
            self.error = error

    def done(self) -> None:
        """Wait for the end; it must have been a good one."""
        self.join(20)
        assert not self.is_alive()
        assert self.error is None, self.error


def meanwhile(session: Session, act: Act) -> Other:
    """Let somebody else `act` while `session` is open: until they are done, or wait for us. SQLite lets nobody in before we are done."""
    other = Other(act)
    if session.get_bind().dialect.name == "postgresql":
        while other.is_alive() and not _in_the_way(session):
            other.join(0.01)
    return other


def _in_the_way(session: Session) -> bool:
    session.execute(text("SELECT pg_stat_clear_snapshot()"))
    return bool(session.scalar(_I_AM_IN_THE_WAY))


def interrupt(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, act: Act, *, after: bool = False) -> list[Other]:
    """Let somebody else `act`, told the same, when a function is called first: before it, or `after`. The list has them then."""
    real, others = getattr(where, name), list[Other]()

    def slow(session: Session, *told: Any, **named: Any) -> Any:
        if others:
            return real(session, *told, **named)
        answer = real(session, *told, **named) if after else None
        others.append(meanwhile(session, lambda own: act(own, *told)))
        return answer if after else real(session, *told, **named)

    monkeypatch.setattr(where, name, slow)
    return others


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


def test_an_order_that_is_refunded_while_it_starts_to_count_counts_for_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reaction to the sale has read what is paid when the whole of it goes back."""

    def refund(session: Session, order_id: int) -> None:
        refund_order(session, order_id, Wish("whole"), "退", actor=desk.shop.manager, at=desk.now)

    others = interrupt(monkeypatch, reactions, "hold_paid_by_member", refund, after=True)
    order = desk.sell(("提拉米苏", 2))
    others[0].done()
    with database.reading() as session:
        assert get_growth_of_order(session, desk.member.id, order.id) == 0
    assert (desk.order(order).state, faults()) == ("refunded", [])
