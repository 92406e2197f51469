"""The two installable apps and what their manifests say. Pure, but for the words, which are in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from flask_babel import gettext as _

from services.shared.words import N_
from webapp.web.icons import Kind

# File name → size in pixels and kind (webapp/web/icons.py).
ICONS: dict[str, tuple[int, Kind]] = {
    "192": (192, "any"),
    "512": (512, "any"),
    "180": (180, "plain"),
    "maskable-192": (192, "maskable"),
    "maskable-512": (512, "maskable"),
    "badge": (96, "badge"),
}
PAPER = "#f5f4f2"


@dataclass(frozen=True)
class App:
    """One app: its path, what stands behind the shop's name, its shortcuts (words, path)."""

    name: str
    suffix: str
    description: str
    shortcuts: tuple[tuple[str, str], ...]

    @property
    def home(self) -> str:
        """Scope and first page."""
        return f"/{self.name}/"


APPS = {
    "staff": App(
        "staff",
        N_("店员"),
        N_("收银、找会员、看订单"),
        ((N_("扫码"), "/staff/?scan=1"), (N_("会员"), "/staff/members")),
    ),
    "member": App(
        "member",
        "",
        N_("会员码、积分和消息"),
        ((N_("会员码"), "/member/"), (N_("消息"), "/member/inbox")),
    ),
}


@dataclass(frozen=True)
class Screenshot:
    """A picture for the install dialog; `form` is narrow (phone) or wide."""

    path: str
    width: int
    height: int
    form: str


class _Look(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def theme_color(self) -> str: ...


def manifest(app: App, look: _Look, *, language: str, screenshots: Iterable[Screenshot]) -> dict[str, Any]:
    """The web app manifest (W3C), in the reader's language."""
    name = f"{look.name} {_(app.suffix)}" if app.suffix else look.name
    return {
        "id": app.home,
        "name": name,
        "short_name": f"{look.name[:6]}{_(app.suffix)}" if app.suffix else look.name[:12],
        "description": _(app.description),
        "lang": language,
        "dir": "ltr",
        "scope": app.home,
        "start_url": app.home,
        "display": "standalone",
        "orientation": "any" if app.name == "staff" else "portrait",
        "theme_color": look.theme_color,
        "background_color": PAPER,
        "categories": ["business"] if app.name == "staff" else ["food", "shopping"],
        "icons": [_icon(app, look, file) for file in ("192", "512", "maskable-192", "maskable-512")],
        "shortcuts": [
            {"name": _(words), "url": path, "icons": [_icon(app, look, "192")]} for words, path in app.shortcuts
        ],
        "screenshots": [_screenshot(each) for each in screenshots],
    }


def _icon(app: App, look: _Look, file: str) -> dict[str, str]:
    size, kind = ICONS[file]
    src = f"{app.home}icons/{file}.png?v={look.version}"
    return {"src": src, "sizes": f"{size}x{size}", "type": "image/png", "purpose": kind}


def _screenshot(picture: Screenshot) -> dict[str, str]:
    sizes = f"{picture.width}x{picture.height}"
    return {"src": picture.path, "sizes": sizes, "type": "image/webp", "form_factor": picture.form}
