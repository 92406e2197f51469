"""What two cards of 林小满 know of her family, and by what they look like one person."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from services.family.events import FamilyStopped
from services.family.models import Child, Pregnancy
from services.fields import commands as fields
from services.fields.models import Field, FieldValue
from services.fields.schemas import FieldIn
from services.loyalty.commands import release_points
from services.members import commands as members
from services.members.queries import MemberCard, search_members
from services.merging.commands import merge_members
from services.merging.errors import NotUndoable
from services.merging.queries import list_duplicates
from services.shared import database
from services.shared.actors import SYSTEM
from services.shared.events import list_waiting
from services.stores import commands as stores
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.services.test_merging import merge, second_card, undo

BORN = date(2025, 3, 1)
AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def desk(shop: Cast) -> Desk:
    """A desk whose member's card lives on."""
    return open_desk(shop)


@pytest.fixture
def other(desk: Desk) -> Desk:
    """The same desk with the other card."""
    return second_card(desk)


def add(*rows: object) -> None:
    with database.transaction() as session:
        session.add_all(rows)


def child(desk: Desk, name: str, *, born: date = BORN, quiet: bool = False) -> Child:
    return Child(
        member_id=desk.member.id, name=name, born_on=born, calendar=None, quiet_at=AT if quiet else None, created_at=AT
    )


def pregnancy(desk: Desk, state: str, days: int | None = 100) -> Pregnancy:
    due = AT.date() + timedelta(days=days) if days is not None else None
    return Pregnancy(member_id=desk.member.id, state=state, due_on=due, asked_at=None, created_at=AT, ended_at=None)


def test_a_child_that_both_know_is_there_once_and_goes_back_alone(desk: Desk, other: Desk) -> None:
    add(child(desk, "豆豆"), child(other, "豆豆", quiet=True), child(other, "糖糖", born=date(2023, 5, 6)))
    merged = merge(desk, other)
    mine = select(Child.name, Child.quiet_at.is_not(None)).where(Child.member_id == desk.member.id).order_by(Child.id)
    with database.reading() as session:
        assert [tuple(row) for row in session.execute(mine)] == [("豆豆", True), ("糖糖", False)]
    undo(desk, merged)
    with database.reading() as session:
        assert [row.name for row in session.execute(mine)] == ["豆豆"]


def test_what_was_stopped_without_a_day_and_under_another_name_stays_stopped(desk: Desk, other: Desk) -> None:
    """One wrote 豆豆, the other 小豆豆: they are two, and neither speaks."""
    add(child(desk, "豆豆", quiet=True), child(other, "小豆豆"))
    add(pregnancy(desk, "stopped", None), pregnancy(other, "preparing", None))
    with database.transaction() as session:
        merge_members(session, desk.member.id, other.member.id, {}, agreed=True, actor=SYSTEM, at=desk.now)
        assert session.scalars(select(Child.id).where(Child.quiet_at.is_(None))).all() == []
        assert set(session.scalars(select(Pregnancy.state))) == {"stopped"}
        assert {each["member_id"] for each in list_waiting(session, [FamilyStopped])} == {desk.member.id}


@pytest.mark.parametrize("stopped", ["desk", "other"])
def test_what_either_stopped_stays_stopped(desk: Desk, other: Desk, stopped: str) -> None:
    add(pregnancy(desk, "stopped" if stopped == "desk" else "expecting"))
    add(pregnancy(other, "stopped" if stopped == "other" else "expecting", 110))
    merge(desk, other)
    with database.reading() as session:
        told = select(Pregnancy.state).where(Pregnancy.member_id == desk.member.id)
        assert list(session.scalars(told)) == ["stopped"]


def test_pending_points_count_for_the_card_that_lives_on_and_then_for_good(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.pending_days": "7"}, actor=desk.shop.owner, at=desk.now)
    sold = other.sell(("提拉米苏", 4))
    merged = merge(desk, other)
    with database.transaction() as session:
        assert release_points(session, sold.id, at=desk.now + timedelta(days=7)) == 12
    assert (desk.points, other.points, faults()) == (12, 0, [])
    with pytest.raises(NotUndoable, match="已经到账"):
        undo(desk, merged)


def test_points_that_wait_still_go_back(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.pending_days": "7"}, actor=desk.shop.owner, at=desk.now)
    sold = other.sell(("提拉米苏", 4))
    undo(desk, merge(desk, other))
    with database.transaction() as session:
        assert release_points(session, sold.id, at=desk.now + timedelta(days=7)) == 12
    assert (desk.points, other.points, faults()) == (0, 12, [])


def test_a_phone_written_as_wechat_id_and_a_common_child_look_like_one_person(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        told = {"name": "林小满", "wechat_id": "13800138000"}
        members.change_member(session, other.member.id, told, actor=SYSTEM, at=desk.now)
    add(child(desk, "豆豆"), child(other, "豆豆"))
    with database.reading() as session:
        pair = list_duplicates(session)
    assert [(each.low_id, each.high_id, each.why) for each in pair] == [
        (desk.member.id, other.member.id, ("child", "phone"))
    ]
    merge(desk, other)
    with database.reading() as session:
        assert list_duplicates(session) == []


def answers(desk: Desk) -> dict[str, str | None]:
    with database.reading() as session:
        rows = select(Field.key, FieldValue.words).join(FieldValue, FieldValue.field_id == Field.id)
        return dict(session.execute(rows.where(FieldValue.subject_id == desk.member.id)).tuples().all())


def test_answers_fill_the_gaps_and_go_back(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        for key in ("taste", "school"):
            told = FieldIn().load(
                {"subject": "member", "kind": "text", "key": key, "label_zh": key, "searchable": True}
            )
            fields.create_field(session, told, actor=SYSTEM, at=AT)
        fields.write_values(session, "member", desk.member.id, {"taste": "少糖"}, actor=SYSTEM)
        fields.write_values(session, "member", other.member.id, {"taste": "全糖", "school": "小太阳"}, actor=SYSTEM)
    merged = merge(desk, other)
    assert answers(desk) == {"taste": "少糖", "school": "小太阳"}
    assert desk.member.id in {card.id for card in found(desk, "小太阳")}
    undo(desk, merged)
    assert (answers(desk), answers(other)) == ({"taste": "少糖"}, {"taste": "全糖", "school": "小太阳"})


def found(desk: Desk, text: str) -> list[MemberCard]:
    with database.reading() as session:
        return search_members(session, text, 10, asker=desk.shop.owner)
