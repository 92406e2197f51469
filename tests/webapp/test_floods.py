"""One address cannot drown the shop, and does not stand in the way of another."""

from pathlib import Path

from services.shared import database
from tests.conftest import Template
from webapp import create_app
from webapp.web.floods import MOST, Flood


def test_the_one_too_many_waits_for_the_next_minute() -> None:
    flood = Flood()
    assert [flood.seconds_to_wait("10.0.0.1", 120.0) for _ in range(MOST)] == [0] * MOST
    assert flood.seconds_to_wait("10.0.0.1", 150.0) == 30
    assert flood.seconds_to_wait("10.0.0.2", 150.0) == 0
    assert flood.seconds_to_wait("10.0.0.1", 180.0) == 0


def test_a_shop_on_the_real_clock_refuses_a_flood(template: Template, tmp_path: Path) -> None:
    environ = template.copy("empty", tmp_path / "data")
    app = create_app({name: value for name, value in environ.items() if name != "CHANGKE_TEST_CLOCK"})
    client = app.test_client()
    for _flood in range(2):  # the first may fall into two minutes, the second then does not
        answers = [client.get("/robots.txt") for _ in range(MOST + 1)]
        last = client.get("/api/v1/stores")
        if last.status_code == 429:
            break
        assert answers[0].status_code == 200
    assert (last.status_code, last.json["code"]) == (429, "too_many_requests")  # type: ignore[index]
    assert 0 < int(last.headers["Retry-After"]) <= 60
    database.close()
