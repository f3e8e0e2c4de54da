"""Wandr: the backend of a travel app. This module is its table of contents."""

from __future__ import annotations

from flask import Flask

from wandr.auth.door import BEARER
from wandr.config import Settings
from wandr.errors import register_error_handlers
from wandr.extensions import api, db, jwt, migrate, redis
from wandr.observability import configure_logging, observe


def create_app(settings: Settings | None = None) -> Flask:
    """A Wandr application. Starts nothing; may be called more than once in a process."""
    app = Flask(__name__, static_folder=None)
    settings = settings or Settings.from_environment()
    settings.apply_to(app)
    app.url_map.strict_slashes = False
    configure_logging(settings.log_level, settings.log_format)
    observe(app)

    # extensions
    db.init_app(app)
    migrate.init_app(app, db)
    redis.init_app(app, settings.redis_url)
    jwt.init_app(app)
    api.init_app(app)
    api.spec.components.security_scheme("bearer", BEARER)

    register_error_handlers(app)
    return app
