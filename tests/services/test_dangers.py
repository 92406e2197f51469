"""Settings that hand the shop to strangers: refused when it opens, all at once; what is only unwise is told by `doctor`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from services.shared import config, dangers
from services.shared.config import ConfigurationError
from webapp import create_app
from webapp.cli import main

PUBLIC = "https://shop.sweet-corner.com"
SAFE: tuple[dict[str, str], ...] = (
    {},  # make serve on a fresh machine
    {"DEMO": "1", "HOST": "0.0.0.0"},
    {"DEMO": "1", "HOST": "0.0.0.0", "PUBLIC_ORIGIN": "http://192.168.1.20:8000"},
    {"DEMO": "1", "HOST": "0.0.0.0", "PUBLIC_ORIGIN": "http://bakery-pc:8000"},
    {"DEMO": "1", "PUBLIC_ORIGIN": "http://bakery.local:8000"},
    {"DEMO": "1", "TLS": "local"},
    {"PUBLIC_ORIGIN": PUBLIC, "TRUSTED_PROXIES": "1"},
    {"PUBLIC_ORIGIN": PUBLIC, "TRUSTED_PROXIES": "1", "HOST": "0.0.0.0"},  # in a container
    {"CHANGKE_TEST_CLOCK": "1", "CHANGKE_PUSH_EXTRA_HOSTS": "127.0.0.1:9", "CHANGKE_SMS_TEST_HOST": "127.0.0.1:9"},
)
DANGEROUS = (
    ({"PUBLIC_ORIGIN": "http://shop.sweet-corner.com"}, "PUBLIC_ORIGIN"),
    ({"PUBLIC_ORIGIN": "http://8.8.8.8:8000"}, "PUBLIC_ORIGIN"),
    ({"PUBLIC_ORIGIN": PUBLIC, "DEMO": "1"}, "DEMO=1"),
    ({"PUBLIC_ORIGIN": PUBLIC, "CHANGKE_TEST_CLOCK": "1"}, "CHANGKE_TEST_CLOCK"),
    ({"PUBLIC_ORIGIN": PUBLIC, "CHANGKE_PUSH_EXTRA_HOSTS": "10.0.0.1:80"}, "CHANGKE_PUSH_EXTRA_HOSTS"),
    ({"PUBLIC_ORIGIN": PUBLIC, "CHANGKE_SMS_TEST_HOST": "127.0.0.1:9"}, "CHANGKE_SMS_TEST_HOST"),
    ({"HOST": "8.8.8.8"}, "HOST=8.8.8.8"),
)


def found(environ: dict[str, str], data: Path) -> list[str]:
    return dangers.find_dangers(config.read({"DATA": str(data)} | environ))


@pytest.mark.parametrize("environ", SAFE)
def test_what_shops_do_is_no_danger(environ: dict[str, str], tmp_path: Path) -> None:
    assert found(environ, tmp_path) == []


@pytest.mark.parametrize("environ, named", DANGEROUS)
def test_what_opens_the_shop_to_strangers_is_one(environ: dict[str, str], named: str, tmp_path: Path) -> None:
    (said,) = found(environ, tmp_path)
    assert said.startswith(named)


@pytest.mark.parametrize("mode", [0o604, 0o666, 0o601])
def test_keys_that_others_can_read_are_one(mode: int, tmp_path: Path) -> None:
    keys = tmp_path / "secrets.json"
    keys.write_text("{}")
    for name, given in (
        ("secrets.json", {}),
        ("tls.key", {"TLS_CERT": str(keys), "TLS_KEY": str(tmp_path / "tls.key")}),
    ):
        path = tmp_path / name
        path.write_text("{}")
        path.chmod(mode)
        assert found(given, tmp_path) == [f"others can read {path}: chmod 600 {path}"]
        path.chmod(0o600)
        assert found(given, tmp_path) == []


@pytest.mark.parametrize("wrong", ["*", "all", "-1", "6"])
def test_proxies_are_counted_and_never_all_trusted(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="TRUSTED_PROXIES"):
        config.read({"TRUSTED_PROXIES": wrong})


@pytest.mark.parametrize("command", ["serve", "work"])
def test_the_shop_does_not_open_and_says_why_all_at_once(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = {"PUBLIC_ORIGIN": "http://shop.sweet-corner.com", "DEMO": "1", "CHANGKE_TEST_CLOCK": "1", "HOST": "8.8.8.8"}
    for name, value in ({"DATA": str(tmp_path)} | bad).items():
        monkeypatch.setenv(name, value)
    answer = CliRunner().invoke(main, [command])
    assert answer.exit_code == 2
    assert [line.partition(" ")[0] for line in answer.output.splitlines()] == [
        "PUBLIC_ORIGIN=http://shop.sweet-corner.com:", "DEMO=1", "CHANGKE_TEST_CLOCK", "HOST=8.8.8.8",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == [], "nothing was opened or made"


def test_hints_are_given_where_others_can_reach_the_machine(tmp_path: Path) -> None:
    def hints(**environ: str) -> str:
        return "\n".join(dangers.find_hints(config.read({"DATA": str(tmp_path)} | environ)))

    assert hints() == hints(PUBLIC_ORIGIN=PUBLIC, TRUSTED_PROXIES="1") == hints(TLS="local") == ""
    assert "TLS=local encrypts" in hints(HOST="0.0.0.0")
    assert "only the proxy may reach port 8000" in hints(HOST="0.0.0.0", PUBLIC_ORIGIN=PUBLIC, TRUSTED_PROXIES="1")


def test_nobody_switches_debugging_on_by_accident(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert create_app(environ).debug is False
