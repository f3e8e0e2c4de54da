"""Wandr: the backend of a travel app. This module is its table of contents."""

from __future__ import annotations

from flask import Flask

from wandr import health
from wandr.ai import check_routes, conversation_routes, conversations, proposal_routes
from wandr.ai import routes as ai_routes
from wandr.auth import routes as auth_routes
from wandr.auth.door import BEARER
from wandr.auth.limits import init_limits
from wandr.changes import routes as change_routes
from wandr.changes.document import describe_snapshot
from wandr.changes.entity import registry
from wandr.cli import seed, show_mailbox
from wandr.config import Settings
from wandr.days import routes as day_routes
from wandr.docs import register_docs
from wandr.errors import register_error_handlers
from wandr.exports import feed_routes, import_routes
from wandr.exports import routes as export_routes
from wandr.extensions import api, db, jwt, migrate, redis
from wandr.graphql import routes as graphql_routes
from wandr.graphql.cli import print_schema
from wandr.http.guard import guard_addresses
from wandr.http.openapi import describe_document
from wandr.itinerary import content as itinerary_content
from wandr.itinerary import routes as itinerary_routes
from wandr.locations import hooks as place_hooks
from wandr.locations import routes as location_routes
from wandr.locations.cli import locations_cli
from wandr.mail import smtp
from wandr.notifications import hooks as notification_hooks
from wandr.notifications import routes as notification_routes
from wandr.observability import configure_logging, observe
from wandr.realtime.server import init_sockets
from wandr.security import secure
from wandr.trips import content as trip_content
from wandr.trips import member_routes, people
from wandr.trips import routes as trip_routes
from wandr.users import routes as user_routes
from wandr.webhooks import routes as webhook_routes
from wandr.webhooks import sending

# What joins the write path, each with the entities that it registers.
CONTENT = (trip_content, itinerary_content)
# The doors under /api/v1.
REST = (
    auth_routes.blueprint,
    user_routes.blueprint,
    trip_routes.blueprint,
    member_routes.blueprint,
    change_routes.blueprint,
    itinerary_routes.blueprint,
    itinerary_routes.activities,
    day_routes.blueprint,
    export_routes.blueprint,
    import_routes.blueprint,
    feed_routes.blueprint,
    location_routes.blueprint,
    ai_routes.blueprint,
    conversation_routes.blueprint,
    proposal_routes.blueprint,
    check_routes.blueprint,
    notification_routes.blueprint,
    webhook_routes.blueprint,
)
COMMANDS = (locations_cli, seed, show_mailbox, print_schema)


def create_app(settings: Settings | None = None) -> Flask:
    """A Wandr application. Starts nothing; may be called more than once in a process."""
    app = Flask(__name__, static_folder=None)
    settings = settings or Settings.from_environment()
    settings.apply_to(app)
    app.url_map.strict_slashes = False
    configure_logging(settings.log_level, settings.log_format)

    # around every request
    observe(app)
    guard_addresses(app)
    secure(app, settings)
    register_error_handlers(app)

    # extensions
    db.init_app(app)
    migrate.init_app(app, db)
    redis.init_app(app, settings.redis_url)
    jwt.init_app(app)
    init_limits(app, settings, app.extensions["wandr.redis"])
    api.init_app(app)
    api.spec.components.security_scheme("bearer", BEARER)
    describe_document(api)
    init_sockets(app, settings)

    # content
    for domain in CONTENT:
        domain.register(registry)
    people.register()
    place_hooks.register()
    conversations.register()
    notification_hooks.register()

    # what leaves
    smtp.register()
    sending.register()

    # doors
    for blueprint in REST:
        api.register_blueprint(blueprint, url_prefix=f"/api/v1{blueprint.url_prefix or ''}")
    describe_snapshot(api.spec)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(graphql_routes.blueprint)
    if settings.serves_docs:
        register_docs(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app
