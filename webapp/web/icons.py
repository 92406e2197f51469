"""The pictures of the installable apps, drawn from the shop's logo, or from its first character and colour. Pure.

A slim server has no font with Chinese characters: then the mark is the closing loop, the one sign of our visual language.
`fonts-noto-cjk` (or another font of FONTS) brings the character back.
"""

import io
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Kind = Literal["any", "maskable", "plain", "badge"]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
FINER = 4  # drawn larger, then scaled down: soft edges
MISSING = "\U000f0000"  # no font has it: shows the font's box for unknown characters
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts")
FONTS = ("NotoSerifCJK-Bold*", "NotoSerifSC-Bold*", "NotoSansCJK-Bold*", "NotoSansSC-Bold*", "Songti*", "PingFang*",
         "wqy-zenhei*", "wqy-microhei*", "uming*", "DroidSansFallback*")  # fmt: skip
SIMPLIFIED = 2  # the face inside Noto's collections that draws characters as on the mainland


@dataclass(frozen=True)
class Look:
    """What an app's icons are made of: plate and ink `#rrggbb`, the mark (one character), the logo's file if there is one."""

    plate: str
    ink: str
    mark: str
    logo: Path | None = None


@lru_cache(maxsize=64)
def png(look: Look, size: int, kind: Kind) -> bytes:
    """One icon of `size` × `size` pixels as PNG.

    `any` has round corners, `maskable` fills the square and keeps to its safe middle, `plain` fills the square (iOS rounds it
    itself), `badge` is white on nothing for Android's status bar.
    """
    canvas = size * FINER
    picture = Image.new("RGBA", (canvas, canvas), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    if kind == "any":
        pen.rounded_rectangle((0, 0, canvas - 1, canvas - 1), canvas * 0.22, fill=look.plate)
    elif kind != "badge":
        pen.rectangle((0, 0, canvas, canvas), fill=look.plate)
    _fill(picture, pen, look, kind)
    small = picture.resize((size, size), Image.Resampling.LANCZOS)
    if kind in {"any", "badge"}:
        return _bytes(small)
    return _bytes(small.convert("RGB"))


def _fill(picture: Image.Image, pen: ImageDraw.ImageDraw, look: Look, kind: Kind) -> None:
    share = {"any": 0.56, "maskable": 0.44, "plain": 0.54, "badge": 0.82}[kind]
    if look.logo is not None and kind != "badge":
        _paste(picture, look.logo, share + 0.14)
    else:
        _draw_mark(pen, look.mark, picture.width, share, "#ffffff" if kind == "badge" else look.ink)


def _paste(picture: Image.Image, logo: Path, share: float) -> None:
    with Image.open(logo) as opened:
        drawn = opened.convert("RGBA")
    drawn.thumbnail((round(picture.width * share),) * 2, Image.Resampling.LANCZOS)
    place = ((picture.width - drawn.width) // 2, (picture.height - drawn.height) // 2)
    picture.alpha_composite(drawn, place)


def _draw_mark(pen: ImageDraw.ImageDraw, mark: str, canvas: int, share: float, ink: str) -> None:
    font = _font_for(mark, round(canvas * share))
    if font is None:
        _draw_loop(pen, canvas, share, ink)
        return
    left, top, right, bottom = pen.textbbox((0, 0), mark, font=font)
    pen.text(((canvas - right - left) / 2, (canvas - bottom - top) / 2), mark, fill=ink, font=font)


def _draw_loop(pen: ImageDraw.ImageDraw, canvas: int, share: float, ink: str) -> None:
    """The closing loop: nearly once round, with round ends, and the regular in its middle."""
    middle, radius, width = canvas / 2, canvas * share / 2, canvas * share * 0.17
    box = (middle - radius, middle - radius, middle + radius, middle + radius)
    pen.arc(box, start=-90, end=200, fill=ink, width=round(width))
    for x, y in ((middle, middle - radius + width / 2), _on_circle(middle, radius - width / 2)):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=ink)
    dot = radius * 0.36
    pen.ellipse((middle - dot, middle - dot, middle + dot, middle + dot), fill=ink)


def _on_circle(middle: float, radius: float) -> tuple[float, float]:
    return middle + radius * -0.9397, middle + radius * -0.3420  # cos and sin of 200°


@cache
def font_files() -> tuple[Path, ...]:
    """Fonts with Chinese characters on this machine, the best first."""
    return tuple(file for name in FONTS for folder in FOLDERS for file in sorted(Path(folder).rglob(name)))


def _font_for(mark: str, size: int) -> Font | None:
    for file in font_files():
        for index in (SIMPLIFIED, 0):
            try:
                font = ImageFont.truetype(str(file), size, index=index)
            except OSError:
                continue
            if _has(font, mark):
                return font
    plain = ImageFont.load_default(size)
    return plain if mark.isascii() and mark.isalnum() else None


def _has(font: ImageFont.FreeTypeFont, mark: str) -> bool:
    return bytes(font.getmask(mark)) != bytes(font.getmask(MISSING))


def _bytes(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
