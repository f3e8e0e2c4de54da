"""The extensions, as instances only; `create_app` binds them to an application."""

from __future__ import annotations

from flask import Flask, Response, current_app
from flask_jwt_extended import JWTManager
from flask_migrate import Migrate
from flask_smorest import Api
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.exceptions import HTTPException

from wandr.base import Base
from wandr.errors import ProblemSchema, problem_of_http


class ProblemApi(Api):
    """flask-smorest, its errors told as problem documents, also in OpenAPI."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def handle_http_exception(self, error: HTTPException) -> Response:
        return problem_of_http(error)

    def _register_pagination_header(self) -> None:
        """None: pages are of our own kind, and tell of the next by `Link`."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"


class RedisClient:
    """A Redis connection that never holds anybody up: half a second, one try."""

    def init_app(self, app: Flask, url: str) -> None:
        app.extensions["wandr.redis"] = Redis.from_url(
            url,
            socket_timeout=0.5,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )

    @property
    def client(self) -> Redis:
        """The client of the application at work."""
        client: Redis = current_app.extensions["wandr.redis"]
        return client


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
api = ProblemApi()
jwt = JWTManager()
socketio = SocketIO()
redis = RedisClient()
