"""Wandr boots with good settings, and refuses all others by naming what is wrong."""

from __future__ import annotations

import pytest

from wandr.config import Settings, UnsafeSettings

RANDOM = "k7Qx" * 12
NEEDED = {
    "SECRET_KEY": RANDOM,
    "DATABASE_URL": "postgresql://somebody@127.0.0.1/wandr",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def read(**more: str) -> Settings:
    return Settings.from_environment(NEEDED | more)


def refusal(environ: dict[str, str]) -> list[str]:
    """The lines of what is wrong."""
    with pytest.raises(UnsafeSettings) as caught:
        Settings.from_environment(environ)
    first, *lines = str(caught.value).splitlines()
    assert first == "Wandr will not start:"
    return [line.strip() for line in lines]


def test_three_settings_are_enough_for_production():
    settings = read()
    assert settings.is_production
    assert not settings.serves_docs
    assert settings.cors_origins == ()


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("empty", [True, False])
def test_what_is_needed_must_be_set(name, empty):
    environ = {**NEEDED, name: ""} if empty else {k: v for k, v in NEEDED.items() if k != name}
    assert refusal(environ) == [f"{name} must be set"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_the_address_of_the_database_is_read_as_platforms_write_it(scheme):
    settings = read(DATABASE_URL=f"{scheme}://ada:x@db.example/wandr?sslmode=require")
    assert settings.database_url == "postgresql+psycopg2://ada:x@db.example/wandr?sslmode=require"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "mysql://x/y", "must be a postgresql:// address"),
        ("DATABASE_URL", "wandr", "must be a postgresql:// address"),
        ("REDIS_URL", "http://x", "must be a redis:// or rediss:// address"),
        ("WANDR_ENV", "staging", "must be one of production, development, test"),
        ("LOG_LEVEL", "debug", "must be one of DEBUG, INFO, WARNING, ERROR"),
        ("LOG_FORMAT", "xml", "must be one of json, console"),
        ("RATELIMIT_ENABLED", "yes", "must be 0 or 1"),
        ("DOCS_ENABLED", "on", "must be 0 or 1"),
        ("PROXY_HOPS", "2", "must be a whole number from 0 to 1"),
        ("DB_POOL_SIZE", "ten", "must be a whole number from 1 to 200"),
        ("DB_POOL_SIZE", "-1", "must be a whole number from 1 to 200"),
        ("ACCESS_TOKEN_MINUTES", "1.5", "must be a whole number from 1 to 1440"),
    ],
)
def test_an_unreadable_value_is_refused(name, value, told):
    assert refusal({**NEEDED, name: value}) == [f"{name} {told}"]


@pytest.mark.parametrize("environment", ["production", "test"])
def test_a_short_secret_is_refused(environment):
    told = refusal({**NEEDED, "WANDR_ENV": environment, "SECRET_KEY": "x" * 31})
    assert told == ["SECRET_KEY must have at least 32 bytes"]
    assert read(WANDR_ENV=environment, SECRET_KEY="x" * 32)


def test_a_secret_is_measured_in_bytes():
    assert read(SECRET_KEY="ü" * 16)


def test_development_is_content_with_any_secret():
    assert read(WANDR_ENV="development", SECRET_KEY="development").serves_docs


@pytest.mark.parametrize("word", ["secret", "changeme", "change-me", "development", "Wandr"])
def test_a_secret_that_looks_like_a_default_is_refused_in_production(word):
    told = refusal({**NEEDED, "SECRET_KEY": word * 8})
    assert told == ["SECRET_KEY looks like a default: make a random one"]
    assert read(WANDR_ENV="test", SECRET_KEY=word * 8)


def test_any_origin_with_credentials_is_refused():
    told = refusal({**NEEDED, "CORS_ORIGINS": "*", "CORS_CREDENTIALS": "1"})
    assert told == ["CORS_ORIGINS=* with CORS_CREDENTIALS=1 would serve any site"]
    assert read(CORS_ORIGINS="*").cors_origins == ("*",)
    assert read(CORS_ORIGINS="https://a.example", CORS_CREDENTIALS="1").cors_credentials


@pytest.mark.parametrize(
    "origin",
    ["https://a.example/", "https://a.example/app", "a.example", "https://", "ftp://a.example"]
    + ["https://a.example?x", "http://[", "null"],
)
def test_an_inexact_origin_is_refused(origin):
    told = refusal({**NEEDED, "CORS_ORIGINS": f"https://fine.example:8443, {origin}"})
    assert told == [f"CORS_ORIGINS has {origin!r}, which is not an exact origin"]


def test_everything_that_is_wrong_is_named_at_once():
    told = refusal(
        {
            "WANDR_EVN": "production",
            "SECRET_KEY": "short",
            "REDIS_URL": "redis://127.0.0.1",
            "DB_POOL_SIZE": "many",
            "CORS_ORIGINS": "a.example",
        }
    )
    assert [line.split()[0] for line in told] == [
        "WANDR_EVN",
        "DATABASE_URL",
        "DB_POOL_SIZE",
        "SECRET_KEY",
        "CORS_ORIGINS",
    ]


def test_a_refusal_does_not_tell_the_secret_or_the_password():
    told = refusal({**NEEDED, "SECRET_KEY": "hush-hush", "DATABASE_URL": "mysql://ada:pssst@x/y"})
    assert not any(word in line for line in told for word in ("hush", "pssst"))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("WANDR_EVN", "WANDR_EVN is no setting: WANDR_ENV is"),
        ("WANDR_SECRET_KEY", "WANDR_SECRET_KEY is no setting: SECRET_KEY is"),
        ("WANDR_QQQQQQQQ", "WANDR_QQQQQQQQ is no setting"),
        ("WANDR_PORT", "WANDR_PORT is no setting: PORT is"),
    ],
)
def test_a_misspelt_name_is_refused(name, told):
    assert refusal({**NEEDED, name: "9000"}) == [told]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WANDR_BIND", "127.0.0.1"),
        ("WANDR_SERVICE_HOST", "10.0.0.7"),
        ("WANDR_WEB_SERVICE_PORT_HTTP", "8000"),
        ("WANDR_PORT", "tcp://10.0.0.7:8000"),
        ("WANDR_PORT_8000_TCP_ADDR", "10.0.0.7"),
        ("WANDER_ENV", "not ours"),
    ],
)
def test_names_that_others_read_are_let_be(name, value):
    assert read(**{name: value})
