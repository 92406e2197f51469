"""Bringing the database to the newest migration; the same way for a shop, a test and a restore."""

from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from services.shared import runtime

FOLDER = Path(__file__).parents[2] / "migrations"


def _alembic() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["configure_logger"] = False
    return config


def upgrade(revision: str = "head") -> None:
    """Run the migrations that are missing, up to `revision`."""
    from alembic import command  # 11 MiB that a running shop does not need

    command.upgrade(_alembic(), revision)


def revision(message: str, number: str) -> None:
    """Write a new migration from the difference between tables and models (for developers)."""
    from alembic import command

    command.revision(_alembic(), message=message, rev_id=number, autogenerate=True)


def head() -> str:
    """The newest migration's number: they are counted, one after the other (tests/architecture)."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current() -> str | None:
    """The number the database stands at; None when it is empty."""
    with runtime.current().reading_engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
