"""Pages are small on the wire, and their length tells no secret."""

import gzip

from tests.cast import Cast
from webapp.web.compression import LEAST, gzipped

GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_goes_out_compressed(shop: Cast) -> None:
    browser = shop.browser("cashier")
    plain, packed = browser.get("/staff/more"), browser.get("/staff/more", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "更多" in gzip.decompress(packed.data).decode()
    assert len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers


def test_programs_get_json_as_it_is(shop: Cast) -> None:
    answer = shop.browser("cashier").get("/api/v1/stores", headers=GZIP | shop.token())
    assert "Content-Encoding" not in answer.headers


def test_the_same_page_has_many_lengths() -> None:
    page = b"<p>swordfish</p>" * LEAST
    packed = [gzipped(page) for _each in range(50)]
    assert {gzip.decompress(each) for each in packed} == {page}
    assert len({len(each) for each in packed}) > 10
