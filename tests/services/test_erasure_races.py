"""A member is erased at the same moment as something of theirs is written: nobody waits in a circle, and nothing is left with nobody."""

import pytest
from sqlalchemy.orm import Session

from services.checkout.commands import sales
from services.privacy.commands import erase_member
from services.shared import database
from services.shared.actors import SYSTEM
from services.wallet.queries import get_balance
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.services.test_money_races import interrupt


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


def erase(desk: Desk, session: Session) -> None:
    erase_member(session, desk.member.id, give_up=True, reason="本人要求", actor=SYSTEM, at=desk.now)


def test_a_sale_and_the_erasure_of_its_buyer_do_not_wait_in_a_circle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sale has moved their points; its order, that points at them, is still to be written."""
    desk.give_points(1000)
    desk.top_up(5000)
    monkeypatch.setattr(desk, "_proof", lambda _: None)  # nothing of theirs is spent
    others = interrupt(monkeypatch, sales, "_spend", lambda session, *_: erase(desk, session), after=True)
    desk.sell(("提拉米苏", 2))
    others[0].done()
    with database.reading() as session:
        assert get_balance(session, desk.member.id).total == 0
    assert faults() == []
