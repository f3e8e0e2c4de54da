from functools import cache

import pytest
from flask import request

from tests.conftest import settings_for
from wandr import create_app

OURS = "https://app.example.com"


@cache
def app_with(**more):
    return create_app(settings_for("postgresql://127.0.0.1:1/x", "redis://127.0.0.1:1", **more))


PRODUCTION = {"WANDR_ENV": "production", "SECRET_KEY": "k7Qx" * 12}
PATHS = ["/health", "/api/v1/users/me", "/api/v1/nothing", "/nothing", "/openapi.json"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_errors_too(path):
    headers = app_with().test_client().get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Strict-Transport-Security" not in headers


def test_what_the_api_answers_is_stored_by_no_cache(client, organizer):
    organizer.get("/users/me")
    assert organizer.raw.headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in client.get("/health").headers


def test_production_demands_https():
    headers = app_with(**PRODUCTION).test_client().get("/health").headers
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def origins_answered(app, origin):
    client = app.test_client()
    preflight = client.options(
        "/api/v1/trips",
        headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
    )
    plain = client.get("/health", headers={"Origin": origin})
    return [one.headers.get("Access-Control-Allow-Origin") for one in (preflight, plain)]


@pytest.mark.parametrize("credentials", ["0", "1"])
@pytest.mark.parametrize(
    ("origin", "answered"),
    [
        (OURS, OURS),
        ("https://evil.example", None),
        ("null", None),
        ("https://app.example.com.evil.example", None),
        ("https://evilapp.example.com", None),
        ("http://app.example.com", None),
        ("https://app.example.com:8443", None),
        ("https://appxexample.com", None),
    ],
)
def test_only_exact_origins_are_served(origin, answered, credentials):
    app = app_with(CORS_ORIGINS=OURS, CORS_CREDENTIALS=credentials)
    assert origins_answered(app, origin) == [answered, answered]


def test_no_origin_is_served_unless_one_is_set():
    assert origins_answered(app_with(), OURS) == [None, None]


def test_a_browser_may_send_and_read_the_headers_of_the_contract():
    client = app_with(CORS_ORIGINS=OURS).test_client()
    asked = {
        "Origin": OURS,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, if-match, idempotency-key",
    }
    allowed = client.options("/api/v1/trips", headers=asked).headers
    assert "if-match" in allowed["Access-Control-Allow-Headers"].lower()
    assert "PATCH" in allowed["Access-Control-Allow-Methods"]
    refused = client.get("/api/v1/users/me", headers={"Origin": OURS})
    assert refused.status_code == 401
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(("hops", "address"), [("0", "127.0.0.1"), ("1", "198.51.100.7")])
def test_the_address_is_told_by_exactly_the_proxies_there_are(hops, address):
    app = app_with(PROXY_HOPS=hops)

    @app.get("/address")
    def tell_address() -> str:
        return f"{request.remote_addr} {request.scheme}"

    forwarded = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https"}
    told = app.test_client().get("/address", headers=forwarded).get_data(as_text=True)
    assert told == f"{address} {'https' if hops == '1' else 'http'}"
