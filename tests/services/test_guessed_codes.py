"""Guessing member codes gets nowhere: random ones through the function that verifies them, while a thousand phones make theirs.

Half of the guesses name a phone that exists, as somebody would who saw one code over a shoulder. The long form is part of `make soak`
(CHANGKE_CODES).
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.members.models import Member
from services.shared import database, ids, runtime
from services.shared.actors import SYSTEM
from services.shared.refusals import Refusal
from services.signin import commands as signin
from services.signin import rules
from services.signin.commands.devices import PURPOSE
from services.signin.models import MemberDevice, MemberSession, Scan
from tests.cast import Cast
from tests.selling import welcome_member

PHONES = 1000
SEED = int(os.environ.get("CHANGKE_SEED", "2026"))


@pytest.fixture
def secrets(shop: Cast) -> dict[str, bytes]:
    """The secrets of a thousand live phones, by handle; the same in every run of a seed."""
    member, random = welcome_member(shop.at), Random(SEED)
    shop.phone(member)
    made = {f"{handle:08d}": random.randbytes(32) for handle in random.sample(range(10**8), PHONES)}
    with database.transaction() as session:
        own = session.scalars(select(MemberSession.id)).one()
        session.add_all(live(member, own, handle, secret, shop.at) for handle, secret in made.items())
    return made


def live(member: Member, session_id: int, handle: str, secret: bytes, at: datetime) -> MemberDevice:
    """A phone that makes codes."""
    kept = runtime.keys().encrypt(secret, PURPOSE)
    return MemberDevice(
        member_id=member.id, session_id=session_id, handle=handle, secret=kept, name="", created_at=at, seen_at=at
    )


def guesses(handles: list[str], random: Random, many: int) -> Iterator[str]:
    """Random codes with a right check digit: of any phone, and of phones that exist."""
    for number in range(many):
        handle = random.choice(handles) if number % 2 else f"{random.randrange(10**8):08d}"
        body = f"{rules.PREFIX}{handle}{random.randrange(100):02d}{random.randrange(10**7):07d}"
        yield body + ids.luhn_digit(body)


def read(session: Session, shop: Cast, digits: str) -> str:
    """What becomes of a code: the refusal's code, or `read`."""
    try:
        signin.scan_member_code(session, digits, store_id=shop.east.id, actor=SYSTEM, at=shop.at)
    except Refusal as refusal:
        return refusal.code
    return "read"


@pytest.mark.timeout(0)
def test_no_random_code_is_anybodys(shop: Cast, secrets: dict[str, bytes]) -> None:
    many, random, said = int(os.environ.get("CHANGKE_CODES", "20000")), Random(SEED + 1), Counter[str]()
    with database.transaction() as session:
        for digits in guesses(sorted(secrets), random, many):
            said[read(session, shop, digits)] += 1
    print(f"{many} random codes, {PHONES} phones, seed {SEED}: {dict(said)}")
    assert said == {"code_unknown": many}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Scan)) == 0


def test_the_code_of_each_of_those_phones_is_read_once(shop: Cast, secrets: dict[str, bytes]) -> None:
    """The control: the same function, the same phones."""
    step, said = rules.step_at(shop.at), Counter[str]()
    with database.transaction() as session:
        for handle in sorted(secrets)[::20]:
            for _ in range(2):
                said[read(session, shop, rules.make_code(secrets[handle], handle, step))] += 1
    assert said == {"read": 50, "code_used": 50}


def test_one_digit_away_is_nobodys_code(shop: Cast, secrets: dict[str, bytes]) -> None:
    """Every change of one digit of a live code, and every swap of neighbours, with the check digit made to fit."""
    handle = min(secrets)
    sound = rules.make_code(secrets[handle], handle, rules.step_at(shop.at))[:-1]
    changed = {sound[:place] + digit + sound[place + 1 :] for place in range(2, 19) for digit in "0123456789"}
    changed |= {sound[:place] + sound[place + 1] + sound[place] + sound[place + 2 :] for place in range(2, 18)}
    with database.transaction() as session:
        said = Counter(read(session, shop, body + ids.luhn_digit(body)) for body in changed - {sound})
    assert set(said) == {"code_unknown"}
