"""Migrations are numbered, go forward, and end where the models are."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import select, text

from services import wiring
from services.audit.models import AuditEntry
from services.audit.queries import read
from services.identity.models import Role
from services.loyalty.models import PointsLot
from services.loyalty.queries import POINTS
from services.members.queries import load_consent_texts
from services.shared import database, ledger, migrations, runtime
from services.shared.database import Model
from services.signin.models import MemberSession
from tests.conftest import Template
from webapp import create_app


def test_they_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (migrations.FOLDER / "versions").glob("*.py") if path.name != "__init__.py")
    numbers = [int(re.fullmatch(r"(\d{4})_[a-z_]+\.py", name)[1]) for name in names]  # type: ignore[index]
    assert numbers == list(range(1, len(names) + 1))
    assert migrations.head() == f"{len(names):04d}"


def test_the_migrated_database_is_what_the_models_say(empty_app: Flask) -> None:
    with runtime.current().engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Model.metadata) == []


@pytest.fixture
def first_release(template: Template, tmp_path: Path) -> Iterator[None]:
    """A shop as the first release left it."""
    create_app(template.nothing(tmp_path / "data"))
    migrations.upgrade("0010")
    yield
    database.close()


@pytest.mark.usefixtures("first_release")
def test_points_that_were_earned_before_are_numbered_sealed_and_put_into_lots() -> None:
    """Books of the first release: two members, one of whom has spent what was earned."""
    with database.transaction() as session:
        for member, amounts in ((1, (30, 12)), (2, (10, -10))):
            session.execute(text(_MEMBER.format(member=member)))
            session.execute(text(f"INSERT INTO points_accounts (member_id, balance) VALUES ({member}, {sum(amounts)})"))
            for turn, amount in enumerate(amounts):
                after = sum(amounts[: turn + 1])
                session.execute(text(_ENTRY.format(member=member, amount=amount, after=after, key=f"{member}:{turn}")))
    migrations.upgrade()
    with database.reading() as session:
        assert not list(ledger.differences(session, POINTS))
        assert not [line for check in wiring.CHECKS for line in check(session)]
        assert [(lot.member_id, lot.left) for lot in session.scalars(select(PointsLot))] == [(1, 42)]


_MEMBER = (
    "INSERT INTO members (id, number, name, gender, birthday_leap, wechat_id, source, note, joined_at) VALUES "
    "({member}, 'n{member}', '', 'unknown', false, '', 'walk_in', '', '2026-01-01 00:00:00')"
)
_ENTRY = (
    "INSERT INTO points_entries (member_id, kind, amount, balance_after, key, note, actor_kind, at) VALUES "
    "({member}, 'earn', {amount}, {after}, '{key}', '', 'system', '2026-01-01 00:00:00')"
)


def test_the_database_stands_at_the_head(empty_app: Flask) -> None:
    assert migrations.current() == migrations.head()


@pytest.mark.usefixtures("first_release")
def test_shops_that_exist_may_do_what_came_later() -> None:
    """A shop of the first release: its cashier takes top-ups since, the owner's own changes stay."""
    with database.transaction() as session:
        held = json.dumps(["orders:create", "shop's own"])
        session.execute(text("INSERT INTO roles (id, name, permissions) VALUES (1, 'cashier', :held)"), {"held": held})
    migrations.upgrade()
    with database.transaction() as session:
        allowed = set(session.scalars(select(Role.permissions)).one())
    assert {"orders:create", "shop's own", "wallet:top_up", "coupons:redeem"} <= allowed
    assert "refunds:create" not in allowed


_SESSION = (
    "INSERT INTO member_sessions (id, token_hash, member_id, browser, address, created_at, seen_at, expires_at) VALUES "
    "(1, 'x', 1, 'phone', '', '2026-01-01 00:00:00', '2026-01-02 00:00:00', '2026-06-30 00:00:00')"
)
_DEVICE = (
    "INSERT INTO member_devices (id, member_id, session_id, handle, secret, name, last_step, created_at, seen_at) VALUES "
    "(1, 1, 1, '00000001', :secret, 'phone', 0, '2026-01-01 00:00:00', '2026-01-02 00:00:00')"
)
_ACT = (
    "INSERT INTO audit_entries (at, action, actor_kind, actor_id, actor_name, origin, subject_kind, subject_id, changes) VALUES "
    "('2026-01-01 00:00:00.123', 'members:change', :kind, 1, '林小满', '', :subject, 1, :changes)"
)


@pytest.mark.usefixtures("first_release")
def test_sessions_get_an_end_and_the_log_is_sealed_with_what_it_says_of_members() -> None:
    """A phone that is signed in and makes codes, and three acts: of staff on a member, of a member, of staff on a product."""
    changes = json.dumps({"name": ["林知", "林小满"]})
    with database.transaction() as session:
        session.execute(text(_MEMBER.format(member=1)))
        session.execute(text(_SESSION))
        session.execute(text(_DEVICE), {"secret": b"x"})
        for kind, subject in (("staff", "member"), ("member", "member"), ("staff", "product")):
            session.execute(text(_ACT), {"kind": kind, "subject": subject, "changes": changes})
    migrations.upgrade()
    with database.reading() as session:
        assert session.scalars(select(MemberSession.ends_at)).one() == datetime(2027, 2, 5, tzinfo=UTC)
        assert not [line for check in wiring.CHECKS for line in check(session)]
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.position)).all()
        assert [(row.actor_name, row.member_id, "林" in str(row.changes)) for row in rows] == [
            ("林小满", 1, False), ("", 1, False), ("林小满", None, True),
        ]  # fmt: skip
        assert [entry.changes for entry in read(session, rows)] == [{"name": ["林知", "林小满"]}] * 3


@pytest.mark.usefixtures("first_release")
def test_a_notice_that_the_owner_had_written_stays_under_its_version() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with database.transaction() as session:
        for name, value in (
            ("privacy.version", "2026-05"),
            ("privacy.notice", "我们的隐私说明"),
            ("shop.name", "小满"),
        ):
            row = {"name": name, "value": json.dumps(value), "at": at.isoformat(sep=" ")}
            session.execute(text("INSERT INTO settings (name, value, changed_at) VALUES (:name, :value, :at)"), row)
    migrations.upgrade()
    with database.reading() as session:
        now = load_consent_texts(session)["membership"]
        assert (now.version, now.words, now.anew) == ("2026-05", "我们的隐私说明", False)
        assert session.scalars(text("SELECT name FROM settings")).all() == ["shop.name"]
