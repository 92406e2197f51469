"""Limits that count by address: whoever has a line of IPv6 has 2⁶⁴ addresses, and is one all the same."""

from pathlib import Path

import pytest

import webapp
from tests.cast import Cast
from webapp.web.people import address_of


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2400:3200:1:2::1", "2400:3200:1:2::/64"),
        ("2400:3200:1:2:ffff:ffff:ffff:ffff", "2400:3200:1:2::/64"),
        ("2400:3200:1:3::1", "2400:3200:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", "unix:"),
        ("", "-"),
    ],
)
def test_what_counts_as_one_address(text: str, counted: str) -> None:
    assert address_of(text) == counted


@pytest.mark.parametrize("line", ["2400:3200:1:2::{0:x}", "2400:3200:1:2:{0:x}::"])
def test_one_line_has_sixty_guesses_from_all_its_addresses(shop: Cast, line: str) -> None:
    door = shop.browser()

    def guess(address: str, number: int) -> int:
        door.client.environ_base["REMOTE_ADDR"] = address
        return door.post("/member/sign-in", phone=f"138{number:08d}", code="000000").status_code

    assert [guess(line.format(number + 1), number) for number in range(61)] == [422] * 60 + [429]
    assert guess("2400:3200:1:3::1", 61) == 422  # the neighbour's


def test_nothing_else_reads_the_address_of_a_request() -> None:
    home = Path(webapp.__file__).parent
    readers = {path.relative_to(home).as_posix() for path in home.rglob("*.py") if "remote_addr" in path.read_text()}
    assert readers == {"web/people.py", "web/setup.py"}  # the set-up asks whether it is this machine
