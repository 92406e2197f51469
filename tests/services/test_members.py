"""Members: opening a card, changing it, consent, search."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit.queries import Search, list_entries
from services.members import commands, queries
from services.members.commands import free_phones
from services.members.errors import BirthdayChangedRecently, ConsentMissing, LinkArchived, PhoneTaken
from services.members.models import Consent, Member
from services.members.queries.lists import hits_statement
from services.members.schemas import MemberIn
from services.shared.actors import Actor
from services.shared.refusals import Forbidden, Invalid, NotFound
from tests.cast import Cast

PUBLIC = Actor("public", name="public")


def member_in(**fields: object) -> dict[str, Any]:
    """What the schema makes of it."""
    return dict(MemberIn().load({"phone": "138 0013 8000", **fields}))


def add(session: Session, shop: Cast, **fields: object) -> Member:
    """A new member, opened by 小林."""
    return commands.create_member(session, member_in(**fields), actor=shop.cashier, at=shop.at)


def test_a_card_is_opened_with_a_phone_alone(session: Session, shop: Cast) -> None:
    member = add(session, shop)
    card = queries.get_member(session, member.id)
    assert (card.phone, card.shown_name, card.source) == ("+8613800138000", "138 **** 8000", "walk_in")
    assert (card.opened_by, card.orders, card.points) == (shop.cashier.id, 0, 0)


def test_the_same_phone_is_refused_and_names_who_has_it(session: Session, shop: Cast) -> None:
    member = add(session, shop)
    with pytest.raises(PhoneTaken) as refusal:
        add(session, shop, phone="+86 138-0013-8000")
    assert (refusal.value.status, refusal.value.params) == (409, {"member": str(member.id)})
    assert list(refusal.value.errors) == ["phone"]


def test_an_archived_card_frees_the_phone_and_comes_back_only_while_it_is_free(session: Session, shop: Cast) -> None:
    old = add(session, shop, name="林知夏")
    commands.archive_member(session, old.id, actor=shop.manager, at=shop.at)
    assert queries.find_member_by_phone(session, "13800138000") is None
    commands.restore_member(session, old.id, actor=shop.manager, at=shop.at)
    commands.archive_member(session, old.id, actor=shop.manager, at=shop.at)
    new = add(session, shop, name="新主人")
    with pytest.raises(PhoneTaken):
        commands.restore_member(session, old.id, actor=shop.manager, at=shop.at)
    found = queries.find_member_by_phone(session, "１３８００１３８０００")
    assert found is not None
    assert found.id == new.id


def test_where_two_open_one_card_at_once_the_index_decides(session: Session, shop: Cast) -> None:
    add(session, shop)
    twin = Member(number="1999999996", phone="+8613800138000", name="", source="walk_in", joined_at=shop.at)
    with pytest.raises(PhoneTaken):
        free_phones.flush_new_phone(session, twin)


def test_an_unknown_source_or_store_stands_beside_its_field(session: Session, shop: Cast) -> None:
    with pytest.raises(Invalid) as source:
        add(session, shop, source="moon")
    with pytest.raises(Invalid) as store:
        add(session, shop, store=str(shop.south.id))  # 小林 works at 东湖 only
    assert (list(source.value.errors), list(store.value.errors)) == (["source"], ["store"])


def test_a_birthday_to_come_is_refused(session: Session, shop: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        add(session, shop, birthday={"month": 12, "day": 1, "year": 2026})
    assert list(refusal.value.errors) == ["birthday"]


def test_the_kitchen_opens_no_cards(session: Session, shop: Cast) -> None:
    with pytest.raises(Forbidden):
        commands.create_member(session, member_in(), actor=shop.kitchen, at=shop.at)


def test_a_change_is_written_down_with_before_and_after(session: Session, shop: Cast) -> None:
    member = add(session, shop, name="林知")
    commands.change_member(session, member.id, {"name": "林知夏"}, actor=shop.cashier, at=shop.at)
    [entry] = list_entries(session, Search("members:change"), actor=shop.owner)
    assert entry.changes == {"name": ["林知", "林知夏"]}
    assert [card.id for card in queries.search_members(session, "zhixia")] == [member.id]


def test_a_member_changes_the_birthday_once_a_year_and_a_manager_always(session: Session, shop: Cast) -> None:
    member = add(session, shop)
    actor, at = Actor("member", member.id), shop.at
    commands.change_own_profile(session, birthday(5, 20), actor=actor, at=at)
    commands.change_own_profile(session, birthday(5, 21), actor=actor, at=at)
    for told in (birthday(5, 22), MemberIn(only=("birthday",)).load({"birthday": None})):
        with pytest.raises(BirthdayChangedRecently):
            commands.change_own_profile(session, told, actor=actor, at=at + timedelta(days=364))
    with pytest.raises(BirthdayChangedRecently):
        commands.change_member(session, member.id, birthday(5, 22), actor=shop.cashier, at=at)
    commands.change_member(session, member.id, birthday(5, 22), actor=shop.manager, at=at)
    commands.change_own_profile(session, birthday(5, 23), actor=actor, at=at + timedelta(days=366))


def birthday(month: int, day: int) -> dict[str, Any]:
    """A birthday as the profile form reads it."""
    return dict(MemberIn(only=("birthday",)).load({"birthday": {"month": month, "day": day}}))


def test_consent_keeps_version_wording_time_and_way(session: Session, shop: Cast) -> None:
    member = add(session, shop, consent=True)
    consent = session.scalars(select(Consent)).one()
    assert (consent.member_id, consent.version, consent.way, consent.staff_id) == (
        member.id, "1", "counter", shop.cashier.id,
    )  # fmt: skip
    assert len(consent.text_hash) == 64
    assert commands.give_consent(session, member.id, actor=shop.cashier, at=shop.at) is None
    commands.publish_consent_text(
        session, "membership", "新的说明，请看一遍。", anew=False, actor=shop.owner, at=shop.at
    )
    assert commands.give_consent(session, member.id, actor=Actor("member", member.id), at=shop.at) is not None


def test_consent_is_withdrawn_by_the_member_and_by_nobody_else(session: Session, shop: Cast) -> None:
    member = add(session, shop, consent=True)
    with pytest.raises(Forbidden):
        commands.withdraw_consent(session, member.id, actor=Actor("member", member.id + 1), at=shop.at)
    commands.withdraw_consent(session, member.id, actor=Actor("member", member.id), at=shop.at)
    assert queries.find_consent(session, member.id, "membership") is None
    with pytest.raises(ConsentMissing):
        commands.withdraw_consent(session, member.id, actor=Actor("member", member.id), at=shop.at)


def test_a_registration_link_brings_store_source_and_consent(session: Session, shop: Cast) -> None:
    link = commands.create_registration_link(
        session, {"label": "收银台", "store_id": shop.east.id, "source": "campaign"}, actor=shop.manager, at=shop.at
    )
    data = {name: value for name, value in member_in(name="小满").items() if name not in {"source", "store_id"}}
    member = commands.register(session, link.code.upper(), data, actor=PUBLIC, at=shop.at)
    assert (member.source, member.store_id, member.opened_by) == ("campaign", shop.east.id, None)
    assert queries.list_consents(session, member.id)[0].way == "registration_page"
    assert [card.joined for card in queries.list_registration_links(session, actor=shop.manager)] == [1]
    commands.archive_registration_link(session, link.id, actor=shop.manager, at=shop.at)
    with pytest.raises(LinkArchived):
        commands.register(session, link.code, data, actor=PUBLIC, at=shop.at)


def test_links_of_another_store_are_not_seen(session: Session, shop: Cast) -> None:
    data = {"label": "门口", "store_id": shop.south.id, "source": "walk_in"}
    with pytest.raises(Invalid):
        commands.create_registration_link(session, data, actor=shop.manager, at=shop.at)
    link = commands.create_registration_link(session, data, actor=shop.owner, at=shop.at)
    assert queries.list_registration_links(session, actor=shop.manager) == []
    with pytest.raises(NotFound):
        commands.archive_registration_link(session, link.id, actor=shop.manager, at=shop.at)


def test_orders_are_counted_in_any_order_of_time(session: Session, shop: Cast, now: datetime) -> None:
    member = add(session, shop)
    for days, amount in ((1, 3200), (3, 3800), (2, 1500)):
        commands.record_order(session, member.id, amount, now - timedelta(days=days))
    card = queries.get_member(session, member.id)
    assert (card.orders, card.spent) == (3, 8500)
    assert (card.first_order_at, card.last_order_at) == (now - timedelta(days=3), now - timedelta(days=1))


def test_who_was_here_last_comes_first(session: Session, shop: Cast, now: datetime) -> None:
    first = add(session, shop, name="甲", store=str(shop.east.id))
    second = add(session, shop, phone="13800138001", name="乙", store=str(shop.east.id))
    commands.record_order(session, first.id, 100, now + timedelta(minutes=5))
    assert [card.id for card in queries.list_recent_members(session, shop.east.id)] == [first.id, second.id]
    assert queries.list_recent_members(session, shop.south.id) == []


@pytest.mark.parametrize(
    "typed", ["林知夏", "知夏", "lzx", "LinZhi", "lin zhi", "8000", "0013", "138 0013 8000", "+86 138 00", "１３８０"]
)
def test_a_member_is_found_by_any_part(session: Session, shop: Cast, typed: str) -> None:
    member = add(session, shop, name="林知夏")
    add(session, shop, phone="15912345679", name="王大锤")
    assert [card.id for card in queries.search_members(session, typed)] == [member.id]


@pytest.mark.parametrize("typed", ["", "  ", "%", "🍰", "\x00", "_", "zz", "9" * 500, "'"])
def test_what_finds_nobody_breaks_nothing(session: Session, shop: Cast, typed: str) -> None:
    add(session, shop, name="林知夏")
    assert queries.search_members(session, typed) == []


def test_a_filter_holds_back_no_better_hit(session: Session, shop: Cast) -> None:
    for number in range(12):
        source = "friend" if number == 0 else "walk_in"
        add(session, shop, phone=f"138001380{number:02d}", name="林知夏", source=source)
    where = {"fact": "source", "is": "friend"}
    assert len(queries.search_members(session, "lzx", 2)) == 2
    assert [card.source for card in queries.search_members(session, "lzx", 2, where=where)] == ["friend"]
    assert len(queries.search_members(session, "lzx", 2, where={"not": where})) == 2


def test_the_exact_phone_and_number_come_first(session: Session, shop: Cast) -> None:
    exact = add(session, shop, phone="+852 6123 4567", name="港客")
    add(session, shop, name="85261234567")
    assert queries.search_members(session, "+852 6123 4567")[0].id == exact.id
    assert queries.search_members(session, exact.number)[0].id == exact.id
    found = queries.find_member_by_number(session, exact.number)
    assert found is not None
    assert found.id == exact.id


def test_a_search_takes_three_queries_at_most(session: Session, shop: Cast) -> None:
    add(session, shop, name="林知夏")
    session.flush()
    seen: list[str] = []
    listen = session.get_bind()
    event.listen(listen, "before_cursor_execute", lambda _c, _u, statement, *_: seen.append(statement))
    queries.search_members(session, "13800138000")
    assert len(seen) <= 3


def test_a_search_is_a_range_on_an_index(session: Session, shop: Cast) -> None:
    add(session, shop, name="林知夏")
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    dialect = postgresql.dialect() if on_postgresql else sqlite.dialect()  # type: ignore[no-untyped-call]
    statement = hits_statement("lin", 20).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    if on_postgresql:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = "\n".join(session.scalars(text(f"EXPLAIN {statement}")))
        assert "Index Only Scan using pk_member_search_terms" in plan
        assert "Index Cond: ((term >= 'lin'" in plan
    else:
        plan = "\n".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
        assert "SEARCH member_search_terms USING COVERING INDEX" in plan
        assert "(term>? AND term<?)" in plan
        assert "TEMP B-TREE" not in plan


def test_filters_narrow_the_list(session: Session, shop: Cast, now: datetime) -> None:
    old = add(session, shop, name="老客", source="friend")
    gone = add(session, shop, phone="13800138001", name="远客")
    commands.record_order(session, old.id, 100, now)
    commands.record_order(session, gone.id, 100, now - timedelta(days=91))
    unseen = add(session, shop, phone="13800138002", name="新客", store=str(shop.east.id))

    def found(**chosen: object) -> set[int]:
        tree = queries.Filter(**chosen).tree(at=now, month_begins=now - timedelta(days=20))  # type: ignore[arg-type]
        return {card.id for card in queries.list_members(session, tree)}

    assert found(state="dormant") == {gone.id}
    assert found(state="unseen") == {unseen.id}
    assert found(source="friend") == {old.id}
    assert found(store_id=shop.east.id) == {unseen.id}
    assert found(state="new") == {old.id, gone.id, unseen.id}
    assert found(state="archived") == set()


def test_a_list_goes_on_where_the_last_page_ended(session: Session, shop: Cast) -> None:
    made = [add(session, shop, phone=f"1380013800{digit}").id for digit in range(5)]
    first = queries.list_members(session, limit=3)
    rest = queries.list_members(session, after=first[-1].id, limit=3)
    assert [card.id for card in [*first, *rest]] == sorted(made, reverse=True)
    assert queries.count_members(session) == 5
    assert queries.count_members(session, most=4) == 4


@pytest.mark.parametrize("member_id", [0, 999_999, 10**30, -1])
def test_an_unknown_member_is_not_found(session: Session, shop: Cast, member_id: int) -> None:
    with pytest.raises(NotFound):
        queries.get_member(session, member_id)
    with pytest.raises(NotFound):
        commands.change_member(session, member_id, {}, actor=shop.cashier, at=shop.at)
