"""Two cards are merged at the same moment as something of theirs is written: nobody waits in a circle, and no money is lost."""

from contextlib import suppress

import pytest
from sqlalchemy.orm import Session

from services.checkout.commands import complete_order, refund_order, sales
from services.checkout.commands import refunds as refunds_commands
from services.checkout.commands.top_ups import top_up
from services.checkout.rules.refunds import Wish
from services.loyalty.errors import PointsInsufficient
from services.members.errors import MemberMerged
from services.merging.commands import merge_members, undo_merge
from services.merging.errors import NotUndoable
from services.shared import database
from services.shared.refusals import Refusal
from services.signin.errors import ProofRequired
from services.wallet import commands as wallet
from tests.cast import Cast
from tests.conftest import ENGINE
from tests.refunding import Desk, faults, open_desk
from tests.services.test_erasure_races import check
from tests.services.test_merging import earn, merge, second_card, store
from tests.services.test_money_races import interrupt


@pytest.fixture
def desk(shop: Cast) -> Desk:
    """A desk whose member's card lives on."""
    return open_desk(shop)


@pytest.fixture
def other(desk: Desk) -> Desk:
    """The same desk with the other card."""
    return second_card(desk)


def join(desk: Desk, other: Desk, session: Session) -> None:
    """What somebody else does meanwhile."""
    merge_members(session, desk.member.id, other.member.id, {}, agreed=True, actor=desk.shop.manager, at=desk.now)


def test_a_sale_to_a_card_and_its_merge_do_not_wait_in_a_circle(
    desk: Desk, other: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sale has moved the points and the wallet of the card; its order is still to be written."""
    store(other, 10000)
    earn(other, 1000)
    act = interrupt(monkeypatch, sales, "_spend", lambda session, *_: join(desk, other, session), after=True)
    other.sell(("提拉米苏", 2), paid={"wallet": 6000})
    act[0].done()
    assert (sum(desk.wallet), other.wallet, other.points, faults()) == (4000, (0, 0), 0, [])


@pytest.mark.parametrize("way", ["earns", "spends", "first"])
def test_a_sale_that_was_checked_before_its_buyer_was_merged_is_not_written(desk: Desk, other: Desk, way: str) -> None:
    if way != "first":
        earn(other, 1000)
    sale = check(other, "曲奇", points=200 if way == "spends" else 0)
    merge(desk, other)
    with pytest.raises((MemberMerged, ProofRequired, PointsInsufficient)), database.transaction() as session:
        complete_order(session, sale, origin="counter", actor=desk.shop.manager, at=desk.now)
    assert faults() == []


def test_nobody_pays_into_a_card_that_is_merged_at_this_moment(
    desk: Desk, other: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"store_id": desk.shop.east.id, "amount": 10000, "tenders": [{"kind": "wechat", "amount": 10000}]}
    act = interrupt(monkeypatch, wallet, "record_top_up", lambda session, *_: join(desk, other, session))
    with database.transaction() as session:
        try:
            top_up(session, other.member.id, sent, actor=desk.shop.manager, at=desk.now)
        except Refusal:
            assert session.get_bind().dialect.name == "postgresql"  # SQLite lets one writer follow the other
    act[0].done()
    assert (other.wallet, faults()) == ((0, 0), [])


@pytest.mark.parametrize("way", ["merge", "undo"])
def test_a_refund_and_a_merge_or_its_undoing_do_not_wait_in_a_circle(
    desk: Desk, other: Desk, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The refund has read the order and is about to move what it moved back."""
    store(other, 10000)
    sold = other.sell(("提拉米苏", 2), paid={"wallet": 6000})
    merged = merge(desk, other) if way == "undo" else 0

    def meanwhile(session: Session, *_: object) -> None:
        if merged:
            with suppress(NotUndoable):  # the refund was first
                undo_merge(session, merged, actor=desk.shop.manager, at=desk.now)
        else:
            join(desk, other, session)

    act = interrupt(monkeypatch, refunds_commands, "_undo", meanwhile)
    with database.transaction() as session:
        refund_order(session, sold.id, Wish("whole"), "退", actor=desk.shop.manager, at=desk.now)
    act[0].done()
    parted = (
        way == "undo" and ENGINE == "postgresql"
    )  # SQLite lets one writer follow the other: there the refund is first
    keeper, empty = (other, desk) if parted else (desk, other)
    assert (keeper.wallet, empty.wallet, faults()) == ((10000, 0), (0, 0), [])
