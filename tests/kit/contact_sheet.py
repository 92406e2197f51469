"""Every screen on a few pictures, so that a person can look at all of them.

Tests take shots; at the end `write_index` puts them together: for each width, theme and language some pages with
captions, and one `index.html` that shows each screen in all its variants side by side.
"""

import html
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "build" / "contact-sheet"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIMPLIFIED = 2  # the face inside the collection that draws characters as on the mainland
PAPER, INK = "#e7e5e2", "#241c1a"
GAP, CAPTION = 16, 28
QUALITY = 85  # JPEG: a third of the time that PNG takes, for a thousand shots
WIDE = 900  # CSS pixels from which a screen is a desk
Theme = Literal["light", "dark"]


@dataclass(frozen=True, order=True)
class Shot:
    """One screenshot; its file name says all of this."""

    name: str
    width: int
    theme: str
    language: str

    @property
    def file(self) -> str:
        return f"{self.name}.{self.variant}.jpeg"

    @property
    def variant(self) -> str:
        return f"{self.width}.{self.theme}.{self.language}"

    @classmethod
    def of(cls, path: Path) -> "Shot":
        name, width, theme, language = path.stem.rsplit(".", 3)
        return cls(name, int(width), theme, language)


class ContactSheet:
    """A folder of shots; `CHANGKE_SHOTS` names another one than `build/contact-sheet`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(os.environ.get("CHANGKE_SHOTS") or DEFAULT_FOLDER)
        self._shots = self.folder / "shots"
        self._shots.mkdir(parents=True, exist_ok=True)

    def shoot(self, page: Page, name: str, *, theme: Theme, language: str, full: bool = False) -> Path:
        """Photograph the page as it stands; `full` takes the whole scroll length. `name` like `staff-counter`."""
        size = page.viewport_size
        assert size is not None
        path = self._shots / Shot(name, size["width"], theme, language).file
        page.screenshot(  # one pixel each: twice as fine takes four times as long, and a sheet shows less
            path=path, type="jpeg", quality=QUALITY, full_page=full, animations="disabled", caret="hide", scale="css"
        )
        return path

    def write_index(self) -> list[Path]:
        """Write the contact sheets and `index.html` from every shot in the folder; returns what was written."""
        shots = sorted(map(Shot.of, self._shots.glob("*.jpeg")))
        variants: dict[str, list[Shot]] = defaultdict(list)
        for shot in shots:
            variants[shot.variant].append(shot)
        written = [sheet for variant, group in variants.items() for sheet in self._write_sheets(variant, group)]
        index = self.folder / "index.html"
        index.write_text(_index(shots))
        return [index, *written]

    def _write_sheets(self, variant: str, shots: Sequence[Shot]) -> Iterable[Path]:
        """Pages of one variant: phones six in a row and two rows, desks three in a row and four rows."""
        columns, size = (6, (300, 617)) if shots[0].width < WIDE else (3, (600, 375))
        for number, first in enumerate(range(0, len(shots), 12), start=1):
            group = shots[first : first + 12]
            path = self.folder / f"sheet.{variant}.{number}.jpeg"
            _sheet([(each.name, self._shots / each.file) for each in group], columns, size).save(path, quality=QUALITY)
            yield path


def _sheet(pictures: Sequence[tuple[str, Path]], columns: int, size: tuple[int, int]) -> Image.Image:
    width, height = size
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (GAP + columns * (width + GAP), GAP + rows * (height + CAPTION + GAP)), PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(FONT, 16, index=SIMPLIFIED)
    for place, (name, path) in enumerate(pictures):
        x = GAP + place % columns * (width + GAP)
        y = GAP + place // columns * (height + CAPTION + GAP)
        pen.text((x, y), name, INK, font)
        sheet.paste(_top_of(path, size), (x, y + CAPTION))
    return sheet


def _top_of(path: Path, size: tuple[int, int]) -> Image.Image:
    """The picture at the width of the cell; what is longer than the cell is cut off below."""
    with Image.open(path) as picture:
        height = max(1, picture.height * size[0] // picture.width)
        picture.draft("RGB", (size[0], height))
        small = picture.resize((size[0], height), Image.Resampling.LANCZOS)
    return small.crop((0, 0, size[0], min(size[1], height)))


def _index(shots: Sequence[Shot]) -> str:
    screens: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        screens[shot.name].append(shot)
    sections = "\n".join(_section(name, group) for name, group in screens.items())
    return f"""<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>常客 · {len(screens)} screens, {len(shots)} shots</title>
<style>
body {{ margin: 16px; font: 14px/1.5 system-ui; background: {PAPER}; color: {INK} }}
div {{ display: flex; gap: 16px; align-items: start; overflow-x: auto }}
figure {{ margin: 0; flex: none }} img {{ height: 480px; display: block }}
</style>
{sections}
</html>
"""


def _section(name: str, shots: Sequence[Shot]) -> str:
    figures = "".join(
        f'<figure><a href="shots/{html.escape(each.file)}"><img loading="lazy" alt="" '
        f'src="shots/{html.escape(each.file)}"></a><figcaption>{html.escape(each.variant)}</figcaption></figure>'
        for each in shots
    )
    return f"<h2>{html.escape(name)}</h2><div>{figures}</div>"
