"""The only way out of the building: time-outs, a size cap, no redirects, no private addresses.

An endpoint that a person gave us may point anywhere (facts.md §5.5). So the name is resolved here, every address must be public
(or its host explicitly admitted), and the connection goes to the vetted address, so that a second look-up cannot change it.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

CONNECT_SECONDS, READ_SECONDS = 3, 10
BODY_SECONDS = 10  # for the whole body, however slowly it drips
MOST_BYTES = 1_000_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_OPEN = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out; the rest is local, old or for translators
# Younger than Python's own list.
_NOWHERE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))


class BlockedAddress(Exception):  # noqa: N818 (reads as the reason)
    """The address is private, or not one that may be reached."""


class NoAnswer(Exception):  # noqa: N818 (reads as the reason)
    """The other side did not answer in time, or the connection broke."""


@dataclass(frozen=True)
class Answer:
    """Status, lower-case headers and at most MOST_BYTES of body."""

    status: int
    headers: dict[str, str]
    body: bytes


class _PinnedAdapter(HTTPAdapter):
    """Connects to one vetted address, while TLS and Host speak of the name."""

    def __init__(self, host: str, address: str) -> None:
        self._host, self._address = host, address
        super().__init__(max_retries=0)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        literal = f"[{self._address}]" if ":" in self._address else self._address
        netloc = f"{literal}:{parts.port}" if parts.port else literal
        request.headers["Host"] = parts.netloc
        request.url = parts._replace(netloc=netloc).geturl()
        if parts.scheme == "https":
            self.poolmanager.connection_pool_kw.update(server_hostname=self._host, assert_hostname=self._host)
        return super().send(request, *args, **kwargs)


def public_address(host: str, port: int) -> str:
    """One public address of `host`. Raises BlockedAddress when any of its addresses is not public, NoAnswer when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NoAnswer(str(error)) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(is_public(address) for address in addresses):
        raise BlockedAddress(host)
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is one of the open internet, also the IPv4 address that an IPv6 one may carry inside."""
    address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    if any(address in network for network in _NOWHERE):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address not in _OPEN and address not in _NAT64 and address.ipv4_mapped is None:
            return False
        teredo = address.teredo or ()
        inner = [address.ipv4_mapped, address.sixtofour, *teredo]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(each is not None and not each.is_global for each in inner):
            return False
    return address.is_global and not address.is_multicast


def post(url: str, body: bytes, headers: dict[str, str], *, admitted: tuple[str, ...] = ()) -> Answer:
    """POST `body` to an https address on port 443. Hosts in `admitted` (`host` or `host:port`) may be local, plain http, any port.

    Raises BlockedAddress or NoAnswer; any status is an answer, redirects included.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BlockedAddress(url) from error
    local = host in admitted or f"{host}:{port}" in admitted
    # A backslash ends the host for some readers and not for others; a name that is not ASCII is written anew on its way.
    unclear = "@" in parts.netloc or "\\" in parts.netloc or not parts.netloc.isascii() or not host
    if unclear or (not local and (parts.scheme != "https" or port not in {None, 443})):
        raise BlockedAddress(url)
    with requests.Session() as session:
        session.trust_env = False
        if not local:  # also an address that the library writes anew leads to the one that was looked at
            session.mount("https://", _PinnedAdapter(host, public_address(host, 443)))
            session.adapters.pop("http://")
        return _send(session, url, body, headers)


def _send(session: requests.Session, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    try:
        with session.post(
            url,
            data=body,
            headers=headers,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, headers, _body(response))
    except (requests.RequestException, HTTPError, OSError) as error:  # HTTPError: the raw body broke off
        raise NoAnswer(str(error)) from error


def _body(response: requests.Response) -> bytes:
    """The body as far as it came within BODY_SECONDS and MOST_BYTES: the status is what counts."""
    body, deadline = b"", time.monotonic() + BODY_SECONDS
    while len(body) < MOST_BYTES and time.monotonic() < deadline:
        piece = response.raw.read1(min(65_536, MOST_BYTES - len(body)), decode_content=True)
        if not piece:
            break
        body += piece
    return body
