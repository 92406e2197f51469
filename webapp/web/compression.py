"""Pages go out compressed where the browser takes it, so that a cheap line carries them too; built files have their own copies.

A page holds a secret (the form token) beside words that somebody else may choose (a search). So that the length tells nothing
about either, every answer is longer by a random number of bytes: a file name in the gzip header (RFC 1952 §2.3.1), which no
browser reads ("Heal the Breach", Palacios et al. 2022).
"""

import secrets
import struct
import zlib

from flask import Flask, Response, request

PACKED = {"text/html", "text/css", "application/manifest+json"}
LEAST = 1024  # bytes; less does not fill a packet
MOST_PADDING = 64
_HEAD = b"\x1f\x8b\x08\x08" + bytes(4) + b"\x00\xff"  # gzip, deflate, a name follows, no time, unknown system


def init_app(app: Flask) -> None:
    """Compress what is a page, or made for this shop beside it."""
    app.after_request(_compress)


def gzipped(content: bytes) -> bytes:
    """`content` in gzip's format, its length blurred."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(content) + packer.flush()
    padding = b"x" * secrets.randbelow(MOST_PADDING) + b"\x00"
    return _HEAD + padding + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def _compress(response: Response) -> Response:
    if response.mimetype not in PACKED or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    if len(content) >= LEAST and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzipped(content))
        response.headers["Content-Encoding"] = "gzip"
    return response
