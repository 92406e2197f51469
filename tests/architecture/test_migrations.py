"""Migrations are numbered, go forward, and end where the models are."""

import re

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from services.shared import migrations, runtime
from services.shared.database import Model


def test_they_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (migrations.FOLDER / "versions").glob("*.py") if path.name != "__init__.py")
    numbers = [int(re.fullmatch(r"(\d{4})_[a-z_]+\.py", name)[1]) for name in names]  # type: ignore[index]
    assert numbers == list(range(1, len(names) + 1))
    assert migrations.head() == f"{len(names):04d}"


def test_the_migrated_database_is_what_the_models_say(empty_app: Flask) -> None:
    with runtime.current().engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Model.metadata) == []


def test_the_database_stands_at_the_head(empty_app: Flask) -> None:
    assert migrations.current() == migrations.head()
