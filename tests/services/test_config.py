"""What the environment may say."""

import pytest

from services.shared import config
from services.shared.config import ConfigurationError


def test_nothing_set_means_a_shop_for_this_machine_alone() -> None:
    read = config.read({})
    assert (read.host, read.port, read.sqlite, read.demo) == ("127.0.0.1", 8000, True, False)
    assert read.public_origin == "http://localhost:8000"
    assert (read.web_processes, read.web_threads) == (1, 8)


@pytest.mark.parametrize("url", ["postgres://u:p@h/db", "postgresql://u:p@h/db", "postgresql+psycopg://u:p@h/db"])
def test_every_way_to_write_postgresql_is_understood(url: str) -> None:
    read = config.read({"DATABASE_URL": url})
    assert read.database_url == "postgresql+psycopg://u:p@h/db"
    assert read.web_processes == 2


def test_sqlite_serves_from_one_process() -> None:
    with pytest.raises(ConfigurationError, match="WEB_PROCESSES"):
        config.read({"WEB_PROCESSES": "2"})


def test_every_mistake_is_named() -> None:
    wrong = {
        "PORT": "0",
        "TLS_CERT": "/nowhere",
        "REDIS_URL": "host:1",
        "DATABASE_URL": "mysql://x",
        "TRUSTED_PROXIES": "9",
    }
    with pytest.raises(ConfigurationError) as caught:
        config.read(wrong)
    named = " ".join(caught.value.mistakes)
    assert all(name in named for name in wrong)


def test_tls_local_is_for_the_shops_network() -> None:
    read = config.read({"TLS": "local"})
    assert read.host == "0.0.0.0"
    assert read.public_origin.startswith("https://")


def test_the_passphrase_is_never_shown() -> None:
    assert "hush" not in repr(config.read({"CHANGKE_PASSPHRASE": "hush"}))


def test_a_provider_s_place_is_taken_by_this_machine_alone() -> None:
    assert config.read({}).sms_test_host is None
    assert config.read({"CHANGKE_SMS_TEST_HOST": "127.0.0.1:8099"}).sms_test_host == "127.0.0.1:8099"
    for elsewhere in ("sms.example:443", "10.0.0.1:80", "127.0.0.1", "127.0.0.1:80/x", "127.0.0.1.evil.example:80"):
        with pytest.raises(ConfigurationError):
            config.read({"CHANGKE_SMS_TEST_HOST": elsewhere})
