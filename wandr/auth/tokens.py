"""JSON Web Tokens: made by flask-jwt-extended, read with every claim demanded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import jwt
from flask import current_app
from flask_jwt_extended import create_access_token, create_refresh_token

from wandr.config import current_settings
from wandr.errors import InvalidToken

REQUIRED = ["exp", "iat", "sub", "sid", "jti", "type", "aud", "iss"]
LONGEST = 2048  # characters; ours have about 400
SKEW = 5  # seconds by which the clocks of two hosts may differ


class Kind(StrEnum):
    """What a token is good for."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True)
class Claims:
    """What a token says, its signature, time and kind being good."""

    user_id: UUID
    session_id: UUID
    token_id: str
    expires_at: int  # seconds since 1970


def access_token(user_id: UUID, session_id: UUID) -> str:
    """A short-lived token for the requests of one session."""
    return create_access_token(str(user_id), additional_claims={"sid": str(session_id)})


def refresh_token(user_id: UUID, session_id: UUID, token_id: str) -> str:
    """A token that is good once, for the next pair of the same session."""
    claims = {"sid": str(session_id), "jti": token_id}
    return create_refresh_token(str(user_id), additional_claims=claims)


def read_token(token: str, kind: Kind) -> Claims:
    """The claims of a token of this kind. InvalidToken for everything else that can be sent."""
    try:
        if len(token) > LONGEST:
            raise ValueError("too long")
        return _claims(_decode(token), kind)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidToken("The token is not good, or no longer.") from None


def _decode(token: str) -> dict[str, Any]:
    config = current_app.config
    payload: dict[str, Any] = jwt.decode(
        token,
        config["JWT_SECRET_KEY"],
        algorithms=[config["JWT_ALGORITHM"]],
        audience=config["JWT_DECODE_AUDIENCE"],
        issuer=config["JWT_DECODE_ISSUER"],
        leeway=SKEW,
        options={"require": REQUIRED, "strict_aud": True},
    )
    return payload


def _claims(payload: dict[str, Any], kind: Kind) -> Claims:
    words = [payload[name] for name in ("sub", "sid", "jti", "type")]
    expires_at = payload["exp"]
    if not all(isinstance(word, str) for word in words) or type(expires_at) is not int:
        raise TypeError("a claim of another type")
    if payload["type"] != kind or expires_at > _latest(kind):
        raise ValueError("another kind, or a life that we never give")
    return Claims(UUID(payload["sub"]), UUID(payload["sid"]), payload["jti"], expires_at)


def _latest(kind: Kind) -> float:
    settings = current_settings()
    minutes = settings.access_token_minutes
    lifetime = minutes * 60 if kind is Kind.ACCESS else settings.refresh_token_days * 86_400
    return time.time() + lifetime + 60
