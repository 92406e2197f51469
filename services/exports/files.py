"""Where the files lie: sealed chunk by chunk while they are written, so that no row ever stands on the disk in clear."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from services.shared import runtime
from services.shared.books import sealed

PURPOSE = "export"
CHUNK = 65536


def folder() -> Path:
    """The exports' folder, open to the shop's own user alone."""
    path = runtime.config().data / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def fresh_key() -> tuple[str, bytes]:
    """A key for one file: as its passphrase, and as it rests in the database."""
    clear = secrets.token_hex(32)
    return clear, runtime.keys().encrypt(clear.encode(), PURPOSE)


def write(name: str, passphrase: str, fill: Callable[[BinaryIO], None]) -> int:
    """Let `fill` write the file `name`, sealed; its size in bytes. A file of that name is there when it is whole, and not before."""
    half, path = folder() / f".{name}", folder() / name
    try:
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            out = _Out(sealed.Writer(file, passphrase))
            fill(out)  # type: ignore[arg-type]  # it writes and flushes, which is all that is asked
            out.close()
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
    finally:
        half.unlink(missing_ok=True)
    return out.size


def read(name: str, key: bytes) -> Iterator[bytes]:
    """The file in clear, piece by piece. Raises FileNotFoundError at once where it is gone."""
    passphrase = runtime.keys().decrypt(key, PURPOSE).decode()
    source = (folder() / name).open("rb")
    return _pieces(source, passphrase)


def _pieces(source: BinaryIO, passphrase: str) -> Iterator[bytes]:
    with source:
        opened = sealed.Reader(source, passphrase)
        while piece := opened.read(CHUNK):
            yield piece


def drop_halves(begins: str) -> None:
    """Forget files whose names begin so and that are not whole: whoever wrote them is dead, or has lost its claim."""
    for half in folder().glob(f".{begins}*"):
        half.unlink(missing_ok=True)


def drop(name: str) -> None:
    """Forget a file; nothing happens where there is none."""
    (folder() / name).unlink(missing_ok=True)


def drop_others(kept: set[str], *, before: float) -> int:
    """Forget files that no row knows and that nobody wrote to since `before` (by the disk's clock): what a dead worker left. How many."""
    left = [path for path in folder().iterdir() if path.name not in kept and path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


class _Out:
    """What a zip file or a table writes into: it cannot go back."""

    def __init__(self, writer: sealed.Writer) -> None:
        self._writer, self.size = writer, 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        return self._writer.write(data)

    def flush(self) -> None:
        """Nothing waits that could be written earlier."""

    def close(self) -> None:
        self._writer.close()
