"""Stores open, close and open again; settings are read by their type."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.shared.refusals import Forbidden, Invalid
from services.stores import commands, queries
from services.stores.settings import BY_NAME
from tests.cast import Cast


def codes(session: Session, shop: Cast) -> list[str]:
    """The open stores in their order."""
    return [store.code for store in queries.list_stores(session, actor=shop.owner)]


def test_a_closed_store_can_open_again(session: Session, shop: Cast) -> None:
    commands.archive_store(session, shop.south.id, actor=shop.owner, at=shop.at)
    assert codes(session, shop) == ["A1"]
    commands.restore_store(session, shop.south.id, actor=shop.owner, at=shop.at)
    assert codes(session, shop) == ["A1", "A2"]


def test_the_last_store_stays_open(session: Session, shop: Cast) -> None:
    commands.archive_store(session, shop.south.id, actor=shop.owner, at=shop.at)
    with pytest.raises(Invalid) as refused:
        commands.archive_store(session, shop.east.id, actor=shop.owner, at=shop.at)
    assert refused.value.code == "last_store"


def test_the_code_that_opens_order_numbers_never_changes(session: Session, shop: Cast) -> None:
    commands.change_store(session, shop.east.id, {"code": "A1", "name": "东湖一店"}, actor=shop.owner, at=shop.at)
    with pytest.raises(Invalid) as refused:
        commands.change_store(session, shop.east.id, {"code": "B1"}, actor=shop.owner, at=shop.at)
    assert list(refused.value.errors) == ["code"]


def test_stores_stand_in_the_owners_order(session: Session, shop: Cast) -> None:
    commands.sort_stores(session, [shop.south.id, shop.east.id], actor=shop.owner, at=shop.at)
    assert codes(session, shop) == ["A2", "A1"]


def test_a_manager_neither_closes_stores_nor_changes_settings(session: Session, shop: Cast) -> None:
    with pytest.raises(Forbidden):
        commands.archive_store(session, shop.east.id, actor=shop.manager, at=shop.at)
    with pytest.raises(Forbidden):
        commands.change_settings(session, {"shop.name": "我的店"}, actor=shop.manager, at=shop.at)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("shop.name", "  小满 ", "小满"),
        ("points.step", "５.5", 550),
        ("points.per_step", " 2 ", 2),
        ("messages.sale", "on", True),
        ("messages.sale", False, False),
        ("look.colour", "#FFD400", "#ffd400"),
        ("shop.zone", "Asia/Urumqi", "Asia/Urumqi"),
        ("members.sources", "到店\n\n到店\n 小红书 ", ["到店", "小红书"]),
        ("look.logo", "0" * 32 + ".webp", "0" * 32 + ".webp"),
    ],
)
def test_a_setting_reads_what_people_type(name: str, typed: Any, value: Any) -> None:
    assert BY_NAME[name].read(typed) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("shop.name", ""),
        ("shop.name", "长" * 25),
        ("points.step", "0"),
        ("points.step", "ten"),
        ("points.per_step", "1.5"),
        ("points.way", "sometimes"),
        ("look.colour", "red"),
        ("look.logo", "../secrets.webp"),
        ("shop.zone", "Mars/Olympus"),
        ("members.sources", "\n \n"),
    ],
)
def test_a_setting_refuses_what_it_cannot_be(session: Session, shop: Cast, name: str, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        commands.change_settings(session, {name: typed}, actor=shop.owner, at=shop.at)
    assert list(refused.value.errors) == [name]
    assert queries.load_settings(session)[name] == BY_NAME[name].default or name == "shop.name"


def test_a_changed_setting_leaves_a_line_with_before_and_after(session: Session, shop: Cast) -> None:
    commands.change_settings(session, {"points.step": "5.00", "points.way": "steps"}, actor=shop.owner, at=shop.at)
    lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "settings:change").order_by(AuditEntry.id))
    assert lines.all()[-1].changes == {"points.step": [1000, 500]}


def test_settings_that_a_sale_kept_do_not_outlive_their_change(session: Session, shop: Cast) -> None:
    queries.keep_settings(session, queries.load_settings(session))
    commands.change_settings(session, {"points.pending_days": 7}, actor=shop.owner, at=shop.at)
    assert queries.load_settings(session)["points.pending_days"] == 7
