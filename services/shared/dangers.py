"""The start-up self-check: settings that would hand the shop to strangers are refused, all of them at once, before a port is opened.

Refused is what harms whoever does not know: a public address without encryption, switches that are for tests or demos on one, keys that
others on the machine can read. What is only unwise (plain http within the shop's own network) is told by `changke doctor`.
"""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from services.shared.config import Config

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_NOT_THERE = (
    ".example",
    ".test",
    ".invalid",
    ".lan",
    ".internal",
    ".home.arpa",
)  # names that the internet does not know


def is_public(config: Config) -> bool:
    """Whether the address that people use is one of the open internet."""
    host = urlsplit(config.public_origin).hostname or ""
    named = not _is_address(host)
    return not config.local and not (named and ("." not in host or host.endswith(_NOT_THERE)))


def find_dangers(config: Config) -> list[str]:
    """A sentence for everything that must not be, for the person who wrote the settings; empty when the shop may open."""
    found = [*_on_the_internet(config)] if is_public(config) else []
    if _is_global(config.host) and not _encrypts(config):
        found.append(
            f"HOST={config.host} is an address of the internet, without TLS: put a proxy before it, or give TLS_CERT and TLS_KEY"
        )
    return found + [f"others can read {path}: chmod 600 {path}" for path in _keys(config) if _others_read(path)]


def find_hints(config: Config) -> Iterator[str]:
    """What is unwise, though it may be meant."""
    if config.host in _LOOPBACK:
        return
    if not _encrypts(config) and not config.secure:
        yield f"HOST={config.host} without TLS: whoever is in the same network can read along; TLS=local encrypts"
    if config.trusted_proxies:
        yield f"HOST={config.host} with TRUSTED_PROXIES: only the proxy may reach port {config.port}, or addresses can be made up"


def _on_the_internet(config: Config) -> Iterator[str]:
    where = config.public_origin
    if not config.secure:
        yield f"PUBLIC_ORIGIN={where}: passwords and money would travel unencrypted; write https://"
    if config.demo:
        yield f"DEMO=1 at {where}: everybody could read everybody's sign-in codes; set DEMO=0"
    if config.test_clock:
        yield f"CHANGKE_TEST_CLOCK at {where}: it lifts limits and is only for tests; leave it out"
    if config.push_extra_hosts:
        yield f"CHANGKE_PUSH_EXTRA_HOSTS at {where}: it lets the shop write to any machine and is only for tests; leave it out"
    if config.sms_test_host:
        yield f"CHANGKE_SMS_TEST_HOST at {where}: codes would go to {config.sms_test_host}; leave it out"


def _encrypts(config: Config) -> bool:
    return bool(config.tls_cert or config.tls_local)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_global(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_global


def _keys(config: Config) -> list[Path]:
    return [path for path in (config.secrets_file, config.tls_key) if path is not None and path.exists()]


def _others_read(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o007)
