"""Asking somebody who is logged in for the password once more."""

from __future__ import annotations

from wandr.auth import service
from wandr.auth.limits import limit_logins
from wandr.auth.passwords import password_matches
from wandr.auth.principal import me
from wandr.transaction import reading


def confirmed_credentials(password: str, field: str) -> service.Credentials:
    """The caller's credentials, the password repeated. Invalid, naming the field, when wrong."""
    limit_logins(me().email)
    with reading():
        found = service.credentials_of(me().user_id)
    if not password_matches(found.password_hash, password):
        raise service.wrong_password(field)
    return found
