"""Configuration from the environment: read once, all mistakes listed at once.

Every variable is listed in README.md, *Configuration*. `DATA` and `PORT` are variables of `make` as well.
"""

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


class ConfigurationError(Exception):
    """The environment does not make sense. `mistakes` are sentences for the person who wrote it."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


@dataclass(frozen=True)
class Config:
    """What the processes of one shop share. Paths are absolute."""

    data: Path
    host: str
    port: int
    database_url: str
    redis_url: str | None
    public_origin: str
    trusted_proxies: int
    tls_cert: Path | None
    tls_key: Path | None
    tls_local: bool
    demo: bool
    push_extra_hosts: tuple[str, ...]
    sms_test_host: str | None
    test_clock: bool
    web_threads: int
    web_processes: int
    push_subject: str
    passphrase: str | None = field(repr=False)

    @property
    def sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https, so that cookies can be `Secure`."""
        return self.public_origin.startswith("https://")

    @property
    def local(self) -> bool:
        """Whether PUBLIC_ORIGIN is this machine, or one in the shop's own network."""
        return _is_local(self.public_origin)

    @property
    def uploads(self) -> Path:
        """Pictures that people sent."""
        return self.data / "uploads"

    @property
    def secrets_file(self) -> Path:
        """Keys made on first start (mode 600)."""
        return self.data / "secrets.json"


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.mistakes: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in _TRUE | _FALSE:
            self.mistakes.append(f"{name}={value}: write 1 or 0")
        return value in _TRUE

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isdigit() or not least <= int(value) <= most:
            self.mistakes.append(f"{name}={value}: write a whole number from {least} to {most}")
            return default
        return int(value)

    def file(self, name: str) -> Path | None:
        value = self.text(name)
        if not value:
            return None
        path = Path(value).expanduser().resolve()
        if not path.is_file():
            self.mistakes.append(f"{name}={value}: there is no such file")
        return path

    def loopback(self, name: str) -> str | None:
        value = self.text(name)
        if value and not re.fullmatch(r"(127\.0\.0\.1|localhost):\d{1,5}", value):
            self.mistakes.append(
                f"{name}={value}: only a port of this machine, like 127.0.0.1:8099, and only for tests"
            )
        return value or None

    def origin(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
            self.mistakes.append(f"{name}={value}: write it like https://shop.example, without a path")
        return value


def _database(reader: _Reader, data: Path) -> str:
    url = reader.text("DATABASE_URL", f"sqlite:///{data / 'changke.db'}")
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        reader.mistakes.append("DATABASE_URL: write postgresql://user:password@host/name, or leave it out for SQLite")
    return url


def read(environ: Mapping[str, str]) -> Config:
    """Configuration from `environ`. Raises ConfigurationError naming every mistake."""
    reader = _Reader(environ)
    data = Path(reader.text("DATA", "var")).expanduser().resolve()
    port = reader.whole("PORT", 8000, 1, 65535)
    cert, key = reader.file("TLS_CERT"), reader.file("TLS_KEY")
    if bool(cert) != bool(key):
        reader.mistakes.append("TLS_CERT and TLS_KEY: give both or neither")
    tls = reader.text("TLS")
    if tls not in {"", "local"}:
        reader.mistakes.append(f"TLS={tls}: the only value is local")
    redis = reader.text("REDIS_URL") or None
    if redis and not redis.startswith(("redis://", "rediss://", "unix://")):
        reader.mistakes.append("REDIS_URL: write redis://host:6379/0")
    scheme = "https" if cert or tls else "http"
    near = lan_address() if tls else None  # phones cannot call us localhost
    origin = reader.origin("PUBLIC_ORIGIN", f"{scheme}://{near or 'localhost'}:{port}")
    # Who push services may write to (facts.md §5.3): a real address, and without a port.
    own = f"https://{urlsplit(origin).hostname}"
    default_subject = own if origin.startswith("https://") and not _is_local(origin) else "mailto:shop@changke.invalid"
    subject = reader.text("PUSH_SUBJECT", default_subject)
    if not subject.startswith(("mailto:", "https://")):
        reader.mistakes.append(f"PUSH_SUBJECT={subject}: write mailto:owner@shop.example or an https address")
    database_url = _database(reader, data)
    config = Config(
        data=data,
        host=reader.text("HOST", "0.0.0.0" if tls else "127.0.0.1"),  # noqa: S104 (TLS=local is for the shop's network)
        port=port,
        database_url=database_url,
        redis_url=redis,
        public_origin=origin,
        trusted_proxies=reader.whole("TRUSTED_PROXIES", 0, 0, 5),
        tls_cert=cert,
        tls_key=key,
        tls_local=tls == "local",
        demo=reader.flag("DEMO"),
        push_extra_hosts=tuple(host for host in reader.text("CHANGKE_PUSH_EXTRA_HOSTS").split(",") if host),
        sms_test_host=reader.loopback("CHANGKE_SMS_TEST_HOST"),
        test_clock=reader.flag("CHANGKE_TEST_CLOCK"),
        web_threads=reader.whole("WEB_THREADS", 8, 1, 64),
        web_processes=reader.whole("WEB_PROCESSES", 1 if database_url.startswith("sqlite") else 2, 1, 16),
        push_subject=subject,
        passphrase=reader.text("CHANGKE_PASSPHRASE") or None,
    )
    if config.sqlite and config.web_processes > 1:
        reader.mistakes.append("WEB_PROCESSES: SQLite serves from one process; set DATABASE_URL for more")
    if reader.mistakes:
        raise ConfigurationError(reader.mistakes)
    return config


def lan_address() -> str | None:
    """This machine's address in the network around it; None without one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: the kernel only picks the way there
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address


def _is_local(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local"))
