"""What every answer tells browsers and caches, and whom the application believes in front of it."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from wandr.config import Settings

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PRIVATE = ("/api/", "/graphql")  # what no cache may keep
HSTS = "max-age=31536000; includeSubDomains"
REQUEST_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
]
ANSWER_HEADERS = [
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
]


def secure(app: Flask, settings: Settings) -> None:
    """Add the headers, exact CORS origins, and trust in exactly one proxy when there is one."""
    app.after_request(_add_headers)
    if settings.is_production:
        app.after_request(_demand_https)
    if settings.cors_origins:
        CORS(
            app,
            origins=list(settings.cors_origins),
            supports_credentials=settings.cors_credentials,
            allow_headers=REQUEST_HEADERS,
            expose_headers=ANSWER_HEADERS,
            max_age=600,
        )
    if settings.proxy_hops == 1:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]


def _add_headers(response: Response) -> Response:
    """A view that needs another policy (the docs page) sets it, and keeps it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(PRIVATE):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _demand_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response
