"""The audit log: what is done to it behind the program's back is found, and what it says of a member ends with the member's key."""

import contextlib
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.audit import checks
from services.audit import commands as audit
from services.audit.chain import seal_end
from services.audit.checks import find_differences
from services.audit.commands import chain_entries
from services.audit.jobs import chain_audit
from services.audit.models import AuditCheckpoint, AuditEntry, AuditHead
from services.audit.queries import LATE, Search, find_altered_end, find_waiting, get_chain, list_entries
from services.shared import clock, database, vault
from services.shared.actors import SYSTEM, Actor
from tests.cast import Cast
from tests.selling import welcome_member

WANTED = int(os.environ.get("CHANGKE_TAMPERINGS", "100"))
SEED = int(os.environ.get("CHANGKE_SEED", "2026"))
MEMBER = Actor("member", 77, "林知夏", origin="10.0.0.9 phone")
_entries: Any = AuditEntry.__table__

Way = Callable[[Session, random.Random], bool]


@pytest.fixture
def log(shop: Cast) -> Iterator[Session]:
    """Three days of acts, chained and with a checkpoint each; the last are written and not chained yet."""
    for day in range(3):
        with clock.stand_at(shop.at + timedelta(days=day)):
            write(shop, 12)
            chain_audit()
    write(shop, 3)
    with database.transaction() as session:
        yield session


def write(shop: Cast, count: int) -> None:
    with database.transaction() as session:
        for number in range(count):
            changes = {"price": [2800 + number, 3200], "note": f"第 {number} 次"}
            subject = ("product", 1 + number) if number % 3 else ("member", 40 + number)
            actor = (shop.owner, SYSTEM, MEMBER)[number % 3]
            audit.record(session, "products:change", subject, actor=actor, at=clock.now(), changes=changes)


def a_chained(session: Session, chance: random.Random) -> Any:
    return chance.choice(session.execute(select(_entries).where(_entries.c.position.is_not(None))).mappings().all())


def rows(session: Session, statement: Any) -> bool:
    """Whether the statement reached any."""
    return bool(session.connection().execute(statement).rowcount)


def change(session: Session, entry_id: int, **values: object) -> bool:
    return rows(session, update(_entries).where(_entries.c.id == entry_id).values(**values))


def a_column(session: Session, chance: random.Random) -> bool:
    """Any column of any entry, chained or not."""
    entry = chance.choice(session.execute(select(_entries)).mappings().all())
    other: dict[str, Any] = {
        "at": entry["at"] + timedelta(seconds=chance.choice([-3600, 1])), "action": "orders:create", "actor_kind": "token",
        "actor_id": (entry["actor_id"] or 0) + 1, "actor_name": entry["actor_name"] + "x", "origin": "127.0.0.1",
        "store_id": (entry["store_id"] or 0) + 1, "subject_kind": "order", "subject_id": (entry["subject_id"] or 0) + 1,
        "member_id": (entry["member_id"] or 0) + 1, "changes": {"price": [1, 2]}, "mac": chance.randbytes(16),
        "nonce": chance.randbytes(8), "id": -entry["id"],
    }  # fmt: skip
    if entry["position"] is None:  # which of those that wait for the job came first is not sealed yet
        del other["id"]
    name = chance.choice(sorted(other))
    return change(session, entry["id"], **{name: other[name]})


def a_removal(session: Session, chance: random.Random) -> bool:
    """An entry in the middle, and everything behind it moved up by one."""
    entry = a_chained(session, chance)
    session.execute(delete(_entries).where(_entries.c.id == entry["id"]))
    later = select(_entries.c.id).where(_entries.c.position > entry["position"]).order_by(_entries.c.position)
    for entry_id in session.scalars(later).all():
        change(session, entry_id, position=_entries.c.position - 1)
    last = session.scalar(select(func.max(_entries.c.position)))
    session.execute(update(AuditHead).values(position=last))
    return True


def the_last_removed(session: Session, chance: random.Random) -> bool:
    """The end cut off, with the head, and the checkpoints behind it, corrected as far as one can without the key."""
    keep = chance.randint(1, 30)
    kept = session.execute(select(_entries).where(_entries.c.position == keep)).mappings().one()
    session.execute(delete(_entries).where(_entries.c.position > keep))
    session.execute(delete(AuditCheckpoint).where(AuditCheckpoint.position > keep))
    session.execute(update(AuditHead).values(position=keep, chained=kept["chained"]))
    return True


def one_slipped_in(session: Session, chance: random.Random) -> bool:
    """A copy of an entry with another subject and a guessed seal, left to the job to be chained."""
    entry = dict(a_chained(session, chance)) | {"subject_id": 4711, "position": None, "chained": None}
    entry |= {"nonce": chance.randbytes(8), "mac": chance.randbytes(16)}
    del entry["id"]
    session.execute(insert(_entries).values(**entry))
    chain_entries(session, at=clock.now())
    return True


def all_begun_anew(session: Session, chance: random.Random) -> bool:
    """Some entries removed, and everything that is chained forgotten, so that the job chains what is left from the start."""
    session.execute(delete(_entries).where(_entries.c.id == a_chained(session, chance)["id"]))
    session.execute(update(_entries).values(position=None, chained=None))
    session.execute(delete(AuditHead))
    session.execute(delete(AuditCheckpoint))
    with contextlib.suppress(RuntimeError):
        chain_entries(session, at=clock.now())
    return True


def an_old_head_put_back(session: Session, chance: random.Random) -> bool:
    """What was noted of the head on an earlier day, with everything after it removed."""
    earlier = chance.choice(session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.day)).all()[:-1])
    session.execute(delete(_entries).where(_entries.c.position > earlier.position))
    session.execute(delete(AuditCheckpoint).where(AuditCheckpoint.position > earlier.position))
    mac = seal_end("head", earlier.position, earlier.chained)
    values = {"position": earlier.position, "chained": earlier.chained, "mac": mac}
    return rows(session, update(AuditHead).values(values))


def an_exact_copy(session: Session, chance: random.Random) -> bool:
    """An entry told twice, word for word."""
    entry = dict(a_chained(session, chance)) | {"position": None, "chained": None}
    del entry["id"]
    session.execute(insert(_entries).values(**entry))
    return True


def two_swapped(session: Session, chance: random.Random) -> bool:
    """Two entries in each other's place."""
    one, two = a_chained(session, chance), a_chained(session, chance)
    if one["id"] == two["id"]:
        return False
    change(session, one["id"], position=None)
    change(session, two["id"], position=one["position"], chained=one["chained"])
    return change(session, one["id"], position=two["position"], chained=two["chained"])


def one_unchained(session: Session, chance: random.Random) -> bool:
    """An entry taken out of the row, as if it had just been written."""
    return change(session, a_chained(session, chance)["id"], position=None, chained=None)


def another_link(session: Session, chance: random.Random) -> bool:
    return change(session, a_chained(session, chance)["id"], chained=chance.randbytes(16))


def the_head_gone(session: Session, _chance: random.Random) -> bool:
    return rows(session, delete(AuditHead))


def another_checkpoint(session: Session, chance: random.Random) -> bool:
    day = chance.choice(session.scalars(select(AuditCheckpoint.day)).all())
    values = {"position": AuditCheckpoint.position + 1} if chance.random() < 0.5 else {"chained": chance.randbytes(16)}
    return rows(session, update(AuditCheckpoint).where(AuditCheckpoint.day == day).values(values))


WAYS: tuple[Way, ...] = (
    a_column, a_column, a_column, a_removal, the_last_removed, one_slipped_in, two_swapped, one_unchained, another_link,
    the_head_gone, another_checkpoint, all_begun_anew, an_old_head_put_back, an_exact_copy,
)  # fmt: skip


def test_a_hundred_tamperings_are_found(
    log: Session, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "reading", lambda: contextlib.nullcontext(log))  # what was done is there for everybody
    assert list(find_differences(log)) == []
    chance, tried, unseen = random.Random(SEED), Counter[str](), []
    while tried.total() < WANTED:
        for way in WAYS:
            seed, step = chance.getrandbits(32), log.begin_nested()
            try:
                if way(log, random.Random(seed)):
                    tried[way.__name__] += 1
                    if not list(find_differences(log)):
                        unseen.append((way.__name__, seed))
            except IntegrityError:  # the database itself would not have it
                pass
            finally:
                step.rollback()
                log.expire_all()
    assert list(find_differences(log)) == [], "a tampering was not undone"
    record_property("audit tamperings", f"{tried.total()} of {len(tried)} kinds, {len(unseen)} not found")
    assert unseen == []
    assert tried.keys() == {way.__name__ for way in WAYS} - {an_exact_copy.__name__}  # no two entries have one MAC


def test_an_entry_that_commits_late_is_chained_behind(shop: Cast) -> None:
    """A transaction that began earlier and ends later has the smaller number: the chain takes it when it is there."""
    chain_audit()
    with database.transaction() as session:
        for number in (1, 2):
            audit.record(session, "orders:create", ("order", number), actor=SYSTEM, at=shop.at)
        waiting = select(_entries).where(_entries.c.position.is_(None)).order_by(_entries.c.id)
        late, soon = session.execute(waiting).mappings().all()
        session.execute(delete(_entries).where(_entries.c.id == late["id"]))
        chain_entries(session, at=shop.at)
        session.execute(insert(_entries).values(**late))
        chain_entries(session, at=shop.at)
        last = session.scalars(select(AuditEntry.id).order_by(AuditEntry.position.desc()).limit(2)).all()
        assert (last, list(find_differences(session))) == ([late["id"], soon["id"]], [])


def test_a_member_who_acts_is_named_by_number_only(shop: Cast) -> None:
    with database.transaction() as session:
        audit.record(
            session, "consents:give", ("member", 77), actor=MEMBER, at=shop.at, changes={"name": ["", "林知夏"]}
        )
        row = session.execute(select(_entries).order_by(_entries.c.id.desc()).limit(1)).mappings().one()
        assert (row["actor_id"], row["actor_name"], row["member_id"]) == (77, "", 77)
        assert "林知夏" not in str(dict(row))
        [read] = list_entries(session, Search(member_id=77), actor=shop.owner)
        assert read.changes == {"name": ["", "林知夏"]}


def test_without_the_key_nothing_is_read_and_everything_still_adds_up(shop: Cast) -> None:
    member = welcome_member(shop.at, "林知夏", "+8613800138000")
    chain_audit()
    with database.transaction() as session:
        vault.destroy(session, member.id, at=shop.at)
        vault.destroy(session, member.id, at=shop.at)
        about = list_entries(session, Search(member_id=member.id), actor=shop.owner)
        assert [each.changes for each in about] == [None] * len(about) != []
        assert list(find_differences(session)) == []
        with pytest.raises(vault.Erased):
            vault.seal(session, member.id, b"more", "audit", at=shop.at)


def test_a_text_belongs_to_one_member_and_one_purpose(session: Session, shop: Cast) -> None:
    sealed = vault.seal(session, 5, "林知夏".encode(), "audit", at=shop.at)
    vault.seal(session, 6, b"", "audit", at=shop.at)
    assert vault.unseal(session, 5, sealed, "audit") == "林知夏".encode()
    for member_id, purpose in ((6, "audit"), (5, "message")):
        with pytest.raises(InvalidTag):
            vault.unseal(session, member_id, sealed, purpose)


def test_entries_that_wait_too_long_for_the_chain_are_told(shop: Cast) -> None:
    chain_audit()
    write(shop, 2)
    with database.reading() as session:
        newest = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert find_waiting(session, at=newest + LATE) is None
        said = find_waiting(session, at=newest + LATE + timedelta(seconds=1))
        assert said is not None
        assert said.startswith("audit: 2 entries")
    chain_audit()
    with database.reading() as session:
        assert find_waiting(session, at=newest + timedelta(days=9)) is None


def test_a_noted_end_proves_that_what_was_before_it_is_still_there(shop: Cast) -> None:
    write(shop, 5)
    chain_audit()
    with database.transaction() as session:
        chain = get_chain(session)
        noted = f"{chain.position}-{chain.end}"
        assert find_altered_end(session, noted) is None
        audit.record(session, "orders:create", ("order", 1), actor=SYSTEM, at=shop.at)
        chain_entries(session, at=shop.at)
        assert find_altered_end(session, f" {noted}\n") is None, "more came behind it"
        assert find_altered_end(session, f"{chain.position}-{'00' * 32}") is not None
        assert find_altered_end(session, f"{chain.position + 9}-{chain.end}") is not None
        for wrong in ("", "5", "x-ab", "5-xy", "-5-ab", "9" * 30 + "-ab"):
            with pytest.raises(ValueError):
                find_altered_end(session, wrong)
