"""What lies on the disk is for this shop's processes alone: nobody else on the machine reads it or slips something in."""

import os
import pickle
from pathlib import Path

import pytest
from flask import Flask

from services.shared import database, jobs, migrations
from tests.conftest import Template
from webapp import create_app


def test_nobody_else_reads_the_books_though_the_folder_is_open(template: Template, tmp_path: Path) -> None:
    data = tmp_path / "open"
    data.mkdir(mode=0o755)
    create_app(template.copy("empty", tmp_path / "other") | {"DATA": str(data)})
    migrations.upgrade()
    database.close()
    closed = [file.name for file in data.iterdir() if file.is_file() and not file.stat().st_mode & 0o077]
    assert sorted(closed) == sorted(file.name for file in data.iterdir() if file.is_file())
    assert {"secrets.json", "queue.db"} <= set(closed)


class _Slipped:
    def __init__(self, told: Path) -> None:
        self.told = told

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.told),)


def test_what_somebody_else_put_into_the_queue_is_not_run(app: Flask, tmp_path: Path) -> None:
    queue = jobs.current_queue()
    queue.storage.enqueue(pickle.dumps(_Slipped(tmp_path / "run")))
    with pytest.raises(ValueError):
        queue.dequeue()
    assert not (tmp_path / "run").exists()
