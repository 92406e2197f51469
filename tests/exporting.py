"""Exports in tests: asked for, made, taken, and read back as a spreadsheet reads them."""

import csv
import io
from typing import Any

from openpyxl import load_workbook
from werkzeug.test import TestResponse

from services.exports import jobs
from tests.browse import Browser, body


def ask(browser: Browser, name: str, **more: Any) -> TestResponse:
    """POST /exports."""
    return browser.api("POST", "/api/v1/exports", {"list": name} | more)


def made(browser: Browser, name: str, **more: Any) -> str:
    """The id of an export that a worker has made."""
    answer = ask(browser, name, **more)
    assert answer.status_code == 202, answer.text
    jobs.make_exports()
    found: str = body(answer)["id"]
    return found


def take(browser: Browser, export_id: str) -> TestResponse:
    """The download of the page."""
    return browser.post(f"/staff/exports/{export_id}/file")


def sheet(browser: Browser, name: str, **more: Any) -> list[list[Any]]:
    """The cells of an XLSX with its head, as they are typed there."""
    file = take(browser, made(browser, name, **more)).data
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(file)).active.iter_rows()]


def table(browser: Browser, name: str, **more: Any) -> list[list[str]]:
    """The cells of a CSV with its head."""
    file = take(browser, made(browser, name, format="csv", **more)).data
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))


def all_columns(browser: Browser, name: str) -> list[str]:
    """Every column that this person may choose, in the list's order."""
    lists = {each["name"]: each for each in body(browser.api("GET", "/api/v1/exports/lists"))["items"]}
    return [column["key"] for column in lists[name]["columns"]]
