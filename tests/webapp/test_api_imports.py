"""A program imports an old list by the API: the same steps as the pages, each answered once."""

import base64
import csv
import io
from typing import Any

import pytest

from services.dataio import jobs
from tests.browse import Browser, body
from tests.cast import Cast

PATH = "/api/v1/imports"
FILE = "老会员\n手机号,姓名,余额\n13800138001,小雨,100\n\n123,=1+1,5\n".encode("gbk")


def upload(owner: Browser, file: bytes = FILE) -> Any:
    return owner.api("POST", PATH, {"name": "老会员.csv", "content": base64.b64encode(file).decode()})


def test_a_program_imports_step_by_step_and_takes_back(shop: Cast) -> None:
    """Upload, match, look at what is wrong, run, read the result, undo."""
    owner = shop.browser("owner")
    made = body(upload(owner))
    at = f"{PATH}/{made['id']}"
    assert (made["state"], made["mapping"], made["sheets"][0]["header_row"]) == (
        "matching",
        [["phone", "name", "principal"]],
        2,
    )
    assert body(owner.api("PUT", f"{at}/matching", {"mapping": made["mapping"]}))["state"] == "checking"
    jobs.work_on_import(int(made["id"]))
    told = body(owner.api("GET", at))
    assert (told["state"], told["counts"], told["left"]) == ("checked", {"ready": 1, "wrong": 1}, 0)
    (wrong,) = body(owner.api("GET", f"{at}/rows?outcome=wrong"))["items"]
    assert (wrong["row"], wrong["problems"]) == (5, [{"column": "手机号", "words": "这不是手机号"}])
    assert body(owner.api("POST", f"{at}/run"))["left"] == 1
    jobs.work_on_import(int(made["id"]))
    assert len(body(owner.api("GET", "/api/v1/members?q=13800138001"))["items"]) == 1
    assert body(owner.api("POST", f"{at}/undo"))["state"] == "undoing"
    jobs.work_on_import(int(made["id"]))
    assert body(owner.api("GET", at))["counts"] == {"undone": 1, "wrong": 1}


def test_the_result_has_a_line_for_every_row_of_the_file_and_no_formula(shop: Cast) -> None:
    """What stands above the header, the header, and blank rows too."""
    owner = shop.browser("owner")
    made = body(upload(owner))
    answer = owner.api("GET", f"{PATH}/{made['id']}/result")
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [line[1:3] for line in lines[1:]] == [
        ["1", "表头以上，没有导入"], ["2", "表头"], ["3", "等着检查"], ["4", "空行"], ["5", "等着检查"],
    ]  # fmt: skip
    assert lines[-1][4:] == ["123", "'=1+1", "5"]


@pytest.mark.parametrize("content", ["%%%", "", base64.b64encode(b"PK\x03\x04rubbish").decode(), "é"])
def test_what_is_no_file_is_refused_beside_the_content(shop: Cast, content: str) -> None:
    """Neither base64 nor a table."""
    answer = shop.browser("owner").api("POST", PATH, {"name": "a.xlsx", "content": content})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["content"])


def test_the_same_key_makes_one_import_and_each_step_has_its_moment(shop: Cast) -> None:
    """What is done twice is done once; what comes too early is refused."""
    owner, sent = shop.browser("owner"), {"name": "a.csv", "content": base64.b64encode(FILE).decode()}
    first, again = (body(owner.api("POST", PATH, sent, key="the-same-key")) for _ in range(2))
    assert first["id"] == again["id"]
    assert len(body(owner.api("GET", PATH))["items"]) == 1
    for step in ("run", "undo"):
        assert owner.api("POST", f"{PATH}/{first['id']}/{step}").status_code == 409


def test_only_who_may_import_is_let_in(shop: Cast) -> None:
    """A manager is not."""
    assert upload(shop.browser("manager")).status_code == 403
