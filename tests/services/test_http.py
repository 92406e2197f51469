"""The one way out of the building: only to public addresses, to the very one that was looked at, and never for long."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from services.shared import certificates, http
from tests.kit.ports import LOOPBACK
from tests.kit.webpages import quiet_server

PRIVATE = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.9.10", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "2002:c0a8:101::",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1",
    "5f00::1", "100:0:0:1::1", "3fff::1", "192.0.0.8", "192.88.99.1",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "8.8.8.8", "110.242.68.66", "2606:4700:4700::1111", "2400:3200::1")


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name have these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not http.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert http.is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_good_name_that_leads_home_is_not_followed(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, "1.1.1.1", address)
    with pytest.raises(http.BlockedAddress):
        http.post("https://fcm.googleapis.com/x", b"", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://me@fcm.googleapis.com/x",
        "https:///x",
        "file:///etc/passwd",
    ],
)
def test_only_https_on_its_own_port_leaves(url: str) -> None:
    with pytest.raises(http.BlockedAddress):
        http.post(url, b"", {})


def test_a_name_that_nobody_knows_is_no_answer() -> None:
    with pytest.raises(http.NoAnswer):
        http.post("https://nobody.invalid/x", b"", {})


@contextmanager
def answering(act: Callable[[BaseHTTPRequestHandler], None], pair: certificates.Pair | None = None) -> Iterator[int]:
    """A server on this machine that does `act` for each POST; with `pair` it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            if pair is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(pair.certificate, pair.key)
                self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            act(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with quiet_server(Handler) as port:
        yield port


def test_the_connection_goes_to_the_vetted_address_and_tls_speaks_of_the_name(tmp_path: Path) -> None:
    pair = certificates.for_addresses(tmp_path, ["push.local"], at=datetime.now(UTC))
    hosts: list[str] = []

    def act(handler: BaseHTTPRequestHandler) -> None:
        hosts.append(handler.headers["Host"])
        handler.send_response(201)
        handler.end_headers()

    with answering(act, pair) as port, requests.Session() as session:
        session.trust_env, session.verify = False, str(tmp_path / "ca.crt")
        for name in ("push.local", "evil.local"):
            session.mount(f"https://{name}", http._PinnedAdapter(name, LOOPBACK))
        assert session.post(f"https://push.local:{port}/x", data=b"hello").status_code == 201
        assert hosts == [f"push.local:{port}"]
        with pytest.raises(requests.exceptions.SSLError):
            session.post(f"https://evil.local:{port}/x", data=b"hello")


def test_a_body_that_drips_is_left_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.5)
    over = threading.Event()

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(201)
        handler.end_headers()
        while not over.wait(0.1):
            handler.wfile.write(b".")
            handler.wfile.flush()

    with answering(act) as port:
        began = time.monotonic()
        answer = http.post(f"http://{LOOPBACK}:{port}/x", b"hello", {}, admitted=(LOOPBACK,))
        taken = time.monotonic() - began
        over.set()
    assert (answer.status, taken < 5) == (201, True)
    assert 1 <= len(answer.body) < 50


def test_a_body_that_breaks_off_is_no_answer() -> None:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"5\r\nhello\r\nff\r\nhalf of it")

    with answering(act) as port, pytest.raises(http.NoAnswer):
        http.post(f"http://{LOOPBACK}:{port}/x", b"hello", {}, admitted=(LOOPBACK,))


def test_no_more_than_a_megabyte_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1000)

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"x" * 100_000)

    with answering(act) as port:
        answer = http.post(f"http://{LOOPBACK}:{port}/x", b"hello", {}, admitted=(f"{LOOPBACK}:{port}",))
    assert answer.body == b"x" * 1000


def test_a_proxy_of_the_machine_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(204)
        handler.end_headers()

    with answering(act) as port:
        assert http.post(f"http://{LOOPBACK}:{port}/x", b"hello", {}, admitted=(LOOPBACK,)).status == 204
