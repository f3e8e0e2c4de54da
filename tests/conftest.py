"""Real Postgres and Valkey, migrations applied once; each ordinary test is rolled back.

Tests of locks, time, leases, workers and sockets ask for `committed_db`: a database of their own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

from tests.databases import Databases
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
def migrated_app(servers: EmbeddedServers) -> Iterator[Flask]:
    """The application over the migrated database; see `app`."""
    app = create_app(settings_for(servers.database_url, servers.redis_url))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def databases(servers: EmbeddedServers, migrated_app: Flask) -> Databases:
    """Where tests whose commits are commits get a database from."""
    return Databases(make_url(servers.database_url))


@pytest.fixture(scope="session")
def app(migrated_app: Flask, databases: Databases) -> Flask:
    """The application over the migrated database, of which copies can be had."""
    return migrated_app


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


@pytest.fixture
def committed_db(databases: Databases) -> Iterator[str]:
    """The address of a database of one's own."""
    with databases.lent() as url:
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
