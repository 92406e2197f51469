"""What else two cards of 林小满 hold follows a merge, and its undoing: forms, tags, figures, what was noted."""

from typing import Any

import pytest
from sqlalchemy import select

from services.forms.commands import submit_form
from services.forms.models import FormGift, FormSubmission
from services.forms.queries import list_told
from services.forms.queries.submissions import list_waiting
from services.interactions.commands import note_interaction
from services.interactions.queries import list_interactions
from services.members.models import MemberFacts
from services.segments import jobs
from services.segments.commands import add_tag, create_tag
from services.segments.models import MemberProduct, MemberTag, Tag
from services.shared import clock, database
from services.shared.actors import SYSTEM, Actor
from services.timeline.queries import list_happenings
from tests.cast import Cast
from tests.forming import NAME, PHONE, STARS, hang_up
from tests.refunding import Desk, faults, open_desk
from tests.services.test_merging import merge, second_card, undo


@pytest.fixture
def desk(shop: Cast) -> Desk:
    """A desk whose member's card lives on."""
    return open_desk(shop)


@pytest.fixture
def other(desk: Desk) -> Desk:
    """The same desk with the other card."""
    return second_card(desk)


def fill_in(desk: Desk, token: str, who: Actor, **typed: Any) -> FormSubmission:
    with database.transaction() as session:
        return submit_form(session, token, typed, actor=who, at=desk.now)


def waiting(desk: Desk) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(each.answers) for each in list_waiting(session, member_id=desk.member.id)]


def test_what_waits_to_be_confirmed_is_read_on_the_card_that_lives_on(desk: Desk, other: Desk) -> None:
    link = hang_up(desk.shop, PHONE, NAME)
    fill_in(desk, link.token, Actor("public", None), **{"phone": "13900139000", "consent": "1", "a.q2": "满满"})
    (told,) = before = waiting(other)
    assert told["q2"] == "满满"
    merged = merge(desk, other)
    assert (waiting(desk), waiting(other)) == (before, [])
    undo(desk, merged)
    assert (waiting(desk), waiting(other)) == ([], before)


def test_what_was_told_by_forms_is_one_person_s_and_so_is_the_gift(desk: Desk, other: Desk) -> None:
    link = hang_up(desk.shop, PHONE, STARS, gift_points=50)
    fill_in(desk, link.token, Actor("member", other.member.id), **{"a.q2": "5"})
    merge(desk, other)
    fill_in(desk, link.token, Actor("member", desk.member.id), **{"a.q2": "4"})
    with database.reading() as session:
        assert [each["value"] for each in list_told(session, desk.member.id)] == ["5", "4"]
        assert len(session.scalars(select(FormGift.form_id)).all()) == 1
    assert (desk.points, faults()) == (50, [])


def tags(desk: Desk) -> set[str]:
    jobs.follow_facts()
    with database.reading() as session:
        named = select(Tag.name).join(MemberTag, MemberTag.tag_id == Tag.id)
        return set(session.scalars(named.where(MemberTag.member_id == desk.member.id)))


def test_tags_by_hand_and_by_rule_follow(desk: Desk, other: Desk) -> None:
    bought = {"kind": "orders", "at_least": 2}
    with database.transaction() as session:
        by_hand, _ = (
            create_tag(
                session, {"name": name, "colour": "plum", "grouping": "", "rule": rule}, actor=SYSTEM, at=desk.now
            )
            for name, rule in (("老朋友", None), ("常来", {"all": [bought]}))
        )
        add_tag(session, other.member.id, by_hand.id, actor=desk.shop.owner, at=desk.now)
    for each in (desk, other):
        each.sell(("拿铁", 1))
    with clock.stand_at(desk.now):
        assert (tags(desk), tags(other)) == (set(), {"老朋友"})
        merged = merge(desk, other)
        assert (tags(desk), tags(other)) == ({"老朋友", "常来"}, set())
        undo(desk, merged)
        assert (tags(desk), tags(other)) == (set(), {"老朋友"})


def figures(desk: Desk) -> tuple[object, ...]:
    with clock.stand_at(desk.now):
        jobs.follow_facts()
    with database.reading() as session:
        row = session.get_one(MemberFacts, desk.member.id)
        pieces = select(MemberProduct.pieces).where(MemberProduct.member_id == desk.member.id)
        return row.orders, row.spent, row.orders_year, row.spent_year, row.visits, sorted(session.scalars(pieces))


def test_figures_are_of_both_and_then_of_each(desk: Desk, other: Desk) -> None:
    desk.sell(("拿铁", 1))
    other.sell(("提拉米苏", 2))
    before = figures(desk), figures(other)
    merged = merge(desk, other)
    assert figures(desk)[:2] == (2, sum(int(str(each[1])) for each in before))
    assert figures(desk)[5] == [1, 2]
    assert figures(other)[5] == []
    undo(desk, merged)
    assert (figures(desk), figures(other)) == before


def test_what_was_noted_is_read_on_the_one_card_and_stays_with_its_own(desk: Desk, other: Desk) -> None:
    told = {"kind": "call", "words": "问蛋糕", "at": desk.now, "store_id": desk.shop.east.id}
    with database.transaction() as session:
        note_interaction(session, other.member.id, told, actor=desk.shop.manager, at=desk.now)
    merged = merge(desk, other)
    assert noted(desk) == (["问蛋糕"], True)
    undo(desk, merged)
    assert (noted(desk), noted(other)) == (([], False), (["问蛋糕"], True))


def noted(desk: Desk) -> tuple[list[str], bool]:
    """The words, and whether the timeline has them."""
    with database.reading() as session:
        words = [each.words for each in list_interactions(session, desk.member.id)]
        lived = list_happenings(session, desk.member.id, actor=desk.shop.owner, limit=30)
    return words, any(each.words == "问蛋糕" for each in lived)
