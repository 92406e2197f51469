"""A stand-in program proves how a shop is prepared, opened, cut off and closed."""

import sys
import urllib.request
from pathlib import Path

import pytest

from tests.kit import shop as shops
from tests.kit.processes import ChildDiedError, http_status
from tests.kit.shop import running_shop
from tests.kit.waiting import wait_until

PROGRAM = f"""#!{sys.executable}
import http.server, json, os, pathlib, signal, sys, time
data, command = pathlib.Path(os.environ["DATA"]), sys.argv[1]
life = data / "worker.pid"

class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            os.kill(int(life.read_text()), 0)
            self.send_response(200)
        except (OSError, ValueError):
            self.send_response(503)
        self.end_headers()
        self.wfile.write(os.environ["PUBLIC_ORIGIN"].encode())

if command == "migrate":
    (data / "shop.db").touch()
elif command == "demo":
    assert os.environ["DEMO"] == "1" and (data / "shop.db").exists()
    (data / "demo.json").write_text(json.dumps({{"owner": {{"name": "laoban"}}}}))
elif command == "serve":
    http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Web).serve_forever()
elif command == "work":
    if "BROKEN" in os.environ: sys.exit("没有钥匙")
    life.write_text(str(os.getpid()))
    time.sleep(600)
elif command == "verify":
    sys.exit("账不平")
"""


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "changke"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    monkeypatch.setattr(shops, "CHANGKE", path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody.else/books")


def test_a_shop_opens_survives_a_power_cut_and_closes(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop:
        assert shop.accounts == {"owner": {"name": "laoban"}}
        with urllib.request.urlopen(shop.origin) as answer:
            assert answer.read().decode() == shop.origin
        shop.kill_worker()
        assert http_status(f"{shop.origin}/healthz") == 503
        shop.start_worker()
        shop.wait_until_healthy()
    wait_until(lambda: http_status(f"{shop.origin}/healthz") is None, what="a closed shop")
    assert shop.worker.exit_code is not None


def test_a_worker_that_dies_is_shown(tmp_path: Path) -> None:
    with pytest.raises(ChildDiedError, match="没有钥匙"), running_shop(tmp_path, env={"BROKEN": "1"}):
        pass


def test_an_empty_shop_has_no_demo(tmp_path: Path) -> None:
    with running_shop(tmp_path, demo=False) as shop:
        assert not (shop.data / "demo.json").exists()


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop, pytest.raises(RuntimeError, match="账不平"):
        shop.run("verify")
