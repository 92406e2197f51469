"""An import is taken back at the same moment as one of its cards buys: the card stays, or nothing is sold to it."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from services.checkout.commands import complete_order, sales
from services.dataio import commands
from services.dataio.commands.working import work_part
from services.members.errors import MemberErased
from services.shared import clock, database
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.services.test_erasure_races import check
from tests.services.test_imports import ROWS, bring, member, outcomes, run, undo, workbook
from tests.services.test_money_races import interrupt

RAIN, ZHEN = "+8613800138001", "+8613800138002"  # the first brought points and money along, the second nothing


@pytest.fixture
def desk(shop: Cast) -> Desk:
    """A desk where the cards of an import buy."""
    return open_desk(shop)


def bring_two(desk: Desk) -> int:
    import_id = bring(desk.shop, workbook(ROWS[:2]))
    run(desk.shop, import_id)
    return import_id


def card(desk: Desk, phone: str) -> Desk:
    found = member(phone)
    assert found
    return replace(desk, member=found)


@pytest.mark.parametrize("phone", [RAIN, ZHEN])
def test_a_card_that_is_buying_while_its_import_is_taken_back_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, phone: str
) -> None:
    import_id = bring_two(desk)
    with database.transaction() as session:
        commands.undo_import(session, import_id, actor=desk.shop.owner, at=clock.now())

    def undo_now(session: Session, *_: object) -> None:
        work_part(session, import_id, at=clock.now())

    act = interrupt(monkeypatch, sales, "_enter", undo_now, after=True)
    card(desk, phone).sell(("曲奇", 1))
    act[0].done()
    assert (outcomes(import_id), faults()) == (
        {4: "kept", 5: "undone"} if phone == RAIN else {4: "undone", 5: "kept"},
        [],
    )


@pytest.mark.parametrize("phone", [RAIN, ZHEN])
def test_a_sale_that_was_checked_before_its_import_was_taken_back_is_not_written(desk: Desk, phone: str) -> None:
    import_id = bring_two(desk)
    sale = check(card(desk, phone), "曲奇")
    assert undo(desk.shop, import_id) == {4: "undone", 5: "undone"}
    with pytest.raises(MemberErased), database.transaction() as session:
        complete_order(session, sale, origin="counter", actor=desk.shop.manager, at=desk.now)
    assert faults() == []
