"""A list of old members that the demo shop brought in: some rows are new, one is known, some could not be read."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.dataio import commands
from services.dataio.commands.working import work_part
from services.demo import cast, guests
from services.identity.queries import actor_of_staff, find_staff
from services.shared.tables import Cell, Sheet

WHEN = timedelta(days=2)  # before the demo was made: it can still be undone
_FIRST = len(guests.NAMES) + 2  # places of phones behind those of the guests and of who never came again
_OLD: tuple[tuple[Cell, ...], ...] = (
    ("方知微", "女", "1991-03-08", "¥128.00", 20, 66, "老卡 2103"),
    ("顾长风", "男", "88.7.16", None, None, 240, None),
    ("白芷", "女", "农历八月十五", "50", None, None, "乳糖不耐"),
    ("温如言", "女", 33970, None, None, "1,080", None),
)


def bring(session: Session, *, now: datetime) -> None:
    """Import the list as the owner would, from the file to the result."""
    owner = find_staff(session, cast.STAFF[0].username)
    assert owner is not None, "the shop has its owner"
    actor, at = actor_of_staff(session, owner), now - WHEN
    rows: list[list[Cell]] = [["小满甜品 旧会员"], ["会员手机", "姓名", "性别", "生日", "储值", "赠送", "积分", "备注"]]
    rows += [[guests.phone_of(_FIRST + place).removeprefix("+86"), *told] for place, told in enumerate(_OLD)]
    rows += [
        [],
        [guests.phone_of(1).removeprefix("+86"), "许安宁", "女", None, None, None, None, "旧卡在抽屉里"],
        ["1380013", "小何"],
    ]
    imported = commands.upload_import(session, "旧系统会员.xlsx", [Sheet("会员", rows)], actor=actor, at=at)
    told = {"mapping": imported.mapping, "duplicates": "merge"}
    commands.match_import(session, imported.id, told, actor=actor, at=at)
    _work(session, imported.id, at)
    commands.run_import(session, imported.id, actor=actor, at=at)
    _work(session, imported.id, at)


def _work(session: Session, import_id: int, at: datetime) -> None:
    while work_part(session, import_id, at=at):
        pass
