"""sRGB and OKLCH: the colour space in which the shop's colour is made readable (Björn Ottosson, *A perceptual color space*, 2020).

Pure arithmetic. `Oklch` is (lightness 0–1, chroma, hue in degrees); a colour on screen is `#rrggbb`.
"""

import math
from typing import NamedTuple

_TO_CONE = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_CONE = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
_SHADE = 1 / 512  # how far outside sRGB a channel may be and still round into it
Triple = tuple[float, float, float]


class Oklch(NamedTuple):
    """A colour as people see it."""

    lightness: float
    chroma: float
    hue: float


def _times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _coded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _light(colour: str) -> Triple:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def of_hex(colour: str) -> Oklch:
    """`#952847` as lightness, chroma and hue."""
    long, medium, short = _times(_TO_CONE, _light(colour))
    lightness, a, b = _times(_TO_LAB, (math.cbrt(long), math.cbrt(medium), math.cbrt(short)))
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _channels(colour: Oklch) -> Triple:
    a = colour.chroma * math.cos(math.radians(colour.hue))
    b = colour.chroma * math.sin(math.radians(colour.hue))
    long, medium, short = _times(_FROM_LAB, (colour.lightness, a, b))
    return _times(_FROM_CONE, (long**3, medium**3, short**3))


def to_hex(colour: Oklch) -> str:
    """The colour on screen; chroma is lowered until it lies inside sRGB."""
    chroma = colour.chroma
    while chroma > 0 and any(not -_SHADE <= each <= 1 + _SHADE for each in _channels(colour._replace(chroma=chroma))):
        chroma = max(0.0, chroma - 0.001)
    inside = _channels(colour._replace(chroma=chroma))
    return "#" + "".join(f"{round(_coded(min(1.0, max(0.0, each))) * 255):02x}" for each in inside)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours on screen, 1 to 21 (WCAG 2.2, *relative luminance*)."""
    weights = (0.2126, 0.7152, 0.0722)
    bright, dark = sorted(
        (sum(a * b for a, b in zip(weights, _light(colour), strict=True)) for colour in (one, other)), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)
