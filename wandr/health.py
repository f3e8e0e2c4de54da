"""Whether the process lives, whether it can serve, and where a visitor finds the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify, request
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from wandr.auth.door import Access, door
from wandr.config import VERSION, current_settings
from wandr.extensions import db, redis

log = structlog.get_logger()
blueprint = Blueprint("health", __name__)
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Wandr</title>
<h1>Wandr {version}</h1>
<ul>{rows}</ul>
"""
MIGRATIONS = Path(__file__).parent.parent / "migrations"


@blueprint.route("/")
@door(Access.OPEN, opens_transaction=False)
def read_entry() -> Response:
    """Name, version and the way to everything else; a page for a browser, JSON otherwise."""
    links = {"health": "/health", "ready": "/health/ready"}
    if current_settings().serves_docs:
        links |= {"docs": "/docs", "openapi": "/openapi.json", "asyncapi": "/asyncapi.json"}
    wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if wants_page == "text/html":
        rows = "".join(f'<li><a href="{to}">{name}</a></li>' for name, to in links.items())
        response = Response(PAGE.format(version=VERSION, rows=rows))
    else:
        response = jsonify({"name": "Wandr", "version": VERSION, "links": links})
    response.vary.add("Accept")
    return response


@blueprint.route("/health")
@door(Access.OPEN, opens_transaction=False)
def read_health() -> Response:
    """The process answers; it asks nothing of anybody else."""
    return jsonify({"status": "healthy", "service": "wandr-backend-api"})


@blueprint.route("/health/ready")
@door(Access.OPEN, opens_transaction=False)
def read_readiness() -> Response:
    """Whether database, Redis and migrations are as the application needs them."""
    checks = {
        "database": _holds(_database_answers, SQLAlchemyError),
        "redis": _holds(_redis_answers, RedisError),
        "migrations": _holds(_schema_is_current, SQLAlchemyError),
    }
    ready = all(checks.values())
    told = {name: "ok" if fine else "failing" for name, fine in checks.items()}
    status = "ready" if ready else "not ready"
    response = jsonify({"status": status, "checks": told})
    if not ready:
        response.status_code, response.headers["Retry-After"] = 503, "1"
    return response


def _holds(check: Callable[[], bool], failure: type[Exception]) -> bool:
    try:
        return check()
    except failure as error:
        log.warning("not_ready", check=check.__name__, error=str(error))
        return False


def _database_answers() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.execute(text("SELECT true")).scalar())


def _redis_answers() -> bool:
    return bool(redis.client.ping())


def _schema_is_current() -> bool:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads() == _newest()


@cache
def _newest() -> tuple[str, ...]:
    return tuple(ScriptDirectory(str(MIGRATIONS)).get_heads())
