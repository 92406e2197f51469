"""Bringing the database to the newest migration; the same way for a shop, a test and a restore."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.shared import runtime

FOLDER = Path(__file__).parents[2] / "migrations"


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["configure_logger"] = False
    return config


def upgrade(revision: str = "head") -> None:
    """Run the migrations that are missing, up to `revision`."""
    command.upgrade(_alembic(), revision)


def revision(message: str, number: str) -> None:
    """Write a new migration from the difference between tables and models (for developers)."""
    command.revision(_alembic(), message=message, rev_id=number, autogenerate=True)


def head() -> str:
    """The newest migration's number."""
    return str(ScriptDirectory.from_config(_alembic()).get_current_head())


def current() -> str | None:
    """The number the database stands at; None when it is empty."""
    with runtime.current().engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
