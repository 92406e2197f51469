"""A throw-away PostgreSQL server, and fresh databases copied from a template.

The server keeps nothing safe (`fsync=off`): it is for tests that ask whether the product is right, never how
fast or how durable it is; a bench asks for a `durable` one. It listens on the loopback address only.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from tests.kit.ports import LOOPBACK, free_port

HOME = Path("/usr/lib/postgresql")
OLDEST = 15
OWNER = "changke"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": LOOPBACK,
    "max_connections": "100",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Postgres:
    """A server; its one user may do everything and needs no password."""

    port: int
    folder: Path
    durable: bool = False

    def url(self, database: str = "postgres") -> str:
        """The address as SQLAlchemy wants it."""
        return f"postgresql+psycopg://{OWNER}@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, *, template: str = "template0", name: str | None = None) -> str:
        """Create a database as a copy of `template` (some 30 ms; nobody may be connected to it); its URL."""
        name = name or f"t_{secrets.token_hex(6)}"
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._administer(copy.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database of this URL, and throw out whoever is connected to it."""
        name = url.rpartition("/")[2]
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=LOOPBACK, port=self.port, user=OWNER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def start(self) -> None:
        """Start (again, after `crash`) and wait until connections are accepted."""
        chosen = SETTINGS | (DURABLE if self.durable else {})
        settings = " ".join(f"-c {name}={value}" for name, value in chosen.items())
        options = f"{settings} -p {self.port} -k {self.folder}"
        self._control("-l", str(self.folder / "log"), "-o", options, "start")

    def crash(self) -> None:
        """Every connection breaks and nothing is tidied up; the next `start` recovers from the log."""
        self._control("-m", "immediate", "stop")

    def stop(self) -> None:
        """Everything is written down first."""
        self._control("-m", "fast", "stop")

    def _control(self, *arguments: str) -> None:
        _run("pg_ctl", "-w", "-D", str(self.folder / "data"), *arguments)


@contextmanager
def temporary_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A server in a temporary folder for the length of a `with` block (about a second to start)."""
    folder = Path(tempfile.mkdtemp(prefix="changke-postgres-"))
    try:
        with kept_postgres(folder, durable=durable) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def kept_postgres(folder: Path, *, durable: bool = False) -> Iterator[Postgres]:
    """A server whose databases stay in `folder`, made there the first time, for the length of a `with` block."""
    if not (folder / "data" / "PG_VERSION").exists():
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        manner = [
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ]
        _run("initdb", "-D", str(folder / "data"), *manner)
    server = Postgres(port=free_port(), folder=folder, durable=durable)
    server.start()
    try:
        yield server
    finally:
        server.stop() if durable else server.crash()


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL: as user postgres when we are root (it refuses root), else as oneself."""
    done = subprocess.run(
        [*_as_postgres(), str(_binaries() / program), *arguments],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl-C on the tests shall not hit the server before we stop it
    )
    if done.returncode != 0:
        raise RuntimeError(f"{program} ended with {done.returncode}:\n{done.stdout}")


@cache
def _binaries() -> Path:
    """Debian 12 brings version 15; a newer system a newer one."""
    versions = [int(each.name) for each in HOME.iterdir() if (each / "bin" / "initdb").exists()]
    if not versions or max(versions) < OLDEST:
        raise RuntimeError(f"PostgreSQL {OLDEST} or newer is not installed; `python -m tests.kit.system` helps.")
    return HOME / str(max(versions)) / "bin"


def _as_postgres() -> list[str]:
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
