"""Alembic's entry: the engine and metadata are those of the running application."""

from alembic import context

from services.shared import runtime
from services.shared.database import Model


def _migrate() -> None:
    with runtime.current().engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


_migrate()
