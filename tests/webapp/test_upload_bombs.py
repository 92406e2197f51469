"""Files that are small on the wire and huge, slow or something else inside: refused within two seconds, and the server does not swell.

Pictures and tables go through the real forms of a real server process; copies of the books through what `changke restore` opens them with.
Nothing else takes a file from anybody.
"""

import gzip
import io
import json
import os
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image

from services.shared import database, runtime
from services.shared.books import copies
from services.shared.books.sealed import UnreadableError
from tests.browse import Browser
from tests.cast import Cast
from tests.selling import open_till
from tests.services.test_tables import bomb as sheet_of
from tests.services.test_tables import workbook as table
from tests.serving import Answer, Front, Request, cookies_of, open_front
from tests.webapp.test_setup import send as set_up
from webapp.web.people import STAFF_COOKIE

SECONDS, MEGABYTES = 2.0, 150
WORDS = ("图片尺寸太大了", "这不是能用的图片")  # beside the field
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&e;</svg>'


def written(picture: Image.Image, kind: str, **how: object) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def plain(kind: str, mode: str = "RGB", size: tuple[int, int] = (64, 64), **how: object) -> bytes:
    """A file of one colour: millions of pixels in some kilobytes."""
    return written(Image.new(mode, size), kind, **how)


def piece(name: bytes, content: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_with(*pieces: bytes) -> bytes:
    """A small PNG with something more between its head and its picture."""
    whole = plain("PNG")
    return whole[:33] + b"".join(pieces) + whole[33:]


def with_scans(jpeg: bytes, size: int) -> bytes:
    """The progressive JPEG with its last scan repeated up to so many bytes."""
    last = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    return jpeg[:-2] + last * ((size - len(jpeg)) // len(last)) + b"\xff\xd9"


def frames(kind: str, many: int) -> bytes:
    """A film."""
    shown = [Image.new("RGB", (64, 64), (number % 256, number // 256, 0)) for number in range(many)]
    return written(shown[0], kind, save_all=True, append_images=shown[1:])


def archive() -> bytes:
    """A zip within a zip within a zip; to a program that looks at the name only, a picture."""
    inside = b"\0" * 10_000_000
    for depth in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for number in range(4):
                packed.writestr(f"{depth}-{number}", inside)
        inside = out.getvalue()
    return inside


def unfolding(title: bytes, size: int) -> bytes:
    """What says little packed and `size` bytes unpacked."""
    return title + b"\0\0" + zlib.compress(b"x" * size, 9)


# Refused with words beside the field.
BOMBS: Mapping[str, Callable[[], bytes]] = {
    "49 megapixels": lambda: plain("PNG", "1", (7000, 7000)),
    "49 megapixels of JPEG": lambda: plain("JPEG", "L", (7000, 7000)),
    "39 megapixels held whole": lambda: plain("JPEG", "RGB", (7200, 5400), progressive=True, subsampling=0),
    "ten thousand scans": lambda: with_scans(plain("JPEG", "L", (4000, 3000), progressive=True), 300_000),
    "scans without end": lambda: with_scans(plain("JPEG", "RGB", (1200, 1200), progressive=True), 7_900_000),
    "a text of 60 MB": lambda: png_with(piece(b"zTXt", unfolding(b"a", 60_000_000))),
    "two thousand texts": lambda: png_with(piece(b"zTXt", unfolding(b"a", 1_000_000)) * 2000),
    "a colour profile of 60 MB": lambda: png_with(piece(b"iCCP", unfolding(b"a", 60_000_000))),
    "half a million pieces": lambda: png_with(piece(b"tEXt", b"a\0b") * 500_000),
    "a film as PNG": lambda: frames("PNG", 2600),
    "a film as GIF": lambda: frames("GIF", 300),
    "a drawing": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a drawing that reads files": lambda: XXE,
    "a page": lambda: b"<!doctype html><script>alert(1)</script>",
    "nested archives": archive,
    "a program": lambda: b"MZ" + os.urandom(4000),
    "half a picture": lambda: plain("JPEG", "RGB", (2000, 2000))[:600],
    "a head alone": lambda: plain("PNG")[:40],
    "another kind by name": lambda: plain("TIFF"),
}  # fmt: skip
# Kept as small pictures, without anything of what came along.
TAMED: Mapping[str, Callable[[], bytes]] = {
    "a page behind the picture": lambda: plain("PNG") + b"<script>alert(1)</script>",
    "an archive behind the picture": lambda: plain("JPEG") + archive(),
    "a colour profile of 7 MB": lambda: plain("JPEG", icc_profile=b"<script>" * 900_000),
    "words in a picture": lambda: plain("WEBP", xmp=b"<script>" * 900_000),
    "more data than pixels": lambda: plain("PNG")[:33] + piece(b"IDAT", zlib.compress(bytes(100_000_000), 9)) + piece(b"IEND", b""),
    "a film as WebP": lambda: frames("WEBP", 200),
    "8 megapixels": lambda: plain("WEBP", "RGBA", (2828, 2828)),
    "12 megapixels held whole": lambda: plain("JPEG", "CMYK", (4000, 3000), progressive=True, subsampling=0),
    "40 megapixels": lambda: plain("JPEG", "RGB", (7200, 5400)),
}  # fmt: skip


class Server:
    """The memory of a server's processes, as the kernel counts it."""

    def __init__(self, front: Front) -> None:
        self._pids = [
            int(stat.parent.name)
            for stat in Path("/proc").glob("[0-9]*/stat")
            if int(stat.read_text().rpartition(")")[2].split()[2]) == front.web.pid
        ]

    def _read(self, name: str) -> dict[int, float]:
        told = {pid: Path(f"/proc/{pid}/status").read_text() for pid in self._pids}
        return {pid: int(text.partition(f"{name}:")[2].split()[0]) / 1024 for pid, text in told.items()}

    def begin(self) -> None:
        """From now on."""
        for pid in self._pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._before = self._read("VmRSS")

    def grown(self) -> float:
        """By how many MB any of them grew, at its highest."""
        return max(high - self._before[pid] for pid, high in self._read("VmHWM").items())


def sending(path: str, headers: Mapping[str, str], field: str, sent: bytes, **fields: str) -> Request:
    """A form with a file, as a browser sends it; the name of the file lies."""
    edge = uuid4().hex
    told = {"csrf_token": headers["X-CSRFToken"], "idempotency_key": uuid4().hex} | fields
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in told.items()
    ]
    file = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="cake.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = ("".join(parts) + file).encode() + sent + f"\r\n--{edge}--\r\n".encode()
    return Request("POST", path, body, {**headers, "Content-Type": f"multipart/form-data; boundary={edge}"})


def owner_now(shop: Cast) -> dict[str, str]:
    """The headers of the owner's browser; the server goes by the real time."""
    return cookies_of(replace(shop, at=datetime.now(UTC)).browser("owner"), STAFF_COOKIE)


@pytest.fixture
def front(shop: Cast, environ: dict[str, str], tmp_path: Path) -> Iterator[Front]:
    with open_front(environ, tmp_path) as running:
        yield running


def send_each(
    front: Front, server: Server, bombs: Mapping[str, Callable[[], bytes]], ask: Callable[[bytes], Request]
) -> Iterator[tuple[str, Answer]]:
    """Send them one by one; none may take long or make the server swell."""
    broken = []
    for name, make in bombs.items():
        sent = make()
        assert len(sent) < 8_000_000, name
        told, answer = measured(front, server, ask, sent)
        if told:
            told, answer = measured(front, server, ask, sent)  # the machine may have been busy with something else
        broken += [f"{name}: {each}" for each in told]
        yield name, answer
    assert broken == []


def measured(front: Front, server: Server, ask: Callable[[bytes], Request], sent: bytes) -> tuple[list[str], Answer]:
    """What was too much about this request, and its answer."""
    asked = ask(sent)
    server.begin()
    started = monotonic()
    answer = front.send(asked)
    took, grown = monotonic() - started, server.grown()
    return [f"{took:.1f} s, {grown:.0f} MB more"] if took > SECONDS or grown > MEGABYTES else [], answer


# Refused as tables with words beside the field; what unpacks them is a process of its own, and not the server's.
TABLES: Mapping[str, Callable[[], bytes]] = {
    "a sheet of 500 MB": lambda: sheet_of(500 * 2**20),
    "a cell a billion cells away": lambda: table(["手机号"], at="XFD1048576"),
    "eight million columns": lambda: b"," * 7_900_000,
    "four million rows": lambda: b"1\n" * 3_900_000,
    "nested archives": archive,
    "a program": lambda: b"MZ" + bytes(4000),
}  # fmt: skip
TABLE_WORDS = ("文件太大了", "打不开这个文件")

FEW = ("49 megapixels", "ten thousand scans", "a colour profile of 60 MB", "a drawing", "nested archives")


def test_no_picture_makes_the_server_slow_or_big(shop: Cast, front: Front) -> None:
    till, headers = open_till(shop), owner_now(shop)
    server, path = Server(front), f"/staff/products/{till.products['拿铁']}/edit"

    def product(sent: bytes) -> Request:
        return sending(path, headers, "picture_file", sent, name="拿铁", price="28.00")

    def logo(sent: bytes) -> Request:
        return sending("/staff/settings/look", headers, "look.logo_file", sent)

    front.send(product(plain("PNG")))  # what is loaded for the first picture is not a picture's
    folder = runtime.config().uploads
    kept = set(folder.iterdir())
    for name, answer in send_each(front, server, BOMBS, product):
        assert (answer.status, any(words in answer.body.decode() for words in WORDS)) == (422, True), name
    assert set(folder.iterdir()) == kept, "nothing of it was kept"
    for name, answer in send_each(front, server, TAMED, product):
        assert answer.status == 303, name
    for name, answer in send_each(front, server, {name: BOMBS[name] for name in FEW}, logo):
        assert (answer.status, any(words in answer.body.decode() for words in WORDS)) == (422, True), name
    for path_kept in set(folder.iterdir()) - kept:
        assert b"script" not in path_kept.read_bytes()
        with Image.open(path_kept) as picture:
            assert (picture.format, max(picture.size) <= 1200, getattr(picture, "n_frames", 1)) == ("WEBP", True, 1)


def test_no_table_makes_the_server_slow_or_big(shop: Cast, front: Front) -> None:
    headers = owner_now(shop)

    def listed(sent: bytes) -> Request:
        return sending("/staff/imports", headers, "file", sent)

    for name, answer in send_each(front, Server(front), TABLES, listed):
        assert (answer.status, any(words in answer.body.decode() for words in TABLE_WORDS)) == (422, True), name


def test_the_sign_of_a_shop_that_is_being_set_up_is_looked_at_in_the_same_way(empty_app: Flask) -> None:
    for name in FEW:
        started = monotonic()
        answer = set_up(Browser(empty_app), logo=(io.BytesIO(BOMBS[name]()), "cake.jpg"))
        assert (answer.status_code, any(words in answer.text for words in WORDS)) == (422, True), name
        assert monotonic() - started < SECONDS + 1, name  # making the bomb takes its time too


# ---- copies of the books


def packed(*members: tuple[str, bytes]) -> bytes:
    """A copy with these in it."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as zipped,
        tarfile.open(fileobj=zipped, mode="w|") as tar,
    ):
        for name, body in members:
            about = tarfile.TarInfo(name)
            about.size = len(body)
            tar.addfile(about, io.BytesIO(body))
    return out.getvalue()


COPIES: Mapping[str, Callable[[], bytes]] = {
    "half a gigabyte of nothing": lambda: gzip.compress(bytes(500_000), 9) * 1000,
    "a member of 200 MB": lambda: packed(("head.json", bytes(200_000_000))),
    "a head of 60 MB": lambda: packed(("head.json", b"[" + b"0," * 30_000_000 + b"0]")),
    "a head without end": lambda: packed(("head.json", b"[" * 100_000)),
    "a head of something else": lambda: packed(("head.json", b"[]")),
    "ten thousand members": lambda: packed(*((f"{number}", b"") for number in range(10_000))),
    "a copy in a copy": lambda: packed(("copy.tar.gz", packed(("head.json", b"{}")))),
    "nested archives": archive,
}  # fmt: skip


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_that_is_a_bomb_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    file.write_bytes(COPIES[name]())
    tracemalloc.start()
    try:
        started = monotonic()
        with pytest.raises(UnreadableError), copies.opened(file, passphrase=None):
            raise AssertionError("opened")
        took, highest = monotonic() - started, tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert (took < SECONDS, highest < MEGABYTES) == (True, True), f"{took:.1f} s, {highest:.0f} MB"


@pytest.mark.usefixtures("empty_app")
def test_what_does_not_belong_into_a_copy_is_refused(tmp_path: Path) -> None:
    head = {"format": copies.FORMAT, "version": "0", "revision": "0", "tables": []}
    file = tmp_path / "copy"
    for strange in ("../../etc/cron.d/x", "/etc/passwd", "else", "uploads/../../x"):
        file.write_bytes(packed(("head.json", json.dumps(head).encode()), ("secrets.json", b"{}"), (strange, b"x")))
        with (
            copies.opened(file, passphrase=None) as copy,
            database.transaction() as session,
            pytest.raises(UnreadableError, match="does not belong"),
        ):
            copies.pour(copy, session.connection())
