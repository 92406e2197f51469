"""A network for tests in which every way that is not the open internet ends at a canary: a real listener that counts who comes.

Names have the addresses they were given, look-up by look-up (so that a name can change its mind); addresses, in whatever way they
are written, are read by the system's own resolver. A connection to PUBLIC arrives at a listener of ours, as do connections to the
ports of this machine that were `admitted`. Any other connection, wherever to, arrives at the canary.
"""

import ipaddress
import socket
import threading
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tests.kit.ports import LOOPBACK
from tests.kit.waiting import wait_until

PUBLIC = "1.1.1.1"
_look_up, _connect = socket.getaddrinfo, socket.socket.connect


class Network:
    """`visits` counts the connections that reached the canary, `tried` tells where every connection was meant to go."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.visits = 0
        self._latest: int | None = None  # the guest's own port: tells our own visit from one that is still on its way
        self.public_port: int | None = None
        self.admitted: set[int] = set()
        self._names: dict[str, deque[Sequence[str]]] = {}
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        self._port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()

    def name(self, host: str, *answers: Sequence[str]) -> None:
        """The name has these addresses at its first look-up, those at the second; the last answer stays."""
        self._names[host] = deque(answers)

    def look_up(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """What `socket.getaddrinfo` says here: names as told, numbers as the system reads them, nothing asked of the world."""
        told = host.decode() if isinstance(host, bytes) else str(host)
        answers = self._names.get(told.rstrip(".").lower())
        if answers is not None:
            found = answers.popleft() if len(answers) > 1 else answers[0]
            return [_entry(address, int(port)) for address in found]
        if told == "localhost" or _is_number(told):
            return _look_up(host, port, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, "nobody knows this name")

    def connect(self, own: socket.socket, address: Any) -> None:
        """What `socket.connect` does here: all of the world is one machine with three doors."""
        if not isinstance(address, tuple) or address[1] in self.admitted | {self._port}:
            return _connect(own, address)
        host, port = address[:2]
        self.tried.append(f"{host}:{port}")
        to = self.public_port if host == PUBLIC and self.public_port else self._port
        if own.family != socket.AF_INET:  # a socket for IPv6 cannot take the loopback of IPv4
            with socket.create_connection((LOOPBACK, to)):
                raise ConnectionRefusedError
        return _connect(own, (LOOPBACK, to))

    def settle(self) -> int:
        """How many connections reached the canary, after one of our own has: what came before it is counted."""
        with socket.create_connection((LOOPBACK, self._port)) as own:
            port = own.getsockname()[1]
            wait_until(lambda: self._latest == port, what="our own visit", seconds=10)
        self.visits -= 1
        return self.visits

    def close(self) -> None:
        """Close the canary."""
        self._listener.close()

    def _count(self) -> None:
        while True:
            try:
                guest, (_, port) = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            self._latest = port
            guest.close()


def _is_number(host: str) -> bool:
    """Whether the system reads this as an address, in any of the ways in which one can be written (wide digits and dots too)."""
    plain = unicodedata.normalize("NFKC", host).replace("。", ".")
    with suppress(OSError, UnicodeError):
        return bool(socket.inet_aton(plain))
    with suppress(ValueError):
        return bool(str(ipaddress.ip_address(plain.split("%", maxsplit=1)[0])))
    return False


def _entry(address: str, port: int) -> Any:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


@contextmanager
def canary_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """The network, in place of the machine's own while the block lasts."""
    made = Network()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", made.look_up)
        patch.setattr(socket.socket, "connect", lambda own, address: made.connect(own, address))  # noqa: PLW0108 (bound to the socket)
        yield made
    made.close()
