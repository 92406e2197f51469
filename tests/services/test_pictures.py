"""Uploaded pictures: small, harmless, without a word about where they were taken."""

import io
import struct
import zlib

import pytest
from flask import Flask
from PIL import Image

from services.shared import pictures, runtime


def photo(kind: str = "JPEG", size: tuple[int, int] = (1600, 900), **more: object) -> bytes:
    """A picture as a phone sends it."""
    out = io.BytesIO()
    Image.new("RGB", size, (180, 60, 40)).save(out, kind, **more)
    return out.getvalue()


def kept(sent: bytes) -> Image.Image:
    """The picture as it lies in the uploads."""
    return Image.open(runtime.config().uploads / pictures.keep(sent))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_kind_becomes_a_small_webp(app: Flask, kind: str) -> None:
    with kept(photo(kind)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (1200, 675))


def test_place_and_camera_are_gone_and_the_picture_stands_upright(app: Flask) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera", 6  # turned by 90°
    exif.get_ifd(0x8825)[1] = "N"
    with kept(photo(size=(900, 600), exif=exif.tobytes())) as picture:
        assert picture.size == (600, 900)
        assert not picture.getexif()
        assert "exif" not in picture.info


def test_a_logo_keeps_what_is_see_through(app: Flask) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    with kept(out.getvalue()) as picture:
        assert picture.mode == "RGBA"


def test_names_are_random_and_never_paths(app: Flask) -> None:
    first, second = pictures.keep(photo()), pictures.keep(photo())
    assert first != second
    assert pictures.is_name(first)
    assert not any(pictures.is_name(name) for name in ("", "a.webp", f"../{first}", f"{first}\n", first.upper()))


def bomb(side: int) -> bytes:
    """The header of a PNG that would unpack to `side` × `side` pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_unfolds_to_too_much_memory_is_refused_though_it_is_small_on_the_wire(app: Flask, kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (3000, 2700)).save(out, kind)
    assert len(out.getvalue()) < 100_000
    with pytest.raises(ValueError, match="800 万像素"):
        pictures.keep(out.getvalue())


def test_a_photo_of_forty_million_pixels_is_a_photo(app: Flask) -> None:
    with kept(photo(size=(7200, 5400))) as picture:
        assert picture.size == (1200, 900)


@pytest.mark.parametrize(
    "sent",
    [b"", b"MZ not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photo("GIF"), photo()[:400], bomb(7000),
     bomb(11_000), bomb(60_000), b"x" * (pictures.MOST_BYTES + 1)],
    ids=["empty", "program", "svg", "gif", "half", "49 MP", "121 MP", "3600 MP", "too many bytes"],
)  # fmt: skip
def test_what_is_no_picture_or_too_large_is_refused_and_not_kept(app: Flask, sent: bytes) -> None:
    with pytest.raises(ValueError):
        pictures.keep(sent)
    assert list(runtime.config().uploads.glob("*")) == []
