"""What the shop forgets by itself, and what it never does."""

import io
import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from services.audit.models import AuditEntry
from services.catalog import commands as catalog
from services.members.models import Member
from services.messaging.models import Message
from services.privacy.purging import purge_old
from services.shared import clock, database, events, limits, pictures, runtime, upkeep
from services.shared.actors import SYSTEM
from services.shared.models import IdempotencyKey, Limit, OutboxEntry
from services.signin import commands as signin
from services.signin import jobs as signin_jobs
from services.signin.models import DevelopmentMail, MemberDevice, MemberSession, OneTimeCode, StaffSession
from services.stores import commands as stores
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till, welcome_member

PICTURES = (("red", 30), ("green", 30), ("blue", 25), ("white", 23))


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def count(table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def after(days: float, act: Any) -> None:
    with clock.stand_at(NOON + timedelta(days=days)):
        act()


def test_reactions_are_forgotten_thirty_days_after_they_were_performed(till: Till) -> None:
    till.sell(till.line("拿铁"), member=till.member)
    performed = count(OutboxEntry)
    assert performed >= 2
    after(29, upkeep.forget_old)
    assert count(OutboxEntry) == performed
    after(31, upkeep.forget_old)
    assert (count(OutboxEntry), count(Message)) == (0, 1)


def test_a_reaction_that_was_given_up_stays_until_somebody_looked(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "perform_together", lambda _ids: None)
    till.sell(till.line("拿铁"), member=till.member)
    undone = select(OutboxEntry.reaction).where(OutboxEntry.done_at.is_(None))
    with database.reading() as session:
        waiting = session.scalars(undone).all()
    assert waiting
    after(365, upkeep.forget_old)
    with database.reading() as session:
        assert session.scalars(undone).all() == waiting


def test_answers_are_kept_thirty_days_and_limits_while_they_count(till: Till) -> None:
    till.sell(till.line("拿铁"))
    limits.spend(limits.Rule("guesses", 5, 900), "小林", at=NOON)
    assert (count(IdempotencyKey), count(Limit)) == (1, 1)
    after(1, upkeep.forget_old)
    assert (count(IdempotencyKey), count(Limit)) == (1, 0)
    after(31, upkeep.forget_old)
    assert count(IdempotencyKey) == 0


def keep_picture(colour: str, hours_ago: float) -> str:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(drawn, "PNG")
    name = pictures.keep(drawn.getvalue())
    touched = clock.outside().timestamp() - hours_ago * 3600
    os.utime(runtime.config().uploads / name, (touched, touched))
    return name


def test_a_picture_that_nothing_shows_is_forgotten_after_a_day(shop: Cast) -> None:
    cake, logo, refused, fresh = (keep_picture(colour, hours) for colour, hours in PICTURES)
    with database.transaction() as session:
        made = catalog.create_product(
            session, {"name": "巴斯克", "price": 3800, "picture": cake}, actor=SYSTEM, at=NOON
        )
        catalog.archive_product(session, made.id, actor=SYSTEM, at=NOON)
        stores.change_settings(session, {"look.logo": logo}, actor=SYSTEM, at=NOON)
    folder = runtime.config().uploads
    (folder / "notes.txt").write_text("not ours")
    upkeep.forget_orphaned_pictures()
    assert {path.name for path in folder.iterdir()} == {cake, logo, fresh, "notes.txt"}
    assert refused not in {path.name for path in folder.iterdir()}


def test_codes_are_forgotten_a_day_after_they_ended(app: Flask) -> None:
    member = welcome_member(NOON)
    issue_code(member, NOON)
    after(1, signin_jobs.forget_ended)
    assert count(OneTimeCode) == 1
    after(2, signin_jobs.forget_ended)
    assert count(OneTimeCode) == 0
    after(9, signin_jobs.forget_ended)
    assert count(DevelopmentMail) == 0


def issue_code(member: Member, at: datetime) -> None:
    with database.transaction() as session:
        signin.issue_signin_code(session, member.id, way="staff", actor=SYSTEM, at=at)
        session.add(DevelopmentMail(recipient=member.phone or "", text="123456", created_at=at))


def test_sessions_are_forgotten_long_after_they_ended_but_their_phones_are_not(shop: Cast) -> None:
    """A scan names the phone whose code it read; the phone stays, and so does what was written about signing in."""
    shop.browser("cashier")
    phone = shop.phone(welcome_member(NOON))
    assert phone.api("POST", "/api/v1/me/devices", {"name": "iPhone", "handle": None}).status_code == 201
    acts = count(AuditEntry)
    after(100, purge_old)
    assert (count(StaffSession), count(MemberSession), count(MemberDevice)) == (0, 1, 1)
    after(180 + 91, purge_old)
    assert (count(MemberSession), count(MemberDevice), count(AuditEntry)) == (0, 1, acts + 2)  # and one line a night
