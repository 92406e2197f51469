"""The shop's own colour with its contrast guard: any sRGB colour becomes the brand tokens of both themes (design: colour guard).

Keep the hue, derive the rest: text on and beside the brand colour never falls under 4.5:1, words on its soft tone never under 7:1.
Yellow and lime come out as olive or ochre; a colour without hue becomes ink. Pure: `css(tokens("#952847"))`.
"""

from dataclasses import asdict, dataclass
from functools import lru_cache

from webapp.web.oklch import Oklch, contrast, of_hex, to_hex

READABLE, SOFT_READABLE = 4.5, 7.0
GREY = 0.02  # below this chroma a colour has no hue worth keeping
STEP = 0.01
# What the brand stands on, from webapp/frontend/css/themes.css.
PAPER, SURFACE = "#f5f4f2", "#1d1a18"


@dataclass(frozen=True)
class Tokens:
    """The seven colours of one theme, `#rrggbb`; the names are those of themes.css."""

    color_primary: str
    color_primary_content: str
    ck_primary_soft: str
    ck_primary_ink: str
    ck_field: str
    ck_field_content: str
    ck_field_2: str


@dataclass(frozen=True)
class Theme:
    """Both themes' tokens, and whether the guard changed the colour so much that the owner should be told."""

    light: Tokens
    dark: Tokens
    changed: bool


_INK = Theme(
    light=Tokens("#241c1a", "#fbf9f8", "#ece9e6", "#241c1a", "#2f2826", "#fbf9f8", "#d5d0cd"),
    dark=Tokens("#ebe9e6", "#120f0e", "#2b2725", "#ebe9e6", "#2b2725", "#f3f1ef", "#b8b3af"),
    changed=False,
)


@lru_cache(maxsize=64)
def tokens(colour: str) -> Theme:
    """The tokens that the colour `#rrggbb` gives."""
    brand = of_hex(colour)
    light = _light(brand) if brand.chroma >= GREY else _INK.light
    dark = _dark(brand) if brand.chroma >= GREY else _INK.dark
    shown = of_hex(light.color_primary)
    return Theme(light, dark, changed=abs(shown.lightness - brand.lightness) > 0.08)


def _light(brand: Oklch) -> Tokens:
    hue, content = brand.hue, to_hex(Oklch(0.986, 0.006, brand.hue))
    primary = Oklch(min(brand.lightness, 0.56), min(brand.chroma, 0.19), hue)
    primary = _until(primary, -STEP, (PAPER, READABLE), (content, READABLE))
    soft = to_hex(Oklch(0.953, min(0.13 * brand.chroma, 0.02), hue))
    second = to_hex(Oklch(0.88, min(0.045, brand.chroma), hue))
    return Tokens(
        color_primary=to_hex(primary),
        color_primary_content=content,
        ck_primary_soft=soft,
        ck_primary_ink=to_hex(_until(Oklch(0.42, primary.chroma, hue), -STEP, (soft, SOFT_READABLE))),
        ck_field=to_hex(_until(primary._replace(lightness=primary.lightness - 0.02), -STEP, (second, READABLE))),
        ck_field_content=content,
        ck_field_2=second,
    )


def _dark(brand: Oklch) -> Tokens:
    hue, content = brand.hue, to_hex(Oklch(0.19, min(0.05, brand.chroma), brand.hue))
    primary = Oklch(0.73, min(brand.chroma, 0.13), hue)
    soft = to_hex(Oklch(0.30, 0.4 * primary.chroma, hue))
    return Tokens(
        color_primary=to_hex(_until(primary, STEP, (SURFACE, READABLE), (content, READABLE))),
        color_primary_content=content,
        ck_primary_soft=soft,
        ck_primary_ink=to_hex(_until(Oklch(0.86, 0.5 * primary.chroma, hue), STEP, (soft, SOFT_READABLE))),
        ck_field=to_hex(Oklch(0.275, min(0.075, brand.chroma), hue)),
        ck_field_content=to_hex(Oklch(0.96, min(0.012, brand.chroma), hue)),
        ck_field_2=to_hex(Oklch(0.80, min(0.05, brand.chroma), hue)),
    )


def _until(colour: Oklch, step: float, *needs: tuple[str, float]) -> Oklch:
    """Move the lightness of `colour` in steps until each contrast (colour, at least) is reached."""
    while 0 < colour.lightness < 1 and any(contrast(to_hex(colour), other) < least for other, least in needs):
        colour = colour._replace(lightness=colour.lightness + step)
    return colour


def properties(of: Tokens) -> dict[str, str]:
    """The tokens as CSS custom properties."""
    return {f"--{name.replace('_', '-')}": value for name, value in asdict(of).items()}


def css(theme: Theme) -> str:
    """The stylesheet of the shop's colour: unlayered, so it wins over both themes wherever they are set."""
    light, dark = _block(theme.light), _block(theme.dark)
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme]){{{dark}}}}}\n"
        f"[data-theme=light]{{{light}}}\n"
        f"[data-theme=dark]{{{dark}}}\n"
    )


def _block(of: Tokens) -> str:
    return ";".join(f"{name}:{value}" for name, value in properties(of).items())
