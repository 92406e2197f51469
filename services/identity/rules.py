"""Passwords: argon2id with the library's defaults (RFC 9106, low memory). Who may hand out which role."""

import threading
from collections.abc import Set

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.shared.actors import EVERYTHING

_hasher = PasswordHasher()
_turns = threading.BoundedSemaphore(
    2
)  # each hash takes 64 MiB while it runs: a flood of sign-ins may not eat the machine
# Of a password that nobody has, made once: hashing at every start would cost each command a tenth of a second.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$Au7izpI25VkzQmguMCjBuw$sz2F7T1gpQu3BtKU2YOv06mTPhusoJm02uBHMc8Q4qA"


def hash_password(password: str) -> str:
    """argon2id hash of a password."""
    with _turns:
        return _hasher.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether it is the password. With None it takes the same time and says no, so that user names cannot be told apart."""
    try:
        with _turns:
            return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def costs_the_same() -> bool:
    """Whether refusing an unknown user takes as long as refusing a wrong password."""
    return not _hasher.check_needs_rehash(_NOBODY)


def narrowed(scopes: Set[str], held: Set[str]) -> frozenset[str]:
    """What a token of these scopes may while its maker may `held`: never more than both."""
    if EVERYTHING in held:
        return frozenset(scopes)
    return frozenset(held if EVERYTHING in scopes else held & scopes)


def covers(own: Set[str], other: Set[str]) -> bool:
    """Whether someone with the permissions `own` may hand out, or change someone who holds, `other`: nobody rises above themselves."""
    return EVERYTHING in own or other <= own
