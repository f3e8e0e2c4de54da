"""Alembic for Wandr: the models of the application are the schema to reach."""

from alembic import context
from flask import current_app

from wandr.base import Base
from wandr.extensions import db

LOCK = 724001  # one migration at a time, however many release processes start


def run_online() -> None:
    """Migrate the configured database in one transaction, alone."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")


def run_offline() -> None:
    """Write the SQL instead of running it."""
    url = db.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
