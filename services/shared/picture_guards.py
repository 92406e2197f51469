"""What a picture's file tells before anything of it is decoded: how often a JPEG goes over the whole picture, how many pieces a PNG has.

Both cost time by their number and not by their bytes: a JPEG of 600 kB can go over forty million pixels ten thousand times.
"""

import re

MOST_SCANS = 32  # of a JPEG; what saves progressive ones writes ten
MOST_PIECES = 5000  # of a PNG; 8 MB in pieces of 8 kB are a thousand
_PNG, _PIECE = b"\x89PNG\r\n\x1a\n", 12  # bytes of a piece beside its content
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)
_SCAN, _END = 0xDA, 0xD9


def count_scans(sent: bytes) -> int:
    """How many scans a JPEG has, counted no further than one too many."""
    place, found = 2, 0
    while found <= MOST_SCANS and (marker := _MARKER.search(sent, place)):
        kind = marker[1][0]
        if kind == _END:
            break
        found += kind == _SCAN
        place = marker.end() + max(2, int.from_bytes(sent[marker.end() : marker.end() + 2]))
    return found


def has_too_many_pieces(sent: bytes) -> bool:
    """Whether this is a PNG of more pieces than any program writes."""
    if not sent.startswith(_PNG):
        return False
    place, pieces = len(_PNG), 0
    while place < len(sent) and pieces <= MOST_PIECES:
        place += _PIECE + int.from_bytes(sent[place : place + 4])
        pieces += 1
    return pieces > MOST_PIECES
