"""The environment, read once. Wandr refuses to boot when a setting is unsafe or unreadable."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app

VERSION = "0.1.0"
MINIMUM_SECRET = 32
KNOWN_SECRETS = frozenset({"secret", "changeme", "change-me", "development", "wandr"})
# Read by others: gunicorn.conf.py and the launcher, the benchmark.
NOT_SETTINGS = frozenset(
    {"PORT", "WANDR_BIND", "WEB_CONCURRENCY"}
    | {"WANDR_PEER", "WANDR_PEER_PYTHON", "WANDR_REALTIME_PEER"}
)
# Of each database session. What counts as alike is what search asks the trigram index for.
SESSION = (
    "-c timezone=UTC -c statement_timeout=15s -c lock_timeout=5s "
    "-c pg_trgm.similarity_threshold=0.35"
)
# What Kubernetes tells every pod of a service named wandr.
KUBERNETES_NAME = re.compile(r"WANDR_(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT_\d+_\w+)")
KUBERNETES_VALUE = re.compile(r"(tcp|udp|sctp)://")


class UnsafeSettings(RuntimeError):
    """Raised at boot; its message names every setting that is wrong, one a line."""


def _text(value: str) -> str:
    return value


def _flag(value: str) -> bool:
    if value.lower() not in {"0", "1", "true", "false"}:
        raise ValueError("must be 0 or 1")
    return value.lower() in {"1", "true"}


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError("must be one of " + ", ".join(choices))
        return value

    return read


def _database_url(value: str) -> str:
    """Plain `postgresql://` means psycopg 3 to SQLAlchemy 2.1, and `postgres://` means nothing."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg2"}:
        raise ValueError("must be a postgresql:// address")
    return "postgresql+psycopg2://" + rest


def _redis_url(value: str) -> str:
    if urlsplit(value).scheme not in {"redis", "rediss"}:
        raise ValueError("must be a redis:// or rediss:// address")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and not (parts.scheme in {"http", "https"} and parts.netloc and not parts.query):
        raise ValueError("must be an http or https address")
    if parts.username or parts.password:
        raise ValueError("must hold no password")
    return value


def _smtp_url(value: str) -> str:
    parts = urlsplit(value)
    if value and not (parts.scheme in {"smtp", "smtps"} and parts.hostname):
        raise ValueError("must be an smtp:// or smtps:// address")
    return value


def _setting(name: str, read: Callable[[str], Any], default: str | None = None) -> Any:
    return field(default=MISSING, metadata={"name": name, "read": read, "default": default})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting; the name in the environment stands beside its field."""

    environment: str = _setting(
        "WANDR_ENV", _one_of("production", "development", "test"), "production"
    )
    secret_key: str = _setting("SECRET_KEY", _text)
    database_url: str = _setting("DATABASE_URL", _database_url)
    redis_url: str = _setting("REDIS_URL", _redis_url)
    cors_origins: tuple[str, ...] = _setting("CORS_ORIGINS", _words, "")
    cors_credentials: bool = _setting("CORS_CREDENTIALS", _flag, "0")
    trusted_hosts: tuple[str, ...] = _setting("TRUSTED_HOSTS", _words, "")
    proxy_hops: int = _setting("PROXY_HOPS", _whole(0, 1), "0")
    docs_enabled: bool | None = _setting("DOCS_ENABLED", _flag, "")
    ratelimit_enabled: bool = _setting("RATELIMIT_ENABLED", _flag, "1")
    login_limit: int = _setting("LOGIN_LIMIT_PER_MINUTE", _whole(1, 10_000), "10")
    register_limit: int = _setting("REGISTER_LIMIT_PER_HOUR", _whole(1, 100_000), "30")
    request_limit: int = _setting("REQUEST_LIMIT_PER_MINUTE", _whole(1, 1_000_000), "600")
    access_token_minutes: int = _setting("ACCESS_TOKEN_MINUTES", _whole(1, 1440), "15")
    refresh_token_days: int = _setting("REFRESH_TOKEN_DAYS", _whole(1, 365), "30")
    pool_size: int = _setting("DB_POOL_SIZE", _whole(1, 200), "10")
    mailbox_dir: str = _setting("MAILBOX_DIR", _text, ".data/mailbox")
    mail_from: str = _setting("MAIL_FROM", _text, "Wandr <no-reply@localhost>")
    smtp_url: str = _setting("SMTP_URL", _smtp_url, "")
    public_url: str = _setting("PUBLIC_URL", _web_address, "http://localhost:8000")
    webhooks_to_private: bool = _setting("WEBHOOKS_TO_PRIVATE", _flag, "0")
    sockets_per_trip: int = _setting("SOCKETS_PER_TRIP", _whole(1, 100_000), "200")
    geocoder: str = _setting("GEOCODER", _one_of("embedded", "nominatim", "photon"), "embedded")
    geocoder_url: str = _setting("GEOCODER_URL", _web_address, "")
    router: str = _setting(
        "ROUTER", _one_of("embedded", "osrm", "valhalla", "openrouteservice"), "embedded"
    )
    router_url: str = _setting("ROUTER_URL", _web_address, "")
    router_api_key: str = _setting("ROUTER_API_KEY", str, "")
    weather: str = _setting("WEATHER", _one_of("none", "open_meteo"), "none")
    weather_url: str = _setting("WEATHER_URL", _web_address, "")
    ai_provider: str = _setting(
        "AI_PROVIDER", _one_of("embedded", "openai_compatible", "anthropic"), "embedded"
    )
    ai_base_url: str = _setting("AI_BASE_URL", _web_address, "")
    ai_api_key: str = _setting("AI_API_KEY", str, "")
    ai_model: str = _setting("AI_MODEL", str, "")
    ai_user_tokens: int = _setting("AI_TOKENS_PER_USER_DAY", _whole(0, 10**9), "300000")
    ai_trip_tokens: int = _setting("AI_TOKENS_PER_TRIP_DAY", _whole(0, 10**9), "600000")
    log_level: str = _setting("LOG_LEVEL", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
    log_format: str = _setting("LOG_FORMAT", _one_of("json", "console"), "json")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read and check all settings. Raises UnsafeSettings naming everything that is wrong."""
        problems = _unknown_names(environ, {one.metadata["name"] for one in fields(cls)})
        values: dict[str, Any] = {}
        for one in fields(cls):
            try:
                values[one.name] = _read(one.metadata, environ)
            except ValueError as error:
                problems.append(f"{one.metadata['name']} {error}")
        problems += _dangers(values)
        if problems:
            raise UnsafeSettings("Wandr will not start:\n  " + "\n  ".join(problems))
        return cls(**values)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def serves_docs(self) -> bool:
        """Whether `/docs` and the contracts it shows are there; by default not in production."""
        return not self.is_production if self.docs_enabled is None else self.docs_enabled

    def apply_to(self, app: Flask) -> None:
        """Write what Flask and its extensions read from app.config."""
        app.config.update(
            WANDR=self,
            SECRET_KEY=self.secret_key,
            MAX_CONTENT_LENGTH=1024 * 1024,
            TRUSTED_HOSTS=list(self.trusted_hosts) or None,
            SQLALCHEMY_DATABASE_URI=self.database_url,
            SQLALCHEMY_ENGINE_OPTIONS={
                "pool_size": self.pool_size,
                "max_overflow": 0,
                "pool_timeout": 5,
                "pool_use_lifo": True,
                "pool_reset_on_return": "rollback",
                "connect_args": {
                    "connect_timeout": 5,
                    "application_name": "wandr",
                    "options": SESSION,
                },
            },
            JWT_SECRET_KEY=self.secret_key,
            JWT_ALGORITHM="HS256",
            JWT_COOKIE_CSRF_PROTECT=False,  # no cookies here; it would lengthen every token
            JWT_ENCODE_AUDIENCE="wandr",
            JWT_DECODE_AUDIENCE="wandr",
            JWT_ENCODE_ISSUER="wandr",
            JWT_DECODE_ISSUER="wandr",
            JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=self.access_token_minutes),
            JWT_REFRESH_TOKEN_EXPIRES=timedelta(days=self.refresh_token_days),
            API_TITLE="Wandr",
            API_VERSION="v1",
            OPENAPI_VERSION="3.1.0",
        )


def _read(metadata: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    value = environ.get(metadata["name"], "") or metadata["default"]
    if value is None:
        raise ValueError("must be set")
    if metadata["name"] == "DOCS_ENABLED" and not value:
        return None
    return metadata["read"](value)


def _unknown_names(environ: Mapping[str, str], known: set[str]) -> list[str]:
    """A misspelt name would silently leave its setting as it is."""
    known = known | NOT_SETTINGS
    return [
        f"{name} is no setting" + "".join(f": {one} is" for one in _meant(name, known))
        for name, value in sorted(environ.items())
        if name.startswith("WANDR_") and name not in known
        if not KUBERNETES_NAME.fullmatch(name) and not KUBERNETES_VALUE.match(value)
    ]


def _meant(name: str, known: set[str]) -> list[str]:
    bare = name.removeprefix("WANDR_")
    return [bare] if bare in known else get_close_matches(name, sorted(known), 1)


def _dangers(values: Mapping[str, Any]) -> list[str]:
    """What is readable and yet unsafe, a sentence each; what could not be read is left out."""
    environment = values.get("environment", "production")
    secret, origins = values.get("secret_key"), values.get("cors_origins", ())
    found = []
    if secret and len(secret.encode()) < MINIMUM_SECRET and environment != "development":
        found.append(f"SECRET_KEY must have at least {MINIMUM_SECRET} bytes")
    if secret and environment == "production" and any(w in secret.lower() for w in KNOWN_SECRETS):
        found.append("SECRET_KEY looks like a default: make a random one")
    if "*" in origins and values.get("cors_credentials"):
        found.append("CORS_ORIGINS=* with CORS_CREDENTIALS=1 would serve any site")
    if values.get("ai_provider", "embedded") != "embedded" and not values.get("ai_model"):
        found.append("AI_MODEL must name the model of AI_PROVIDER")
    for origin in origins:
        if origin != "*" and not _is_origin(origin):
            found.append(f"CORS_ORIGINS has {origin!r}, which is not an exact origin")
    return found


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme in {"http", "https"} and parts.netloc) and text == (
        f"{parts.scheme}://{parts.netloc}"
    )


def current_settings() -> Settings:
    """The settings of the application at work. Needs an application context."""
    settings: Settings = current_app.config["WANDR"]
    return settings
