"""`changke doctor`: looks at everything a shop needs and says what is wrong, in words."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import click
from sqlalchemy import text

from services.audit import queries as audit
from services.shared import clock, dangers, database, jobs, keys, migrations, runtime
from services.shared.config import Config
from services.stores import queries as stores
from webapp.cli import application
from webapp.web import assets, icons

State = Literal["ok", "hint", "wrong"]
Finding = tuple[State, str]
ROOM = 1_000_000_000  # bytes that should be free
NETWORK_DISKS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs"}
MARKS: dict[State, str] = {"ok": "✓", "hint": "!", "wrong": "✗"}


@click.command()
def doctor() -> None:
    """Look at configuration, database, queue, worker, disk and keys. Ends with 1 when something is wrong."""
    application()
    config = runtime.config()
    findings = [finding for look in LOOKS for finding in look(config)]
    for state, words in findings:
        click.echo(f"{MARKS[state]} {words}")
    if any(state == "wrong" for state, _ in findings):
        raise SystemExit(1)


def _configuration(config: Config) -> Iterator[Finding]:
    yield "ok", f"data in {config.data}, port {config.port}, origin {config.public_origin}"
    if not config.secure and not config.public_origin.startswith(("http://localhost", "http://127.0.0.1")):
        yield "hint", "PUBLIC_ORIGIN is not https: phones will have no camera, push, offline mode or installable app"
    if config.secure and not (config.tls_cert or config.tls_local or config.trusted_proxies):
        yield "hint", "PUBLIC_ORIGIN is https: if a reverse proxy stands before this, set TRUSTED_PROXIES=1"
    if config.push_extra_hosts:
        yield "hint", f"CHANGKE_PUSH_EXTRA_HOSTS lets pushes go to {', '.join(config.push_extra_hosts)}: only for tests"
    if config.sms_test_host:
        yield (
            "hint",
            f"CHANGKE_SMS_TEST_HOST sends codes to {config.sms_test_host} instead of the provider: only for tests",
        )
    if config.test_clock:
        yield "hint", "CHANGKE_TEST_CLOCK is on: time can be set from outside and flood limits are off: only for tests"
    if config.demo:
        yield "hint", "DEMO is on: sign-in codes can be read by everybody in the development inbox"
    yield from (("hint", words) for words in dangers.find_hints(config))
    yield from (("wrong", words) for words in dangers.find_dangers(config))


def _database(config: Config) -> Iterator[Finding]:
    if not database.is_alive():
        yield "wrong", "the database does not answer"
        return
    current, head = migrations.current(), migrations.head()
    if current != head:
        yield "wrong", f"the database is at {current or 'nothing'}, the program at {head}: run `changke migrate`"
        return
    with database.reading() as session:
        if config.sqlite:
            broken = session.execute(text("PRAGMA quick_check(1)")).scalar()
            yield ("ok", "SQLite is sound") if broken == "ok" else ("wrong", f"SQLite is damaged: {broken}")
        else:
            yield "ok", str(session.execute(text("SELECT version()")).scalar()).split(" on ")[0]
        if waiting := audit.find_waiting(session, at=clock.now()):
            yield "wrong", waiting
        if not stores.is_set_up(session):
            yield "hint", f"nothing is set up yet: open {config.public_origin}/setup or run `changke setup`"


def _queue(config: Config) -> Iterator[Finding]:
    yield ("ok", "the queue answers") if jobs.queue_is_alive() else ("wrong", "the queue does not answer")
    if not config.sqlite and not config.redis_url:
        yield "hint", "PostgreSQL without Redis: all workers must run on this one machine; set REDIS_URL for more"
    if database.is_alive() and migrations.current():
        alive = jobs.worker_is_alive()
        yield ("ok", "a worker is alive") if alive else ("wrong", "no worker: start `changke work` (make serve does)")


def _disk(config: Config) -> Iterator[Finding]:
    free = shutil.disk_usage(config.data).free
    yield ("ok" if free > ROOM else "wrong"), f"{free / 1e9:.1f} GB free in {config.data}"
    kind = disk_kind(config.data, Path("/proc/mounts"))
    if config.sqlite and kind in NETWORK_DISKS:
        yield "wrong", f"SQLite on a network disk ({kind}) loses data: use a local one, or PostgreSQL"
    if config.secrets_file.stat().st_mode & 0o070:
        yield "hint", f"a group can read {config.secrets_file}: chmod 600"


def disk_kind(folder: Path, mounts: Path) -> str:
    """The file system type that `folder` lies on, as `mounts` (the kernel's list) says; empty when unknown."""
    if not mounts.exists():
        return ""
    lines = [line.split() for line in mounts.read_text().splitlines()]
    inside = [(len(point), kind) for _, point, kind, *_ in lines if folder.resolve().is_relative_to(point)]
    return max(inside, default=(0, ""))[1]


def _keys(config: Config) -> Iterator[Finding]:
    public = keys.load(config.secrets_file).vapid_public
    yield "ok", f"push key {public[:12]}…, contact {config.push_subject}"
    if config.push_subject.endswith(".invalid"):
        yield (
            "hint",
            "PUSH_SUBJECT: write your mailto: address, so that push services can reach you (Apple asks for it)",
        )


def _looks(_config: Config) -> Iterator[Finding]:
    if not assets.manifest():
        yield "wrong", "the front end is not built: make build"
    if not icons.font_files():
        yield "hint", "no font with Chinese characters: app icons show a drawn mark; apt install fonts-noto-cjk"


LOOKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (_configuration, _database, _queue, _disk, _keys, _looks)
