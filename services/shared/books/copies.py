"""Taking a copy and restoring it.

Inside: `head.json` (version, revision, tables), `secrets.json`, the tables in parts, the pictures, and last `manifest.json`
with counts and hashes. A copy is one snapshot: SQLite's read transaction, PostgreSQL's REPEATABLE READ.
"""

import contextlib
import gzip
import hashlib
import io
import json
import os
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, cast

from sqlalchemy import Connection

from services.shared import migrations, runtime
from services.shared.books import sealed, tables
from services.shared.books.sealed import UnreadableError
from services.shared.books.tables import Shape
from services.shared.config import Config

FORMAT = 1
HEAD, SECRETS, MANIFEST, PICTURES = "head.json", "secrets.json", "manifest.json", "uploads/"
MOST = 64_000_000  # bytes of one member: a part of a table or a picture is far smaller
MOST_TOLD = 1_000_000  # bytes of what a copy says of itself


@dataclass
class Story:
    """What is in a copy: rows per table, pictures, and a SHA-256 per member."""

    rows: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    hashes: dict[str, str] = field(default_factory=dict)


# ------------------------------------------------------------------ taking a copy


def take(path: Path, *, passphrase: str | None, at: datetime) -> Story:
    """Write a copy of everything into `path` (mode 600), sealed when a passphrase is given. Nobody waits for it."""
    story, draft = Story(), path.with_name(f".{path.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            writer = sealed.Writer(out, passphrase) if passphrase else None
            with (
                gzip.GzipFile(
                    fileobj=cast(IO[bytes], writer or out), mode="wb", compresslevel=5, filename=""
                ) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                _fill(_Filler(tar, at, story))
            if writer:
                writer.close()
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return story


@dataclass
class _Filler:
    tar: tarfile.TarFile
    at: datetime
    story: Story

    def put(self, name: str, body: bytes) -> None:
        """Add one member and note its hash."""
        about = tarfile.TarInfo(name)
        about.size, about.mode, about.mtime = len(body), 0o600, int(self.at.timestamp())
        self.tar.addfile(about, io.BytesIO(body))
        self.story.hashes[name] = hashlib.sha256(body).hexdigest()


def _fill(filler: _Filler) -> None:
    config, shapes = runtime.config(), tables.shapes()
    head = {
        "format": FORMAT, "version": version("changke"), "revision": migrations.current(), "taken_at": filler.at.isoformat(),
        "tables": [[shape.name, shape.columns] for shape in shapes],
    }  # fmt: skip
    filler.put(HEAD, json.dumps(head).encode())
    filler.put(SECRETS, config.secrets_file.read_bytes())
    with _snapshot() as connection:
        for shape in shapes:
            for number, (rows, part) in enumerate(tables.dump(connection, shape)):
                filler.put(f"tables/{shape.name}/{number:06d}.jsonl", part)
                filler.story.rows[shape.name] += rows
    for picture in sorted(config.uploads.glob("[!.]*")) if config.uploads.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # one that nothing shows, forgotten at this very moment
            filler.put(PICTURES + picture.name, picture.read_bytes())
            filler.story.pictures += 1
    story = filler.story
    filler.put(MANIFEST, json.dumps({"rows": story.rows, "pictures": story.pictures, "sha256": story.hashes}).encode())


@contextlib.contextmanager
def _snapshot() -> Iterator[Connection]:
    engine = runtime.current().engine
    options: dict[str, Any] = {"sqlite_begin": "DEFERRED"}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection


# ------------------------------------------------------------------ restoring one


class NotEmptyError(Exception):
    """There is a shop already where a copy should be restored. The words are for people."""


def require_empty_folder(config: Config) -> None:
    """Raise NotEmptyError when the data folder belongs to a shop."""
    if config.secrets_file.exists() or any(config.uploads.glob("*")) or any(config.data.glob("*.db")):
        raise NotEmptyError(f"{config.data} is not empty: name an empty folder with DATA=")


@dataclass
class Copy:
    """A copy that is being read, member by member, in the order it was written."""

    members: Iterator[tuple[str, bytes]]
    revision: str
    shapes: dict[str, Shape]
    secrets: bytes
    story: Story


@contextlib.contextmanager
def opened(path: Path, *, passphrase: str | None) -> Iterator[Copy]:
    """Open the copy in `path` and read what it says of itself. Raises UnreadableError with words."""
    with path.open("rb") as file:
        is_sealed = file.read(len(sealed.MAGIC)) == sealed.MAGIC
        file.seek(0)
        if is_sealed and not passphrase:
            raise UnreadableError("this copy is sealed: give its passphrase (CHANGKE_PASSPHRASE or --passphrase-stdin)")
        source = sealed.Reader(file, passphrase or "") if is_sealed else file
        try:
            with tarfile.open(fileobj=cast(IO[bytes], source), mode="r|gz") as tar:
                yield _start(tar)
        except (tarfile.TarError, EOFError, OSError, KeyError, ValueError, TypeError, RecursionError) as error:
            raise UnreadableError(f"this is not a copy of the books, or it is damaged ({error})") from error


def _start(tar: tarfile.TarFile) -> Copy:
    story = Story()
    members = _members(tar, story)
    name, body = next(members, ("", b""))
    if name != HEAD:
        raise UnreadableError("this is not a copy of the books")
    head = json.loads(body)
    if head["format"] != FORMAT:
        raise UnreadableError(f"this copy was made by version {head['version']}: update changke first")
    shapes = {
        table: Shape(table, tuple((column, kind) for column, kind in columns)) for table, columns in head["tables"]
    }
    _name, secrets = next(members, ("", None))
    if secrets is None:
        raise UnreadableError("this is not a copy of the books, or it is damaged (it ends too soon)")
    return Copy(members, head["revision"], shapes, secrets, story)


def _members(tar: tarfile.TarFile, story: Story) -> Iterator[tuple[str, bytes]]:
    for about in tar:
        if not about.isfile() or about.size > (MOST_TOLD if about.name in {HEAD, SECRETS} else MOST):
            raise UnreadableError(f"{about.name} does not belong into a copy")
        stream = tar.extractfile(about)
        assert stream is not None
        body = stream.read()
        if about.name != MANIFEST:
            story.hashes[about.name] = hashlib.sha256(body).hexdigest()
        yield about.name, body


def pour(copy: Copy, connection: Connection) -> None:
    """Put the rows into the (empty, migrated) database and the pictures into their folder; raises UnreadableError unless all is there."""
    if not tables.is_empty(connection):
        raise NotEmptyError("the database is not empty: name another one with DATABASE_URL=")
    manifest: dict[str, Any] = {}
    for name, body in copy.members:
        if name.startswith("tables/"):
            shape = copy.shapes[name.split("/")[1]]
            copy.story.rows[shape.name] += tables.load(connection, shape, body)
        elif name.startswith(PICTURES):
            _hang(name.removeprefix(PICTURES), body)
            copy.story.pictures += 1
        elif name == MANIFEST:
            manifest = json.loads(body)
        else:
            raise UnreadableError(f"{name} does not belong into a copy")
    for shape in copy.shapes.values():
        tables.count_on(connection, shape)
    _require_whole(copy.story, manifest)


def _hang(name: str, body: bytes) -> None:
    if "/" in name or name.startswith("."):
        raise UnreadableError(f"{name} does not belong into a copy")
    folder = runtime.config().uploads
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(body)


def _require_whole(story: Story, manifest: dict[str, Any]) -> None:
    if not manifest:
        raise UnreadableError("the copy is cut off")
    same = dict(story.rows) == manifest["rows"] and story.pictures == manifest["pictures"]
    if not same or story.hashes != manifest["sha256"]:
        raise UnreadableError("the copy is damaged: what is in it is not what it says")
