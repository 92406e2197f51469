"""Uploaded pictures: checked before they are decoded, drawn anew as WebP without metadata, kept under a random name."""

import io
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from services.shared import picture_guards, runtime
from services.shared.database import reading
from services.shared.words import N_

MOST_BYTES = 8_000_000
MOST_PIXELS = 40_000_000  # of a JPEG, which is decoded no finer than needed
MOST_IN_SCANS = 12_000_000  # of a JPEG in several scans, which is held as a whole in six to eight bytes a pixel
MOST_WHOLE = 8_000_000  # of the others, which unfold to several times four bytes a pixel before they are small
LONGEST_SIDE = 1200  # pixels
ACCEPT = "image/png,image/jpeg,image/webp"
Finder = Callable[[Session], Iterable[str]]
_finders: tuple[Finder, ...] = ()
_FORMATS = ("PNG", "JPEG", "WEBP")
_NAME = re.compile(r"[0-9a-f]{32}\.webp")
_one_at_a_time = threading.Lock()  # each may take 150 MB while it unfolds: several at once may not eat the machine
UNUSABLE = N_("这不是能用的图片，请选 PNG、JPEG 或 WebP")
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class Refused(ValueError):  # noqa: N818 (an answer, not an error)
    """A picture that is not kept; the msgid says what to do."""


def is_name(name: str) -> bool:
    """Whether `name` can be a picture that `keep` made: never a path, never another kind of file."""
    return _NAME.fullmatch(name) is not None


def keep(sent: bytes) -> str:
    """Keep an uploaded picture and return its file name in the uploads folder.

    PNG, JPEG or WebP, at most 8 MB and 40 (JPEG; in several scans 12) or 8 million pixels; the longest side becomes at most 1200 pixels,
    place and camera (EXIF, XMP) are gone. Raises Refused, a ValueError with a msgid that says what to do.
    """
    data = _drawn_anew(sent)
    name = f"{secrets.token_hex(16)}.webp"
    folder = runtime.config().uploads
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{name}"
    half.write_bytes(data)
    half.rename(folder / name)
    return name


def wire(finders: Sequence[Finder]) -> None:
    """Say which pictures are shown somewhere. Called once, by `services.wiring`."""
    global _finders  # noqa: PLW0603 (the registry of the process)
    _finders = tuple(finders)


def forget_orphans(before: datetime) -> int:
    """Drop uploads from before this moment that nothing shows: the form was refused, or another took its place. Says how many.

    The moment is held against the clock of the disk.
    """
    folder = runtime.config().uploads
    old = [path for path in folder.iterdir() if _kept_before(path, before)] if folder.is_dir() else []
    if not old:
        return 0
    with reading() as session:
        shown = {name for find in _finders for name in find(session)}
    orphans = [path for path in old if path.name not in shown]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _kept_before(path: Path, before: datetime) -> bool:
    """Only files of our own making, also those of which half was written."""
    return is_name(path.name.removeprefix(".")) and path.stat().st_mtime < before.timestamp()


def _drawn_anew(sent: bytes) -> bytes:
    if len(sent) > MOST_BYTES:
        raise Refused(N_("图片太大了，最多 8 MB"))
    if picture_guards.has_too_many_pieces(sent):
        raise Refused(UNUSABLE)
    try:
        with _one_at_a_time, Image.open(io.BytesIO(sent), formats=_FORMATS) as picture:  # reads the header only
            _require_handy(picture, sent)
            return _webp(picture)
    except Refused:
        raise
    except _BOMBS:
        raise Refused(N_("图片尺寸太大了，最多 4000 万像素")) from None
    except (
        OSError,
        SyntaxError,
        ValueError,
    ) as error:  # Pillow: not a picture, a broken one, texts that unfold to megabytes
        raise Refused(UNUSABLE) from error


def _require_handy(picture: Image.Image, sent: bytes) -> None:
    pixels = picture.width * picture.height
    if pixels > MOST_PIXELS:
        raise Refused(N_("图片尺寸太大了，最多 4000 万像素"))
    if picture.format != "JPEG":
        if pixels > MOST_WHOLE:
            raise Refused(N_("图片尺寸太大了，PNG 和 WebP 最多 800 万像素，请改用 JPEG"))
        return
    scans = picture_guards.count_scans(sent)
    if scans > picture_guards.MOST_SCANS:
        raise Refused(UNUSABLE)
    if pixels > MOST_IN_SCANS and (scans > 1 or "progressive" in picture.info):
        raise Refused(N_("图片尺寸太大了，渐进式 JPEG 最多 1200 万像素，请另存为普通 JPEG"))


def _webp(picture: Image.Image) -> bytes:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: decode no finer than needed
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    drawn = picture if picture.mode == mode else picture.convert(mode)
    # Small first: every further step would copy the whole.
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    ImageOps.exif_transpose(drawn, in_place=True)
    out = io.BytesIO()
    drawn.save(out, "WEBP", quality=82, method=4, exif=b"", xmp=b"")
    return out.getvalue()
