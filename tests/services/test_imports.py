"""Imports of spreadsheets (services/dataio): read, checked, imported once, taken back."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import delete, func, select, text, update

from services import wiring
from services.dataio import commands, jobs, queries, untouched
from services.dataio.commands import importing, working
from services.dataio.errors import BadFile, UndoOver, WrongMoment
from services.dataio.models import Import, ImportRow
from services.dataio.permissions import IMPORTS_CREATE
from services.family.commands import add_child
from services.family.models import Child
from services.fields.commands import create_field, write_values
from services.fields.models import FieldValue
from services.fields.permissions import FIELDS_READ_PRIVATE
from services.fields.queries import tell_values
from services.fields.schemas import FieldIn
from services.interactions.commands import note_interaction
from services.loyalty.commands.points import adjust_points, grant_points
from services.loyalty.models import PointsAccount
from services.members import commands as members
from services.members.models import Consent, Member, MemberSearchTerm
from services.privacy.commands import erase_member
from services.segments.commands import create_tag
from services.segments.jobs import follow_facts
from services.segments.models import MemberTag
from services.segments.queries import list_worn
from services.shared import clock, database, ledger
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Forbidden, Invalid
from services.wallet.commands.moves import open_spending, spend
from services.wallet.commands.opening import open_wallets
from services.wallet.models import WalletAccount, WalletEntry
from services.wallet.queries import WALLET
from tests.cast import Cast

HEAD = ["会员手机", "姓名", "出生日期", "余额", "赠送", "积分", "备注"]
ROWS: list[list[Any]] = [
    ["１３８００１３８００１", "小雨", 34109, "¥1,128.50", 100, "1,200", ""],
    ["+86 138 0013 8002", "阿珍", "农历四月初八", None, None, None, "少糖"],
    ["13800138003", "美玲", "05/06/1993", None, None, None, None],
    ["1380013800", "大刘", None, None, None, None, None],
    ["13800138005", "富贵", None, 6000, None, None, None],
    [None, None, None, None, None, None, None],
    ["138-0013-8001", "小雨雨", "93.5.20", 50, None, 10, "老客"],
]


def workbook(rows: list[list[Any]], head: list[str] = HEAD) -> bytes:
    """A title merged over the columns, an empty row, the header, the rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["小满甜品会员表"], [], head, *rows):
        sheet.append(row)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(head))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bring(shop: Cast, data: bytes, **choices: Any) -> int:
    """Upload, keep the guess, check."""
    sheets = queries.read_file(data)
    with database.transaction() as session:
        imported = commands.upload_import(session, "老会员.xlsx", sheets, actor=shop.owner, at=clock.now())
        told = {"mapping": imported.mapping, **choices}
        commands.match_import(session, imported.id, told, actor=shop.owner, at=clock.now())
    jobs.work_on_import(imported.id)
    return imported.id


def run(shop: Cast, import_id: int) -> dict[int, str]:
    """Run it; the outcome of each row of the file."""
    with database.transaction() as session:
        commands.run_import(session, import_id, actor=shop.owner, at=clock.now())
    jobs.work_on_import(import_id)
    return outcomes(import_id)


def undo(shop: Cast, import_id: int) -> dict[int, str]:
    """Take it back; the outcome of each row of the file."""
    with database.transaction() as session:
        commands.undo_import(session, import_id, actor=shop.owner, at=clock.now())
    jobs.work_on_import(import_id)
    return outcomes(import_id)


def outcomes(import_id: int) -> dict[int, str]:
    with database.reading() as session:
        return {row.row: row.outcome for row in queries.list_rows(session, import_id, limit=1000)}


def member(phone: str) -> Member | None:
    with database.reading() as session:
        return session.scalars(select(Member).where(Member.phone == phone, Member.archived_at.is_(None))).first()


def books() -> dict[str, tuple[int, int, int]]:
    """Principal, bonus and points by phone; the books add up."""
    with database.reading() as session:
        for book in wiring.LEDGERS:
            assert not list(ledger.differences(session, book))
        for check in wiring.CHECKS:
            assert not list(check(session))
        query = select(Member.phone, WalletAccount.principal, WalletAccount.bonus, PointsAccount.balance)
        query = query.outerjoin(WalletAccount, WalletAccount.member_id == Member.id)
        query = query.outerjoin(PointsAccount, PointsAccount.member_id == Member.id)
        found = session.execute(query.where(Member.archived_at.is_(None))).all()
    return {str(row[0]): (row[1] or 0, row[2] or 0, row[3] or 0) for row in found}


def test_a_messy_workbook_is_checked_row_by_row_before_anything_happens(shop: Cast) -> None:
    """Every problem is named by row and column; nobody is a member yet."""
    import_id = bring(shop, workbook(ROWS))
    assert outcomes(import_id) == {4: "ready", 5: "ready", 6: "wrong", 7: "wrong", 8: "wrong", 10: "ready"}
    with database.reading() as session:
        rows = {row.row: row.problems for row in queries.list_rows(session, import_id)}
        assert [(row, rows[row][0][0]) for row in (6, 7, 8)] == [(6, 2), (7, 0), (8, 3)]
        assert session.get_one(Import, import_id).sheets[0]["blank"] == 1
        assert not session.scalar(select(func.count()).select_from(Member))


def test_rows_become_members_with_what_they_had(shop: Cast) -> None:
    """Phone, lunar birthday, stored value, points; the second row of a phone is added by `merge`."""
    import_id = bring(shop, workbook(ROWS), duplicates="merge", order="month_first")
    assert run(shop, import_id) == {4: "created", 5: "created", 6: "created", 7: "wrong", 8: "wrong", 10: "changed"}
    rain, pearl, third = (member(f"+861380013800{each}") for each in (1, 2, 3))
    assert rain
    assert pearl
    assert third
    assert (rain.name, rain.birthday_year, rain.note, rain.source) == ("小雨", 1993, "老客", "import")
    assert (pearl.birthday_calendar, pearl.birthday_month, pearl.birthday_day) == ("lunar", 4, 8)
    assert third.birthday_month == 5
    assert books()["+8613800138001"] == (117850, 10000, 1210)


@pytest.mark.parametrize(("way", "name", "note", "money"), [
    ("skip", "旧名", "", (0, 0, 0)), ("fill", "旧名", "老客", (5000, 0, 10)), ("overwrite", "小雨雨", "老客", (5000, 0, 10)),
    ("merge", "旧名", "老客", (5000, 0, 10)),
])  # fmt: skip
def test_who_is_a_member_already_is_treated_as_chosen(
    shop: Cast, way: str, name: str, note: str, money: tuple[int, int, int]
) -> None:
    """Skipped, gaps filled, overwritten, merged."""
    with database.transaction() as session:
        data = {"phone": "+8613800138001", "name": "旧名", "source": "walk_in"}
        members.create_member(session, data, actor=SYSTEM, at=clock.now())
    import_id = bring(shop, workbook(ROWS[-1:]), duplicates=way)
    assert run(shop, import_id) == {4: "skipped" if way == "skip" else "changed"}
    card = member("+8613800138001")
    assert card
    assert (card.name, card.note) == (name, note)
    assert books()["+8613800138001"] == money


def test_a_file_of_windows_and_children_in_a_sheet_of_their_own(shop: Cast) -> None:
    """GBK without a word about it; children find their guardian by phone, and rest on consent."""
    bare = "手机号,姓名\r\n13800138001,小雨\r\n".encode("gbk")
    assert run(shop, bring(shop, bare)) == {2: "created"}
    head, rows = (
        ["手机号", "宝宝小名", "宝宝生日"],
        [["13800138001", "豆豆", "2025-03-01"], ["13800138009", "果果", "2025-03-01"]],
    )
    assert outcomes(bring(shop, workbook(rows, head))) == {4: "wrong", 5: "wrong"}
    assert run(shop, bring(shop, workbook(rows, head), guardians=True)) == {4: "changed", 5: "refused"}
    with database.reading() as session:
        assert session.scalars(select(Child.name)).all() == ["豆豆"]


def test_a_worker_that_dies_in_the_middle_leaves_the_same_books(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part is done wholly or not at all; started again, every row is done once."""
    rows = [[f"138001{each:05d}", f"顾客{each}", None, 100, 10, 5, ""] for each in range(30)]
    monkeypatch.setitem(working.PARTS, "running", 7)
    import_id, real, calls = bring(shop, workbook(rows)), importing.import_rows, []

    def dying(*args: Any, **told: Any) -> None:
        calls.append(1)
        real(*args, **told)
        if len(calls) == 3:
            raise SystemExit

    monkeypatch.setattr(working, "import_rows", dying)
    with pytest.raises(SystemExit):
        run(shop, import_id)
    assert len(books()) == 14
    jobs.work_on_imports()
    jobs.work_on_import(import_id)
    assert books() == {f"+86138001{each:05d}": (10000, 1000, 5) for each in range(30)}
    assert set(outcomes(import_id).values()) == {"created"}


def test_an_import_taken_back_leaves_the_shop_as_it_was(shop: Cast) -> None:
    """New cards go, changed ones are what they were, the money leaves by entries of its own; and it can be imported again."""
    with database.transaction() as session:
        data = {"phone": "+8613800138002", "name": "", "source": "walk_in", "note": "怕辣"}
        members.create_member(session, data, actor=SYSTEM, at=clock.now())
    before = books()
    import_id = bring(shop, workbook(ROWS), duplicates="merge")
    run(shop, import_id)
    pearl = member("+8613800138002")
    assert pearl
    assert (pearl.name, pearl.note) == ("阿珍", "怕辣；少糖")
    assert set(undo(shop, import_id).values()) == {"undone", "wrong"}
    pearl = member("+8613800138002")
    assert pearl
    assert (pearl.name, pearl.note, pearl.birthday_month) == ("", "怕辣", None)
    assert books() == before
    assert "created" in run(shop, bring(shop, workbook(ROWS))).values()


def test_what_was_used_since_stays_and_says_why(shop: Cast) -> None:
    """Somebody spent from what they brought along."""
    import_id = bring(shop, workbook(ROWS[:2]))
    run(shop, import_id)
    rain = member("+8613800138001")
    assert rain
    with database.transaction() as session:
        spending = open_spending(session, rain.id, 100, "principal_first")
        spend(session, spending, store_id=shop.east.id, order_id=1, actor=SYSTEM, at=clock.now())
    assert undo(shop, import_id) == {4: "kept", 5: "undone"}
    assert member("+8613800138001")
    with database.reading() as session:
        assert sum(ledger.hold(session, WALLET, rain.id).balances) == 122750
        assert queries.list_rows(session, import_id)[0].problems


def test_after_seven_days_it_stays_and_the_rows_are_forgotten(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood in the file is personal data."""
    import_id = bring(shop, workbook(ROWS))
    run(shop, import_id)
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(UndoOver), database.transaction() as session:
        commands.undo_import(session, import_id, actor=shop.owner, at=later)
    jobs.forget_rows()
    assert not outcomes(import_id)
    assert member("+8613800138001")


def test_rows_go_with_the_member_who_is_erased(shop: Cast) -> None:
    """Every row with their phone, imported or skipped."""
    import_id = bring(shop, workbook(ROWS[1:2] * 2))
    run(shop, import_id)
    pearl = member("+8613800138002")
    assert pearl
    with database.transaction() as session:
        erase_member(session, pearl.id, actor=shop.owner, at=clock.now())
    with database.reading() as session:
        told = session.execute(select(ImportRow.cells, ImportRow.values, ImportRow.phone_mark)).all()
    assert [tuple(row) for row in told] == [([], {}, None)] * 2


def test_a_matching_is_remembered_and_must_make_sense(shop: Cast) -> None:
    """A column that nobody guesses is matched by hand once; two of a kind and none of a phone are refused."""
    data, head = workbook([["138 0013 8001", "小雨"]], ["号", "谁"]), ["phone", "name"]
    with database.transaction() as session:
        imported = commands.upload_import(session, "a.xlsx", queries.read_file(data), actor=shop.owner, at=clock.now())
        assert imported.mapping == [["", ""]]
        for wrong in (["phone", "phone"], ["", "name"], ["phone"], ["phone", "shoe_size"]):
            with pytest.raises(Invalid):
                commands.match_import(session, imported.id, {"mapping": [wrong]}, actor=shop.owner, at=clock.now())
        commands.match_import(session, imported.id, {"mapping": [head]}, actor=shop.owner, at=clock.now())
        again = commands.upload_import(session, "b.xlsx", queries.read_file(data), actor=shop.owner, at=clock.now())
        assert again.mapping == [head]
        with pytest.raises(WrongMoment):
            commands.run_import(session, again.id, actor=shop.owner, at=clock.now())


def test_only_who_may_imports(shop: Cast) -> None:
    """It is the owner's, for the whole shop."""
    with pytest.raises(Forbidden), database.transaction() as session:
        commands.upload_import(session, "a.xlsx", queries.read_file(workbook(ROWS)), actor=shop.manager, at=clock.now())
    assert shop.owner.may(IMPORTS_CREATE)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0rubbish", b"\x00\x01\x02" * 9, b"," * 200, b"\xff\xfe\x00"]
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    """Rubbish with the head of a workbook, too many columns, nothing at all."""
    with pytest.raises(BadFile):
        queries.read_file(data)


def tell(shop: Cast, import_id: int) -> dict[int, list[str]]:
    """What is said about each row of the file, without its columns."""
    with database.reading() as session:
        rows = queries.list_rows(session, import_id, limit=1000)
        return {row.row: [words for _, words, _ in row.problems] for row in rows}


def card(phone: str) -> dict[str, Any]:
    """All that a member's card says, own fields, tags, children and consents beside it."""
    with database.reading() as session:
        found = session.scalars(select(Member).where(Member.phone == phone, Member.archived_at.is_(None))).one()
        columns = {column.key: getattr(found, column.key) for column in Member.__table__.columns}
        tags = {worn.tag.name for worn in list_worn(session, [found.id], actor=SYSTEM)[found.id]}
        children = session.scalars(select(Child.name).where(Child.member_id == found.id)).all()
        agreed = session.scalars(
            select(Consent.kind).where(Consent.member_id == found.id, Consent.withdrawn_at.is_(None))
        ).all()
        answers = tell_values(session, "member", [found.id], actor=shop_owner(session))[found.id]
        terms = session.scalars(select(MemberSearchTerm.term).where(MemberSearchTerm.member_id == found.id)).all()
        return columns | {
            "tags": tags,
            "children": list(children),
            "agreed": list(agreed),
            "answers": answers,
            "terms": set(terms),
        }


def shop_owner(_session: Any) -> Actor:
    return Actor("staff", 1, "老板", frozenset({FIELDS_READ_PRIVATE}), None)


FULL_HEAD = ["手机号", "姓名", "性别", "生日", "微信号", "备注", "储值", "积分", "标签", "口味", "宝宝", "宝宝生日"]
FULL = ["13800138001", "小雨", "女", "1993-05-20", "rain", "老客", 100, 5, "少糖、常来", "甜", "豆豆", "2025-03-01"]


@pytest.fixture
def asking(shop: Cast) -> None:
    """The shop asks for a taste, which it requires, and has two tags by hand and one by rule."""
    choices = [{"zh": "甜", "en": "Sweet"}, {"zh": "咸", "en": "Salty"}]
    field = {
        "subject": "member", "kind": "choice", "label_zh": "口味", "label_en": "Taste", "choices": choices, "required": True,
    }  # fmt: skip
    with database.transaction() as session:
        create_field(session, FieldIn().load(field), actor=SYSTEM, at=clock.now())
        for name, rule in (("少糖", None), ("常来", None), ("大户", {"all": [{"kind": "spent", "at_least": "1.00"}]})):
            told = {"name": name, "colour": "honey", "grouping": "", "rule": rule}
            create_tag(session, told, actor=SYSTEM, at=clock.now())


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("way", ["fill", "overwrite", "merge"])
def test_everything_a_row_brought_to_a_member_goes_again(shop: Cast, way: str) -> None:
    """Columns, when the birthday was told, an own field that is required, tags, a child with its consent, money; found as before."""
    with database.transaction() as session:
        old = {"phone": "+8613800138001", "name": "旧名", "source": "walk_in", "note": "怕辣", "birthday_calendar": "solar",
               "birthday_month": 1, "birthday_day": 2, "birthday_year": None, "birthday_leap": False}  # fmt: skip
        members.create_member(session, old, actor=SYSTEM, at=clock.now())
    before, held = card("+8613800138001"), books()
    import_id = bring(shop, workbook([FULL], FULL_HEAD), duplicates=way, guardians=True)
    assert run(shop, import_id) == {4: "changed"}
    between = card("+8613800138001")
    assert (between["tags"], between["children"], between["agreed"]) == ({"少糖", "常来"}, ["豆豆"], ["children"])
    assert between["answers"]["taste"]
    assert before["answers"] == {"taste": None}
    assert books()["+8613800138001"] == (10000, 0, 5)
    assert undo(shop, import_id) == {4: "undone"}
    assert card("+8613800138001") == before
    assert books() == {"+8613800138001": (0, 0, 0)} == dict.fromkeys(held, (0, 0, 0))


@pytest.mark.usefixtures("asking")
def test_a_new_card_that_is_taken_back_leaves_nothing_of_the_person(shop: Cast) -> None:
    """Nobody has the phone, and no table that could knows the name; the books add up to nothing, entry by entry."""
    import_id = bring(shop, workbook([FULL], FULL_HEAD), guardians=True)
    assert run(shop, import_id) == {4: "created"}
    assert card("+8613800138001")["tags"] == {"少糖", "常来"}
    assert undo(shop, import_id) == {4: "undone"}
    with database.reading() as session:
        gone = session.scalars(select(Member)).one()
        assert (gone.phone, gone.wechat_id, gone.note, gone.birthday_year, gone.archived_at is None) == (
            None,
            "",
            "",
            None,
            False,
        )
        for table in (Child, MemberSearchTerm, FieldValue, MemberTag):
            assert not session.scalar(select(func.count()).select_from(table)), table
        assert session.scalars(select(WalletEntry.kind).order_by(WalletEntry.sequence)).all() == [
            "opening",
            "opening_undone",
        ]
    assert run(shop, bring(shop, workbook([FULL], FULL_HEAD), guardians=True)) == {4: "created"}


TWIN: dict[str, Any] = {"name": "米粒", "sex": "girl", "born_on": date(2025, 3, 1), "calendar": None, "allergies": ""}
CALL: dict[str, Any] = {"kind": "call", "words": "问了口味", "at": None}
CHANGES: dict[str, Callable[[Any, int], Any]] = {
    "a birthday": lambda session, who: session.execute(update(Member).where(Member.id == who).values(birthday_day=21)),
    "an answer": lambda session, who: write_values(session, "member", who, {"taste": "咸"}, actor=SYSTEM),
    "a tag": lambda session, who: session.execute(delete(MemberTag)),
    "a child": lambda session, who: session.execute(update(Child).values(allergies="花生")),
    "one child more": lambda session, who: add_child(session, who, TWIN, actor=SYSTEM, at=clock.now()),
    "points": lambda session, who: adjust_points(session, who, {"amount": 5, "reason": "x"}, actor=SYSTEM, at=clock.now()),
    "a visit": lambda session, who: note_interaction(session, who, CALL, actor=SYSTEM, at=clock.now()),
    "consent": lambda session, who: members.give_consent(session, who, actor=SYSTEM, at=clock.now()),
}  # fmt: skip


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("what", CHANGES)
def test_a_new_card_of_whom_something_was_heard_since_stays(shop: Cast, what: str) -> None:
    """Whatever it is; the row says why, and the rest of the import goes."""
    import_id = bring(shop, workbook([FULL, ["13800138002", "阿珍"]], FULL_HEAD), guardians=True)
    run(shop, import_id)
    rain = member("+8613800138001")
    assert rain
    with database.transaction() as session:
        CHANGES[what](session, rain.id)
    assert undo(shop, import_id) == {4: "kept", 5: "undone"}
    assert tell(shop, import_id)[4]
    assert member("+8613800138001")


@pytest.mark.usefixtures("asking")
def test_what_cannot_be_read_of_tags_and_own_fields_is_named(shop: Cast) -> None:
    """A tag that is not there, one that a rule gives, an answer that nobody may choose."""
    rows: list[list[Any]] = [["138001", "少糖，新的", "甜"], ["138002", "大户", None], ["138003", None, "辣"]]
    rows = [[phone.replace("138", "13800138"), *more] for phone, *more in rows]
    import_id = bring(shop, workbook(rows, ["手机号", "标签", "口味"]))
    assert outcomes(import_id) == {4: "wrong", 5: "wrong", 6: "wrong"}
    with database.reading() as session:
        told = [(row.problems[0][0], row.problems[0][2]) for row in queries.list_rows(session, import_id)]
    assert told == [(1, {"name": "新的"}), (1, {"name": "大户"}), (2, {})]


def test_what_is_left_as_it_was_is_named_column_by_column(shop: Cast) -> None:
    """Nothing of a row is dropped silently: another name, another day of joining, balances of whom the books know."""
    with database.transaction() as session:
        data = {"phone": "+8613800138001", "name": "旧名", "source": "walk_in"}
        known = members.create_member(session, data, actor=SYSTEM, at=clock.now())
        grant_points(session, known.id, 5, kind="adjust", key="x", actor=SYSTEM, at=clock.now())
    head = ["手机号", "姓名", "开卡日期", "积分"]
    import_id = bring(shop, workbook([["13800138001", "小雨", "2020-01-01", 9]], head), duplicates="fill")
    assert run(shop, import_id) == {4: "same"}
    with database.reading() as session:
        (row,) = queries.list_rows(session, import_id)
    assert [column for column, *_ in row.problems] == [2, 1, None]


def test_a_file_without_a_header_has_nobody_for_one(shop: Cast) -> None:
    """The first row is somebody; the column of phones is found by what stands in it."""
    import_id = bring(shop, b"13800138001,\xe5\xb0\x8f\xe9\x9b\xa8\n13800138002,\xe9\x98\xbf\xe7\x8f\x8d,more\n")
    with database.reading() as session:
        imported = session.get_one(Import, import_id)
        assert (imported.sheets[0]["header_row"], imported.mapping) == (0, [["phone", "", ""]])
    assert outcomes(import_id) == {1: "ready", 2: "ready"}


def test_rows_rest_sealed(shop: Cast) -> None:
    """Who takes the database without its keys reads nobody in it."""
    bring(shop, workbook(ROWS))
    with database.reading() as session:
        raw = session.execute(text("SELECT * FROM import_rows")).all()
    assert raw
    assert not [
        row
        for row in raw
        if any(word.encode() in bytes(str(row), "utf-8") for word in ("小雨", "13800138001", "１３８"))
    ]


def test_a_row_that_breaks_the_program_holds_up_nobody(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out with words, and the others are done."""
    import_id, real = bring(shop, workbook(ROWS, HEAD), order="month_first"), open_wallets

    def broken(session: Any, openings: Any, **told: Any) -> None:
        if any(principal == 112850 for _, principal, *_ in openings):
            raise ZeroDivisionError
        real(session, openings, **told)

    monkeypatch.setattr("services.dataio.commands.importing.open_wallets", broken)
    assert run(shop, import_id) == {4: "refused", 5: "created", 6: "created", 7: "wrong", 8: "wrong", 10: "created"}
    assert working.FAILED in tell(shop, import_id)[4]


def test_what_no_row_is_to_blame_for_ends_the_job(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not tried for ever; once it is mended the import ends as ever."""
    import_id = bring(shop, workbook(ROWS, HEAD), order="month_first")
    with monkeypatch.context() as broken:
        broken.setattr(working, "settle_later", lambda _session: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            run(shop, import_id)
    jobs.work_on_imports()
    with database.reading() as session:
        assert session.get_one(Import, import_id).state == "done"


def test_every_table_that_names_members_is_looked_at(shop: Cast) -> None:
    """What an import writes is a list; it names tables that are there."""
    assert untouched.naming_members() > untouched.WRITTEN


def test_a_row_that_nobody_matched_yet_goes_with_the_member_too(shop: Cast) -> None:
    """Before anybody said which column is the phone, it is found in the row."""
    with database.transaction() as session:
        data = {"phone": "+8613800138001", "name": "小雨", "source": "walk_in"}
        rain = members.create_member(session, data, actor=SYSTEM, at=clock.now())
        sheets = queries.read_file("x,y\n小雨,１３８ 0013-8001\n阿珍,13800138002\n".encode())
        commands.upload_import(session, "a.csv", sheets, actor=shop.owner, at=clock.now())
        erase_member(session, rain.id, actor=shop.owner, at=clock.now())
    with database.reading() as session:
        rows = session.scalars(select(ImportRow).order_by(ImportRow.position))
        assert [row.cells for row in rows] == [[], ["阿珍", "13800138002"]]


def test_facts_of_imported_members_follow_as_everybodys(shop: Cast) -> None:
    """The import calls them due; the job works them out."""
    run(shop, bring(shop, workbook(ROWS[:1])))
    follow_facts()
    with database.reading() as session:
        told = session.execute(text("SELECT due_at, birthday_on FROM member_facts")).one()
    assert (told[0], str(told[1])) == (None, "2027-05-20")
