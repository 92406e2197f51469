"""Where the shop is reached: what `changke serve` and `changke demo` print."""

import socket
from urllib.parse import urlsplit

from services.shared.config import Config, lan_address


def banner(config: Config, *, setup_code: str = "") -> str:
    """The addresses of the shop, for people; with `setup_code` where an empty shop is set up."""
    origin = config.public_origin
    lines = [
        "",
        f"  店员端 staff app    {origin}/staff/",
        f"  会员端 member app   {origin}/member/",
    ]
    if setup_code:
        lines.append(f"  先开店 set it up     {origin}/setup?code={setup_code}")
    if config.tls_local:
        lines.append(f"  手机先装证书 phones install the shop's certificate first: {origin}/web/ca")
    if not config.secure and config.host not in {"127.0.0.1", "::1", "localhost"}:
        lines.append(
            "  Other devices reach this without https: no camera, no push, no offline mode there. Try TLS=local."
        )
    return "\n".join([*lines, ""])


def names(config: Config) -> list[str]:
    """Every name and address under which devices in the shop's network may reach this machine."""
    host = socket.gethostname()
    found = [
        "localhost",
        "127.0.0.1",
        "::1",
        host,
        f"{host}.local",
        lan_address(),
        urlsplit(config.public_origin).hostname,
    ]
    return list(dict.fromkeys(name for name in found if name))
