"""What the phone's camera sees: a QR code as a picture that Chromium's fake camera plays.

Chromium reads the file anew each time a page opens the camera, and repeats it until the page closes it. So a code that
changes every few seconds is shown just before the scanner is opened.
"""

import io
from pathlib import Path

import segno
from PIL import Image

SIZE = (1280, 720)
ROOM = (SIZE[0] - 80, SIZE[1] - 80)
GREY = (196, 192, 186)


class Camera:
    """A fake camera; start the browser with `chromium_arguments`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._film = folder / "camera.mjpeg"
        self.show_nothing()

    @property
    def chromium_arguments(self) -> list[str]:
        return [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={self._film.resolve()}",
        ]

    def show(self, text: str) -> None:
        """Hold a QR code with this text before the camera, from the next time a page opens it."""
        self._play(qr_picture(text))

    def show_nothing(self) -> None:
        """Only the counter's top is in view."""
        self._play(Image.new("RGB", SIZE, GREY))

    def show_picture(self, picture: Image.Image) -> None:
        """Anything else, centred and made to fit: a printed barcode, a crumpled note."""
        self._play(_centred(picture.convert("RGB")))

    def _play(self, picture: Image.Image) -> None:
        """A film of one frame. It is replaced, not rewritten: a camera that is open keeps reading the old one."""
        film = io.BytesIO()
        picture.save(film, "JPEG", quality=92, subsampling="4:2:0")
        fresh = self._film.with_suffix(".new")
        fresh.write_bytes(film.getvalue())
        fresh.replace(self._film)


def qr_picture(text: str) -> Image.Image:
    """The code as a member's screen shows it, as large as the camera's height allows."""
    code = segno.make(text, error="m", micro=False)
    border = 4
    drawn = io.BytesIO()
    code.save(drawn, kind="png", border=border, scale=ROOM[1] // code.symbol_size(border=border)[1])
    return _centred(Image.open(drawn).convert("RGB"))


def ean13_picture(digits: str) -> Image.Image:
    """The barcode of a product (13 digits, the last one its check digit), as printed on the box."""
    modules = _ean13_modules(digits)
    strip = Image.new("L", (len(modules), 1), 255)
    strip.putdata([0 if module == "1" else 255 for module in modules])
    return strip.resize((len(modules) * 6, 360), Image.Resampling.NEAREST).convert("RGB")


def _ean13_modules(digits: str) -> str:
    """Bars (1) and spaces (0) with quiet zones; GS1 General Specifications 5.2.1: the first digit chooses
    which of the left six are drawn with even parity."""
    odd = [f"{bars:07b}" for bars in (0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B)]
    right = [pattern.translate(str.maketrans("01", "10")) for pattern in odd]
    even = [pattern[::-1] for pattern in right]
    parities = [f"{order:06b}" for order in (0, 0x0B, 0x0D, 0x0E, 0x13, 0x19, 0x1C, 0x15, 0x16, 0x1A)]
    first, *others = (int(digit) for digit in digits)
    pairs = zip(others[:6], parities[first], strict=True)
    left_half = "".join((even if parity == "1" else odd)[digit] for digit, parity in pairs)
    right_half = "".join(right[digit] for digit in others[6:])
    quiet = "0" * 11
    return f"{quiet}101{left_half}01010{right_half}101{quiet}"


def _centred(picture: Image.Image) -> Image.Image:
    frame = Image.new("RGB", SIZE, GREY)
    picture.thumbnail(ROOM)
    frame.paste(picture, ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2))
    return frame
