"""Nothing that people type makes the shop knock on its own doors: eighty ways to write home, at every place that sends somewhere.

The names are answered by a resolver of the test, the canary is a listener that counts (tests/kit/canary.py).
"""

import ast
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests
from sqlalchemy import update

from services.messaging import commands, rules, texts
from services.messaging.models import PushSubscription
from services.shared import certificates, database, http
from tests.architecture.source import modules
from tests.browse import body
from tests.cast import Cast
from tests.kit.canary import PUBLIC, Network, canary_network
from tests.kit.push_subscriptions import Answer
from tests.kit.pushservice import PushService, push_service
from tests.kit.webpages import quiet_server
from tests.pushing import Device, admit, deliver, deliveries, device, phone, sell
from tests.selling import Till, open_till

# Every module that sends to an address, and whose address it is. A new one comes with its tests.
SENDERS = {
    "services.messaging.sender": "push subscriptions of members and of staff: what their browsers say",
    "services.sms.channels.door": "fixed: the providers that the channels name",
}

# What stands behind https:// : home in numbers, in IPv6, through translators, in names, behind other names, at other ports.
HOME = (
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "2130706433", "0177.0.0.1", "0177.0.0.01", "017700000001",
    "0x7f.0.0.1", "0x7f.1", "0x7f000001", "0X7F000001", "0x7f.0x0.0x0.0x1", "0", "0.0.0.0", "0x0", "00", "127.0.0.1:443", "127.0.0.1.",
    "localhost", "LOCALHOST", "localhost.", "localhost:443", "shop.localhost", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]",
    "[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[fec0::1]", "[2001:db8::1]", "169.254.169.254", "2852039166",
    "0xa9fea9fe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "100.64.0.1", "100.100.100.200",
    "10.0.0.1", "10.1", "167772161", "172.16.0.1", "192.168.1.1", "192.168.257", "192.0.0.192", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "１２７.0.0.1", "127。0。0。1", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1", "1.1.1.1@127.0.0.1", "@127.0.0.1",
    ":x@127.0.0.1", "127.0.0.1\\@1.1.1.1", "1.1.1.1\\@127.0.0.1", "127.0.0.1#@1.1.1.1", "127.0.0.1?@1.1.1.1", "[::1", "127.0.0.1:99999",
    "1.1.1.1:22", "1.1.1.1:8443", "127.0.0.1\t", "127.0.0.1\r\n", " 127.0.0.1", "home.example", "some.example",
)  # fmt: skip
LOOKALIKES = ("fcm.googleapis.com.home.example", "fcm.googleapis.com@127.0.0.1", "127.0.0.1/fcm.googleapis.com",
              "127.0.0.1#.push.apple.com", "127.0.0.1\\.push.apple.com", "fcm.googleapis.com:8443", "push.apple.com.",
              ".push.apple.com")  # fmt: skip
PLAIN = (
    "http://127.0.0.1",
    "http://1.1.1.1",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379",
    "//127.0.0.1",
    "",
)
URLS = (*(f"https://{host}/x" for host in (*HOME, *LOOKALIKES)), *(f"{each}/x" for each in PLAIN))
APPLE = "web.push.apple.com"


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def environ(environ: dict[str, str], service: PushService) -> dict[str, str]:
    return admit(environ, service)


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def network(service: PushService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Home has names, too: one that leads there, one that leads there as well as to the open internet."""
    with canary_network(monkeypatch) as made:
        made.admitted.add(int(service.origin.rpartition(":")[2]))
        made.name("home.example", ["127.0.0.1"])
        made.name("fcm.googleapis.com.home.example", ["::1"])
        made.name("some.example", [PUBLIC, "127.0.0.1"])
        yield made


def through_the_door(url: str) -> None:
    """Send there as the product would."""
    with pytest.raises((http.BlockedAddress, http.NoAnswer)):
        http.post(url, b"hello", {})


def test_there_are_eighty_and_more() -> None:
    assert len(set(HOME)) == len(HOME) >= 80


def test_every_sender_is_known_here() -> None:
    product = modules("services", "webapp")
    calls = {each.name for each in product for call in each.calls() if ast.unparse(call.func) in {"http.post", "post"}}
    assert {name for name in calls if name.startswith("services.")} == set(SENDERS)


def test_without_the_door_the_canary_counts(network: Network) -> None:
    """The control: the very same addresses, asked for by a plain client."""
    for count, host in enumerate(("127.0.0.1", "0x7f.1", "169.254.169.254", "home.example", "localhost"), start=1):
        with pytest.raises(requests.RequestException):
            requests.post(f"https://{host}/x", data=b"hello", timeout=5)
        assert network.settle() == count, host


def test_a_door_that_looks_at_no_address_would_be_found(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control from inside: the door with its eyes shut lets these through, and the canary tells."""
    monkeypatch.setattr(http, "is_public", lambda _address: True)
    for count, host in enumerate(
        ("2130706433", "0177.0.0.1", "home.example", "[::ffff:7f00:1]", "169.254.169.254"), start=1
    ):
        through_the_door(f"https://{host}/x")
        assert network.settle() == count, host


def test_nothing_leaves_by_the_door_for_home(network: Network) -> None:
    for url in URLS:
        through_the_door(url)
        assert (network.tried, network.visits) == ([], 0), url
    assert network.settle() == 0


@pytest.mark.parametrize("side", ["member", "staff"])
def test_no_such_address_is_saved_as_a_device(till: Till, service: PushService, network: Network, side: str) -> None:
    browser = till.shop.phone(till.member) if side == "member" else till.browser
    made = Device(browser, service.subscribe(), side)
    for url in URLS:
        answer = made.subscribe(endpoint=url)
        assert (answer.status_code, list(body(answer).get("errors", ()))) == (422, ["endpoint"]), (url, answer.text)
        assert made.browser.api("POST", f"/api/v1/{'me' if side == 'member' else 'staff'}/push-subscriptions/test",
                                {"endpoint": url}).status_code in {404, 422, 429}, url  # fmt: skip
    with database.reading() as session:
        assert session.query(PushSubscription).count() == 0
    assert (deliver(), network.tried, network.settle()) == ({}, [], 0)


@pytest.mark.parametrize("side", ["member", "staff"])
def test_a_device_that_came_with_an_old_backup_is_looked_at_again_before_each_push(
    till: Till, service: PushService, network: Network, side: str
) -> None:
    """The rows hold what nobody could save today; each is sent to once, and nothing arrives anywhere."""
    made = device(service, till.shop.phone(till.member) if side == "member" else till.browser, side)
    for url in URLS:
        with database.transaction() as session:
            session.execute(update(PushSubscription).values(endpoint=url))
            session.execute(update(PushSubscription).values(failures=0))
        push_to_it(till, side, url)
        assert deliver() == {"failed": 1}, url
        assert (network.tried, str(deliveries()[-1].error)[:8]) == ([], "not sent"), url
    assert (network.settle(), made.told) == (0, [])


def push_to_it(till: Till, side: str, url: str) -> None:
    """Something is to be told to the one device there is."""
    if side == "member":
        sell(till)
        return
    with database.transaction() as session:
        text = texts.test("zh", shop="小满甜品")
        commands.send_test(session, url, text, app=side, language="zh", actor=till.shop.cashier, at=till.shop.at)


@pytest.mark.parametrize(
    "answers",
    [
        [["127.0.0.1"]],
        [["::1"]],
        [["169.254.169.254"]],
        [[PUBLIC, "127.0.0.1"]],
        [["10.0.0.7", PUBLIC]],
        [["2606:4700:4700::1111", "::ffff:127.0.0.1"]],
    ],
)
def test_a_push_service_whose_name_leads_home_is_not_sent_to(
    till: Till, service: PushService, network: Network, answers: list[list[str]]
) -> None:
    network.name(APPLE, *answers)
    device_at_apple(till, service)
    sell(till)
    assert deliver() == {"failed": 1}
    assert (network.tried, network.settle(), deliveries()[-1].error) == ([], 0, "not sent: its address is private")


def test_a_name_that_changes_its_mind_after_the_look_is_reached_where_it_was_looked_at(
    till: Till, service: PushService, network: Network
) -> None:
    """Rebinding: public at the first look-up, home at every later one."""
    network.name(APPLE, [PUBLIC], ["127.0.0.1"])
    device_at_apple(till, service)
    with quiet_server(BaseHTTPRequestHandler) as port:  # speaks no TLS: the push is put off
        network.public_port = port
        network.admitted.add(port)
        sell(till)
        assert deliver() == {"retry": 1}
    assert (network.tried, network.settle()) == ([f"{PUBLIC}:443"], 0)


def device_at_apple(till: Till, service: PushService) -> None:
    """A phone of the member that gets its pushes through a service of the open internet."""
    made = Device(till.shop.phone(till.member), service.subscribe())
    assert made.subscribe(endpoint=f"https://{APPLE}/x").status_code == 201


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_push_service_that_sends_on_is_not_followed(
    till: Till, service: PushService, network: Network, status: int
) -> None:
    xiaoman = phone(service, till)
    for to in (
        "https://127.0.0.1/x",
        "http://localhost/x",
        "//127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data/",
    ):
        xiaoman.at_service.will_answer(Answer(status, {"Location": to}))
        sell(till)
        assert deliver() == {"failed": 1}
    assert (network.tried, network.settle(), xiaoman.told) == ([], 0, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_service_of_the_open_internet_that_sends_on_is_not_followed(
    network: Network, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int
) -> None:
    """Over TLS, by its name, and with a name that leads home at the second look-up."""
    pair = certificates.for_addresses(tmp_path, ["push.local"], at=datetime.now(UTC))
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "ca.crt"))
    network.name("push.local", [PUBLIC], ["127.0.0.1"])

    class SendsOn(BaseHTTPRequestHandler):
        def setup(self) -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair.certificate, pair.key)
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Location", "https://push.local/again")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with quiet_server(SendsOn) as port:
        network.public_port = port
        network.admitted.add(port)
        assert http.post("https://push.local/x", b"", {}).status == status
    assert (network.tried, network.settle()) == ([f"{PUBLIC}:443"], 0)


def test_what_is_known_as_a_push_service_stays_one(till: Till, service: PushService) -> None:
    made = Device(till.shop.phone(till.member), service.subscribe())
    for host in (*rules.HOSTS, f"{APPLE}:443", "db5p.notify.windows.com", "a.push.services.mozilla.com"):
        assert made.subscribe(endpoint=f"https://{host}/x").status_code == 201, host
