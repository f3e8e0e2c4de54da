"""Who is asking: a token becomes a person, by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import g, request
from sqlalchemy import bindparam, func, select

from wandr.auth.models import AuthSession
from wandr.auth.tokens import Claims, Kind, read_token
from wandr.errors import InvalidToken, Unauthorized
from wandr.extensions import db
from wandr.users.models import User

LOGGED_IN = (
    select(User.display_name, User.email, User.email_verified_at)
    .join(AuthSession, AuthSession.user_id == User.id)
    .where(
        AuthSession.id == bindparam("session_id"),
        AuthSession.ended_at.is_(None),
        AuthSession.expires_at > func.now(),
        User.id == bindparam("user_id"),
        User.is_active,
    )
)


@dataclass(frozen=True)
class Principal:
    """A logged-in person, and the session and token by which we know."""

    user_id: UUID
    session_id: UUID
    display_name: str
    email: str
    email_verified: bool
    token_expires_at: int  # seconds since 1970


def principal_of(token: str) -> Principal:
    """Whose access token it is. InvalidToken (401) when it is bad, or its session or user ended.

    One statement; call it inside `reading()`.
    """
    return _logged_in(read_token(token, Kind.ACCESS))


def me() -> Principal:
    """The caller of this request. Only behind a door that lets nobody else in."""
    principal: Principal = g.principal
    return principal


def authenticate() -> Principal:
    """Find out who is calling, for the rest of this request. Unauthorized when nobody is."""
    g.principal = principal = _logged_in(request_claims())
    return principal


def request_claims() -> Claims:
    """What the request's bearer token claims; read once. Unauthorized when there is none."""
    if "claims" not in g:
        g.claims = read_token(_bearer_token(), Kind.ACCESS)
    claims: Claims = g.claims
    return claims


def _logged_in(claims: Claims) -> Principal:
    who = {"session_id": claims.session_id, "user_id": claims.user_id}
    row = db.session.execute(LOGGED_IN, who).one_or_none()
    if row is None:
        raise InvalidToken("The session has ended: log in again.")
    return Principal(
        user_id=claims.user_id,
        session_id=claims.session_id,
        display_name=row.display_name,
        email=row.email,
        email_verified=row.email_verified_at is not None,
        token_expires_at=claims.expires_at,
    )


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        raise Unauthorized("Log in first: an access token is needed.")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("The Authorization header must be `Bearer` and an access token.")
    return token.strip()
