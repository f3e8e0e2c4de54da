"""Real Postgres and Valkey, migrations applied once; each ordinary test is rolled back.

Tests of locks, time, leases, workers and sockets ask for `committed_db`: a database of their own,
copied from the migrated one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

from wandr import create_app, transaction
from wandr.config import Settings
from wandr.devstack import EmbeddedServers
from wandr.extensions import db

# What leaves its number of examples open: `--hypothesis-profile thorough` tries more.
settings.register_profile("suite", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=200, deadline=None, derandomize=True)
settings.load_profile("suite")

pytest_plugins = ["tests.cast", "tests.group"]
MAILBOX = f"{tempfile.gettempdir()}/wandr-tests-mailbox-{os.getpid()}"
TEMPLATE = "wandr_template"
SECRET = "a-test-key-that-nobody-else-will-ever-use"


# What takes long goes first, or one worker is left with it at the end.
LONG = (
    "test_full_gazetteer", "test_story", "test_mutants", "test_corpus", "test_worker_processes",
    "test_convergence", "test_routers", "test_geocoders", "test_launcher", "test_webhooks",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long; the order within a file stays."""
    items.sort(key=lambda item: item.path.stem not in LONG)


def settings_for(database_url: str, redis_url: str, **more: str) -> Settings:
    """Test settings over two real servers; `more` is what the environment would say."""
    environ = {
        "WANDR_ENV": "test",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "RATELIMIT_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "DOCS_ENABLED": "1",
        "MAILBOX_DIR": MAILBOX,
    }
    return Settings.from_environment(environ | more)


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """Postgres and Valkey for the whole run, in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="wandr-tests-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServers(Path(folder), durable=False) as running:
            yield running
    shutil.rmtree(MAILBOX, ignore_errors=True)


@pytest.fixture(scope="session")
def app(servers: EmbeddedServers) -> Iterator[Flask]:
    """The application over the migrated database."""
    app = create_app(settings_for(servers.database_url, servers.redis_url))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    # a copy that nobody ever connects to, to copy from while tests hold connections
    administer(make_url(servers.database_url), f"CREATE DATABASE {TEMPLATE} TEMPLATE wandr")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def outer_engine(servers: EmbeddedServers) -> Iterator[Engine]:
    """The engine whose one connection holds the outer transaction of ordinary tests."""
    engine = create_engine(servers.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def rolled_back(
    app: Flask, standing: object, outer_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    """Everything that a test commits goes into savepoints of one transaction, rolled back."""
    monkeypatch.setattr(transaction, "READS_AUTOCOMMIT", False)
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    with app.app_context():
        engines = db.engines
    usual = engines[None]
    with outer_engine.connect() as connection:
        outer = connection.begin()
        engines[None] = connection  # type: ignore[assignment]
        try:
            with app.app_context():
                yield connection
        finally:
            engines[None] = usual
            outer.rollback()


@contextmanager
def database_copy(servers: EmbeddedServers) -> Iterator[str]:
    """The address of a fresh database: a copy of the migrated one, dropped at the end."""
    name = f"wandr_{uuid4().hex}"
    url = make_url(servers.database_url)
    administer(url, f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
    yield url.set(database=name).render_as_string(hide_password=False)
    administer(url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def committed_db(servers: EmbeddedServers, app: Flask) -> Iterator[str]:
    """The address of a database of one's own."""
    with database_copy(servers) as url:
        yield url


@pytest.fixture(scope="session")
def spare_app(servers: EmbeddedServers) -> Iterator[Flask]:
    """The application that `committed_app` lends: to make one takes a quarter of a second."""
    app = create_app(settings_for(servers.database_url, servers.redis_url))
    with app.app_context():
        db.engine.dispose()
    yield app


@pytest.fixture
def committed_app(committed_db: str, servers: EmbeddedServers, spare_app: Flask) -> Iterator[Flask]:
    """An application over a database of its own, in which commits are commits."""
    settings = settings_for(committed_db, servers.redis_url)
    settings.apply_to(spare_app)
    with spare_app.app_context():
        options = spare_app.config["SQLALCHEMY_ENGINE_OPTIONS"]
        engines = db.engines
        engines[None] = create_engine(settings.database_url, **options)
        yield spare_app
        db.session.remove()
        db.engine.dispose()


def administer(url, statement: str) -> None:
    admin = url.set(database="postgres", drivername="postgresql").render_as_string(
        hide_password=False
    )
    connection = psycopg2.connect(admin)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
