"""Structured logs: one line per request, a request id in each, nothing private in any."""

from __future__ import annotations

import logging
import re
import sys
from time import perf_counter
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
QUIET = frozenset({"/health", "/health/ready"})


def configure_logging(level: str, form: str) -> None:
    """Write logs to stderr, as JSON or, for a person, as coloured lines."""
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def observe(app: Flask) -> None:
    """Give every request an id, on the way in, out and in every log line; log it when done."""
    app.before_request(_begin_request)
    app.after_request(_end_request)


def _begin_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
    g.began = perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end_request(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.path not in QUIET:
        log.info(
            "request",
            method=request.method,
            route=str(request.url_rule or "none"),  # never the path: some hold a secret token
            status=response.status_code,
            ms=round((perf_counter() - g.get("began", perf_counter())) * 1000, 1),
        )
    return response
