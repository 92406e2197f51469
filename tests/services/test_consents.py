"""Consent, purpose by purpose: what holds, what a new version changes, and that nothing is said to who did not agree."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.members import commands, queries
from services.members.errors import ConsentMissing, MemberErased, WordsChanged
from services.members.models import Consent, ConsentText
from services.members.rules.purposes import CHILDREN, KINDS, MARKETING, MEMBERSHIP, next_version
from services.messaging import outgoing
from services.messaging.commands import send_by_hand, send_message, subscribe
from services.messaging.errors import MarketingNotAgreed
from services.messaging.texts import Text
from services.privacy.commands import erase_member
from services.shared import database
from services.shared.actors import Actor
from services.shared.refusals import Forbidden, Invalid
from services.shared.upkeep import sweep_outbox
from tests.cast import Cast
from tests.kit.push_subscriptions import HeadlessSubscription
from tests.pushing import deliveries, messages
from tests.selling import welcome_member

SPRING = Text("春天新品", "草莓季来了", "春天新品", "点开看看")


def say(shop: Cast, member_id: int, key: str, category: str = "marketing") -> int | None:
    with database.transaction() as session:
        told = {"key": key, "category": category, "text": SPRING, "path": "", "language": "zh"}
        return send_message(session, member_id, **told, at=shop.at)  # type: ignore[arg-type]


def give(shop: Cast, member_id: int, kind: str = MARKETING, **how: object) -> None:
    with database.transaction() as session:
        commands.give_consent(session, member_id, kind, actor=shop.cashier, at=shop.at, **how)  # type: ignore[arg-type]


def take_back(shop: Cast, member_id: int, kind: str = MARKETING) -> None:
    with database.transaction() as session:
        commands.withdraw_consent(session, member_id, kind, actor=Actor("member", member_id), at=shop.at)


def publish(shop: Cast, kind: str, *, anew: bool) -> None:
    with database.transaction() as session:
        words = f"第 {session.query(ConsentText).count() + 2} 版的说明，请看一遍。"
        commands.publish_consent_text(session, kind, words, anew=anew, actor=shop.owner, at=shop.at)


def holds(member_id: int, kind: str = MARKETING) -> bool:
    with database.reading() as session:
        return queries.holds_consent(session, member_id, kind)


def states(member_id: int) -> dict[str, str]:
    with database.reading() as session:
        return {card.kind: card.state for card in queries.list_purposes(session, member_id)}


def carry_a_phone(shop: Cast, member_id: int) -> None:
    keys = HeadlessSubscription("", application_key=None).info["keys"]
    with database.transaction() as session:
        where = {"app": "member", "endpoint": "https://web.push.apple.com/1", "name": "", **keys}
        subscribe(session, **where, actor=Actor("member", member_id), at=shop.at)


def test_each_purpose_stands_alone(shop: Cast) -> None:
    member = welcome_member(shop.at)
    assert states(member.id) == dict.fromkeys(KINDS, "none")
    give(shop, member.id, CHILDREN, paper=True)
    assert states(member.id) == {**dict.fromkeys(KINDS, "none"), CHILDREN: "holds"}
    take_back(shop, member.id, CHILDREN)
    assert states(member.id)[CHILDREN] == "withdrawn"
    with pytest.raises(ConsentMissing):
        take_back(shop, member.id, MEMBERSHIP)


def test_the_story_says_how_it_began_and_ended_and_by_whom(shop: Cast) -> None:
    member = welcome_member(shop.at)
    give(shop, member.id, CHILDREN, paper=True)
    take_back(shop, member.id, CHILDREN)
    give(shop, member.id, CHILDREN)
    with database.reading() as session:
        second, first = queries.list_consents(session, member.id)
    noted = shop.cashier.id
    assert (first.way, first.staff_id, first.withdrawn_way, first.withdrawn_by) == ("paper", noted, "member_app", None)
    assert (second.way, second.staff_id, second.withdrawn_at) == ("counter", noted, None)


def test_new_words_ask_anew_only_where_the_owner_says_so(shop: Cast) -> None:
    member = welcome_member(shop.at)
    give(shop, member.id)
    publish(shop, MARKETING, anew=False)
    assert (holds(member.id), states(member.id)[MARKETING]) == (True, "holds")
    publish(shop, MARKETING, anew=True)
    assert (holds(member.id), states(member.id)[MARKETING]) == (False, "outdated")
    give(shop, member.id)
    publish(shop, MARKETING, anew=False)
    assert holds(member.id)


def test_what_was_agreed_to_can_be_read_for_good(shop: Cast) -> None:
    member = welcome_member(shop.at)
    for _ in range(3):
        give(shop, member.id, MEMBERSHIP)
        publish(shop, MEMBERSHIP, anew=True)
    with database.reading() as session:
        texts = {each.version: each.hash for each in queries.list_consent_texts(session, MEMBERSHIP)}
        given = session.scalars(select(Consent).order_by(Consent.id)).all()
        assert list(texts) == ["4", "3", "2", "1"]
        assert [(each.version, each.text_hash) for each in given] == [(each, texts[each]) for each in "123"]


def test_the_words_that_were_shown_are_the_words_that_are_agreed_to(shop: Cast) -> None:
    member = welcome_member(shop.at)
    publish(shop, MARKETING, anew=False)
    with pytest.raises(WordsChanged):
        give(shop, member.id, version="1")
    assert states(member.id)[MARKETING] == "none"


def test_only_the_owner_publishes_and_only_what_is_new(session: Session, shop: Cast) -> None:
    told: dict[str, Any] = {"anew": True, "at": shop.at}
    with pytest.raises(Forbidden):
        commands.publish_consent_text(session, MARKETING, "我们的新说明。", actor=shop.manager, **told)
    now = queries.load_consent_texts(session)[MARKETING]
    with pytest.raises(Invalid):
        commands.publish_consent_text(session, MARKETING, now.words, actor=shop.owner, **told)
    commands.publish_consent_text(session, MARKETING, "我们的新说明。", over="1", actor=shop.owner, **told)
    with pytest.raises(WordsChanged):
        commands.publish_consent_text(session, MARKETING, "又一版说明。", over="1", actor=shop.owner, **told)


def test_marketing_is_not_sent_to_who_does_not_agree(shop: Cast) -> None:
    member = welcome_member(shop.at)
    assert say(shop, member.id, "spring") is None
    assert say(shop, member.id, "order:1", "service") is not None
    give(shop, member.id)
    assert say(shop, member.id, "spring") is not None
    take_back(shop, member.id)
    assert say(shop, member.id, "summer") is None


def test_by_hand_staff_are_told_why_it_cannot_be_sent(shop: Cast) -> None:
    member = welcome_member(shop.at)
    said = {"title": "草莓季", "body": "来尝尝", "category": "marketing"}
    with pytest.raises(MarketingNotAgreed), database.transaction() as session:
        send_by_hand(session, member.id, said, language="zh", key="x", actor=shop.manager, at=shop.at)
    assert messages() == []


def test_what_is_queued_stops_at_once_and_only_marketing(shop: Cast) -> None:
    member = welcome_member(shop.at)
    carry_a_phone(shop, member.id)
    give(shop, member.id)
    say(shop, member.id, "order:1", "service")
    say(shop, member.id, "spring")
    take_back(shop, member.id)
    sweep_outbox()
    assert sorted(each.state for each in deliveries()) == ["failed", "waiting"]


def test_a_message_that_slipped_into_the_queue_is_not_handed_to_a_sender(shop: Cast) -> None:
    """Written while the consent was taken back: whoever leases asks once more."""
    member = welcome_member(shop.at)
    carry_a_phone(shop, member.id)
    give(shop, member.id)
    say(shop, member.id, "order:1", "service")
    say(shop, member.id, "spring")
    take_back(shop, member.id)  # and the reaction has not run yet
    leased = outgoing.lease(shop.at + timedelta(seconds=1))
    assert len(leased) == 1
    assert sorted((each.state, each.error) for each in deliveries()) == [
        ("failed", "consent withdrawn"), ("leased", None),
    ]  # fmt: skip


def test_who_is_erased_agrees_to_nothing_and_cannot_again(shop: Cast) -> None:
    member = welcome_member(shop.at)
    give(shop, member.id)
    with database.transaction() as session:
        erase_member(session, member.id, actor=Actor("member", member.id), at=shop.at)
    assert not holds(member.id)
    with pytest.raises(MemberErased):
        give(shop, member.id)
    with database.reading() as session:
        assert queries.list_consents(session, member.id)[0].withdrawn_way == "erasure"


@pytest.mark.parametrize(("used", "following"), [([], "2"), (["2", "3"], "4"), (["2026-03", "v2"], "2"), (["9"], "10")])
def test_versions_count_on(used: list[str], following: str) -> None:
    assert next_version(used) == following
