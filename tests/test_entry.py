"""The entry, and whether the application lives and is ready."""

from __future__ import annotations

import re

import pytest

from tests.conftest import settings_for
from wandr import create_app
from wandr.config import VERSION
from wandr.extensions import db

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def visitor(app):
    """Somebody at the real application: readiness asks for connections of its own."""
    return app.test_client()


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "image/png"])
def test_the_entry_is_json_by_default(visitor, accept):
    answer = visitor.get("/", headers={"Accept": accept} if accept else {})
    assert answer.mimetype == "application/json"
    assert answer.get_json()["name"] == "Wandr"
    assert answer.get_json()["version"] == VERSION


def test_the_entry_is_a_page_for_a_browser(visitor):
    answer = visitor.get("/", headers={"Accept": BROWSER})
    assert answer.mimetype == "text/html"
    assert VERSION in answer.text
    assert "Accept" in answer.headers["Vary"]


def test_every_link_of_the_entry_leads_somewhere(visitor):
    links = visitor.get("/").get_json()["links"]
    assert {"docs", "openapi", "asyncapi", "health", "ready"} <= set(links)
    page = visitor.get("/", headers={"Accept": BROWSER}).text
    assert set(re.findall('href="([^"]+)"', page)) == set(links.values())
    for link in links.values():
        assert visitor.get(link).status_code == 200, link


def test_the_entry_does_not_link_to_docs_that_are_off(servers):
    app = create_app(settings_for(servers.database_url, servers.redis_url, DOCS_ENABLED="0"))
    visitor = app.test_client()
    assert not {"docs", "openapi", "asyncapi"} & set(visitor.get("/").get_json()["links"])
    for path in ("/docs", "/openapi.json", "/asyncapi.json"):
        assert visitor.get(path).status_code == 404


def test_the_process_is_healthy(visitor):
    answer = visitor.get("/health")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "healthy", "service": "wandr-backend-api"}


def test_everything_that_is_needed_is_ready(visitor):
    answer = visitor.get("/health/ready")
    assert answer.get_json() == {
        "status": "ready",
        "checks": {"database": "ok", "redis": "ok", "migrations": "ok"},
    }
    assert answer.status_code == 200


@pytest.mark.parametrize("away", ["redis", "database"])
def test_what_is_away_is_named(servers, away):
    urls = {
        "database": servers.database_url
        if away != "database"
        else "postgresql://nobody@127.0.0.1:1/x",
        "redis": servers.redis_url if away != "redis" else "redis://127.0.0.1:1/0",
    }
    app = create_app(settings_for(urls["database"], urls["redis"]))
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    failing = {name for name, told in answer.get_json()["checks"].items() if told == "failing"}
    assert failing == ({"redis"} if away == "redis" else {"database", "migrations"})
    assert app.test_client().get("/health").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_another_method_is_told_which_are_allowed(visitor):
    answer = visitor.delete("/api/v1/trips")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(re.split(", ?", answer.headers["Allow"]))
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/nothing", "/api/v1", "/api/v1/nothing", "/docs/nothing.js"])
def test_what_is_not_there_is_a_problem(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "not_found"
