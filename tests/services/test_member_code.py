"""The member code: the bytes of docs/member-code.md, its window, its single use, its limits."""

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from services.members import commands as members
from services.members.models import Member
from services.shared import database, limits, runtime
from services.shared.actors import SYSTEM
from services.shared.ids import luhn_digit
from services.shared.refusals import Refusal, TooMany
from services.signin import commands, rules
from services.signin.commands.devices import PURPOSE
from services.signin.errors import ClockSkew, CodeExpired, CodeUnknown, CodeUsed
from services.signin.models import MemberDevice, MemberSession
from tests.cast import Cast

PAGE = Path(__file__).parents[2] / "docs/member-code.md"
VECTOR = re.compile(r"\| `(\S{43})` \| (\d{8}) \| (\d+) \| (\d+) \| `\w+` \| (\d{20}) \|")


def _device(shop: Cast) -> tuple[Member, bytes, str]:
    with database.transaction() as session:
        member = members.create_member(
            session, {"phone": "+8613800138000", "name": "林小满"}, actor=shop.cashier, at=shop.at
        )
        commands.open_member_session(session, member.id, browser="tests", actor=SYSTEM, at=shop.at)
        device = MemberDevice(
            member_id=member.id,
            session_id=session.scalars(select(MemberSession.id)).one(),
            handle="40617293",
            secret=runtime.keys().encrypt(b"s" * 32, PURPOSE),
            name="phone",
            created_at=shop.at,
            seen_at=shop.at,
        )
        session.add(device)
    return member, b"s" * 32, "40617293"


def _scan(shop: Cast, code: str, at: datetime | None = None) -> int:
    with database.transaction() as session:
        scan = commands.scan_member_code(session, code, store_id=shop.east.id, actor=shop.cashier, at=at or shop.at)
        return scan.member_id


@pytest.mark.parametrize("vector", VECTOR.findall(PAGE.read_text()))
def test_the_published_vectors_hold(vector: tuple[str, str, str, str, str]) -> None:
    secret, handle, seconds, step, code = vector
    moment = datetime.fromtimestamp(int(seconds), UTC)
    assert rules.step_at(moment) == int(step)
    assert rules.make_code(base64.urlsafe_b64decode(secret + "="), handle, int(step)) == code


def test_five_vectors_are_published() -> None:
    assert len(VECTOR.findall(PAGE.read_text())) == 5


def test_a_live_code_finds_its_member_once(shop: Cast) -> None:
    member, secret, handle = _device(shop)
    code = rules.make_code(secret, handle, rules.step_at(shop.at))
    assert _scan(shop, code) == member.id
    with pytest.raises(CodeUsed):
        _scan(shop, code)


def test_an_older_code_of_the_same_phone_is_used_up_with_it(shop: Cast) -> None:
    _, secret, handle = _device(shop)
    now = rules.step_at(shop.at)
    _scan(shop, rules.make_code(secret, handle, now))
    with pytest.raises(CodeUsed):
        _scan(shop, rules.make_code(secret, handle, now - 1))


@pytest.mark.parametrize(
    ("steps", "answer"), [(-4, None), (-5, CodeExpired), (-49, CodeExpired), (2, None), (3, ClockSkew)]
)
def test_a_code_lives_sixty_seconds_and_may_be_thirty_early(
    shop: Cast, steps: int, answer: type[Refusal] | None
) -> None:
    _, secret, handle = _device(shop)
    code = rules.make_code(secret, handle, rules.step_at(shop.at) + steps)
    if answer is None:
        assert _scan(shop, code)
        return
    with pytest.raises(answer):
        _scan(shop, code)


def test_a_fast_clock_is_told_its_seconds(shop: Cast) -> None:
    _, secret, handle = _device(shop)
    with pytest.raises(ClockSkew) as told:
        _scan(shop, rules.make_code(secret, handle, rules.step_at(shop.at + timedelta(minutes=11))))
    assert told.value.params == {"seconds": 660}


@pytest.mark.parametrize("place", range(20))
def test_one_wrong_digit_is_no_code(shop: Cast, place: int) -> None:
    _, secret, handle = _device(shop)
    code = rules.make_code(secret, handle, rules.step_at(shop.at))
    wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
    with pytest.raises(CodeUnknown):
        _scan(shop, wrong)


def test_of_sixty_four_scans_at_once_one_gets_through(shop: Cast) -> None:
    member, secret, handle = _device(shop)
    code = rules.make_code(secret, handle, rules.step_at(shop.at))
    start = Barrier(64)
    answers: list[int | str] = []

    def scan() -> None:
        start.wait()
        try:
            answers.append(_scan(shop, code))
        except CodeUsed:
            answers.append("used")

    threads = [Thread(target=scan) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(member.id) == 1
    assert answers.count("used") == 63


def test_five_wrong_codes_freeze_the_handle_for_ten_minutes(shop: Cast) -> None:
    _, _, handle = _device(shop)
    guess = f"88{handle}00" + "1234567"
    guess += luhn_digit(guess)
    for _ in range(5):
        commands.require_room_for_guess(guess, actor=shop.cashier, at=shop.at)
        commands.note_wrong_code(guess, actor=shop.cashier, at=shop.at)
    with pytest.raises(TooMany):
        commands.require_room_for_guess(guess, actor=shop.southern, at=shop.at)
    commands.require_room_for_guess(guess, actor=shop.southern, at=shop.at + timedelta(minutes=10))


def test_twenty_wrong_codes_an_hour_stop_a_till(shop: Cast) -> None:
    for _ in range(20):
        limits.spend(commands.scans.WRONG_PER_ACTOR, shop.cashier.scope, at=shop.at)
    with pytest.raises(TooMany):
        commands.require_room_for_guess("88" + "0" * 18, actor=shop.cashier, at=shop.at)


def test_a_revoked_phone_makes_no_codes(shop: Cast) -> None:
    member, secret, handle = _device(shop)
    owner = shop.phone(member)
    assert owner.api("DELETE", f"/api/v1/me/devices/{handle}").status_code == 204
    with pytest.raises(CodeUnknown):
        _scan(shop, rules.make_code(secret, handle, rules.step_at(shop.at)))
