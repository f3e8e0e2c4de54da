"""Accounts: made, entered, recovered and closed. Hashing is done before, outside transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.auth.email_tokens import Purpose, issue_token, spend_token, void_tokens
from wandr.auth.models import AuthSession
from wandr.auth.sessions import Device, Ending, Grant, end_sessions, forget_sessions, open_session
from wandr.base import utc_now
from wandr.errors import Conflict, Invalid, Unauthorized
from wandr.extensions import db
from wandr.http.fields import instant_text
from wandr.mail.letters import Letter
from wandr.mail.mailing import send_letter
from wandr.users import service as users
from wandr.users.models import User

WELCOME = (
    "Welcome to Wandr, {name}.\n\nProve that this address is yours with this token:\n\n{token}\n"
)
RESET = "Somebody, you we hope, asked to reset your password. The token for it:\n\n{token}\n"


@dataclass(frozen=True)
class Credentials:
    """What was found to check a password against; all None for an unknown address."""

    user_id: UUID | None = None
    password_hash: str | None = None


def find_credentials(email: str) -> Credentials:
    """By address."""
    return _credentials(User.email == email)


def credentials_of(user_id: UUID) -> Credentials:
    """By account."""
    return _credentials(User.id == user_id)


def register(email: str, password_hash: str, display_name: str, device: Device) -> Grant:
    """A new account, logged in, its address to be verified. Conflict when the address is taken."""
    user = users.create_user(email, password_hash, display_name)
    if user is None:
        raise Conflict("This address has an account.", code="email_taken")
    token = issue_token(user.id, Purpose.VERIFY)
    text = WELCOME.format(name=display_name, token=token)
    send_letter(Letter(email, "Welcome to Wandr", text))
    return open_session(user.id, device)


def log_in(verified: Credentials, device: Device) -> Grant:
    """Open a session for credentials whose password matched.

    Unauthorized when the account is inactive, or its password was changed meanwhile.
    """
    statement = select(User.id).where(
        User.id == verified.user_id,
        User.password_hash == verified.password_hash,
        User.is_active,
    )
    user_id = db.session.scalar(statement.with_for_update(read=True))
    if user_id is None:
        raise wrong_credentials()
    return open_session(user_id, device)


def ask_for_reset(email: str) -> None:
    """Mail a reset token, if there is somebody to mail it to; the same work if not."""
    user = users.find_by_email(email)
    known = user is not None and user.is_active
    token = issue_token(user.id if user and known else None, Purpose.RESET)
    if known:
        send_letter(Letter(email, "Reset your Wandr password", RESET.format(token=token)))


def reset_password(token: str, password_hash: str) -> None:
    """Set a password by a mailed token; the address is thereby verified. Ends all sessions."""
    user = users.lock_user(spend_token(token, Purpose.RESET))
    user.email_verified_at = user.email_verified_at or utc_now()
    _set_password(user, password_hash)
    end_sessions(user.id, Ending.PASSWORD)


def change_password(verified: Credentials, password_hash: str, *, keep: UUID) -> None:
    """Set a password, the current one having matched. Ends all sessions but `keep`."""
    user = _lock_verified(verified)
    _set_password(user, password_hash)
    end_sessions(user.id, Ending.PASSWORD, except_for=keep)


def close_account(verified: Credentials) -> None:
    """Deactivate and anonymise the account, its password having matched. Ends all sessions."""
    user = _lock_verified(verified)
    void_tokens(user.id, Purpose.RESET)
    void_tokens(user.id, Purpose.VERIFY)
    forget_sessions(user.id)
    users.close_account(user.id)


def verify_email(token: str) -> None:
    """Note that the owner of the token reads the account's mail. Invalid for a bad token."""
    user = users.lock_user(spend_token(token, Purpose.VERIFY))
    user.email_verified_at = user.email_verified_at or utc_now()
    db.session.flush()


def wrong_credentials() -> Unauthorized:
    """The one answer to every login that fails."""
    return Unauthorized("The address or the password is wrong.", code="invalid_credentials")


def wrong_password(field: str) -> Invalid:
    """The answer when somebody who is logged in fails to repeat the password."""
    errors = {"json": {field: ["This is not your password."]}}
    return Invalid("The password is wrong.", code="wrong_password", errors=errors)


def _lock_verified(verified: Credentials) -> User:
    if verified.user_id is None:
        raise wrong_credentials()
    user = users.lock_user(verified.user_id)
    if user.password_hash != verified.password_hash:
        raise wrong_credentials()
    return user


def _set_password(user: User, password_hash: str) -> None:
    user.password_hash = password_hash
    user.updated_at = utc_now()
    void_tokens(user.id, Purpose.RESET)
    db.session.flush()


def _credentials(which: Any) -> Credentials:
    row = db.session.execute(select(User.id, User.password_hash).where(which)).one_or_none()
    return Credentials(row.id, row.password_hash) if row else Credentials()


def _held_sessions(user_id: UUID) -> list[dict[str, Any]]:
    statement = select(AuthSession).where(AuthSession.user_id == user_id).order_by(AuthSession.id)
    return [
        {
            "id": str(session.id),
            "created_at": instant_text(session.created_at),
            "last_used_at": instant_text(session.last_used_at),
            "user_agent": session.user_agent,
            "address": session.address,
        }
        for session in db.session.scalars(statement)
    ]


users.holdings["sessions"] = _held_sessions
