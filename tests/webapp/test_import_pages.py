"""Staff import an old list: the pages from the file to the result and back."""

import io

from services.dataio import jobs
from tests.cast import Cast

FILE = "手机号,姓名,余额\n13800138001,小雨,100\n123,大刘,5\n".encode("gbk")


def test_the_owner_uploads_matches_runs_and_takes_back(shop: Cast) -> None:
    """Each step on its page; the result has a line for each row."""
    owner = shop.browser("owner")
    made = owner.post("/staff/imports", file=(io.BytesIO(FILE), "老会员.csv"))
    assert made.status_code == 303
    page, import_id = made.location, int(made.location.rsplit("/", 1)[1])
    assert "13800138001" in owner.get(page).text
    matching = {"column_0_0": "phone", "column_0_1": "name", "column_0_2": "principal", "order": "ask"}
    again = owner.post(f"{page}/matching", **{**matching, "column_0_0": ""})
    assert again.status_code == 422
    assert owner.post(f"{page}/matching", **matching).status_code == 303
    jobs.work_on_import(import_id)
    assert "这不是手机号" in owner.get(page).text
    assert owner.post(f"{page}/run").status_code == 303
    jobs.work_on_import(import_id)
    told = owner.get(f"{page}/result").text
    assert ",2,新会员," in told
    assert "手机号：这不是手机号" in told
    owner.post(f"{page}/undo")
    jobs.work_on_import(import_id)
    assert "已撤销" in owner.get(page).text


def test_rubbish_is_refused_beside_the_file(shop: Cast) -> None:
    """No file, and one that is no table."""
    owner = shop.browser("owner")
    assert "请选一个文件" in owner.post("/staff/imports").text
    refused = owner.post("/staff/imports", file=(io.BytesIO(b"PK\x03\x04rubbish"), "a.xlsx"))
    assert (refused.status_code, "打不开这个文件" in refused.text) == (422, True)
