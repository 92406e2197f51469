"""A file sealed under a passphrase, written and read as a stream.

scrypt makes the key; each chunk is AES-256-GCM under a nonce that counts and says whether it is the last one (the STREAM
construction, Hoang et al. 2015), so chunks can neither be swapped nor cut off unnoticed.
"""

import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"CHANGKE-SEALED-1\n"
CHUNK = 65536
_TAG, _SALT, _PREFIX = 16, 16, 7


class UnreadableError(Exception):
    """The passphrase is wrong, or the file is damaged or cut off. The words are for people."""


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    return prefix + count.to_bytes(4, "big") + bytes([last])


class Writer:
    """Seals what is written into `out`. `close` writes the last chunk; without it the file cannot be read."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        salt, self._prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
        self._out, self._cipher = out, _cipher(passphrase, salt)
        self._header = MAGIC + salt + self._prefix
        self._waiting, self._count = bytearray(), 0
        out.write(self._header)

    def write(self, data: bytes) -> int:
        """Take `data`; full chunks go out."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write what is left as the last chunk."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._count, last=last), chunk, self._header))
        self._count += 1


class Reader:
    """Opens what a Writer sealed. Raises UnreadableError at the first chunk that is not as it was written."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self._header = source.read(len(MAGIC) + _SALT + _PREFIX)
        if not self._header.startswith(MAGIC) or len(self._header) < len(MAGIC) + _SALT + _PREFIX:
            raise UnreadableError("this is not a sealed copy")
        salt, self._prefix = self._header[len(MAGIC) : -_PREFIX], self._header[-_PREFIX:]
        self._source, self._cipher = source, _cipher(passphrase, salt)
        self._next, self._count, self._open = source.read(CHUNK + _TAG), 0, bytearray()
        self._advance()  # a wrong passphrase is noticed at once

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; empty at the end."""
        while len(self._open) < size and self._next:
            self._advance()
        taken = bytes(self._open[:size])
        del self._open[:size]
        return taken

    def _advance(self) -> None:
        chunk, self._next = self._next, self._source.read(CHUNK + _TAG)
        nonce = _nonce(self._prefix, self._count, last=not self._next)
        try:
            self._open += self._cipher.decrypt(nonce, chunk, self._header)
        except InvalidTag:
            words = "the passphrase is wrong" if self._count == 0 else "the copy is damaged or cut off"
            raise UnreadableError(words) from None
        self._count += 1
