"""What no route should ever see: addresses that neither Postgres nor a log can hold."""

from __future__ import annotations

from flask import Flask, request

from wandr.errors import NotFound
from wandr.http.json import is_safe_text


def guard_addresses(app: Flask) -> None:
    """Let a path with NUL or broken UTF-8 lead nowhere."""
    app.before_request(_refuse_unsafe_path)


def _refuse_unsafe_path() -> None:
    if not is_safe_text(request.path) or "\ufffd" in request.path:
        raise NotFound()
