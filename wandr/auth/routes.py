"""Registering, logging in and out, sessions and passwords.

Routes that hash passwords open their transactions themselves: hashing takes long, and must not
hold a database connection.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from wandr.auth import service, sessions
from wandr.auth.confirmation import confirmed_credentials
from wandr.auth.door import Access, door
from wandr.auth.email_tokens import Purpose, check_token
from wandr.auth.limits import limit_logins, limit_registrations, limit_resets
from wandr.auth.passwords import hash_password, password_matches, refuse_common
from wandr.auth.principal import me
from wandr.auth.schemas import (
    ForgottenSchema,
    LoginSchema,
    LoginView,
    PasswordSchema,
    RefreshSchema,
    RegistrationSchema,
    ResetSchema,
    SessionView,
    TokensView,
    VerificationSchema,
)
from wandr.auth.tokens import Kind, access_token, read_token, refresh_token
from wandr.config import current_settings
from wandr.errors import Conflict, InvalidToken, NotFound, Unauthorized
from wandr.http.pages import PageArgs, PageQuery, page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.transaction import atomic, reading
from wandr.users.service import profile_of

Json = dict[str, Any]

blueprint = Blueprint("auth", __name__, description="Accounts, sessions and passwords")
SESSION = SessionView(exclude=("current",))
REFUSALS = {
    sessions.Refusal.SUPERSEDED: ("refresh_superseded", "Another request has just refreshed it."),
    sessions.Refusal.REUSED: ("refresh_reused", "It was spent before: the session is ended."),
    sessions.Refusal.ENDED: ("session_ended", "The session has ended: log in again."),
}


@blueprint.route("/auth/register", methods=["POST"])
@door(Access.OPEN, opens_transaction=False)
@blueprint.arguments(RegistrationSchema)
@blueprint.response(201, LoginView)
@problems(Conflict)
def register(wanted: Json) -> Json:
    """Make an account, and log in."""
    limit_registrations()
    refuse_common(wanted["password"], email=wanted["email"])
    hashed = hash_password(wanted["password"])
    with atomic():
        grant = service.register(wanted["email"], hashed, wanted["display_name"], _device())
        return _login(grant)


@blueprint.route("/auth/login", methods=["POST"])
@door(Access.OPEN, opens_transaction=False)
@blueprint.arguments(LoginSchema)
@blueprint.response(200, LoginView)
@problems(Unauthorized)
def log_in(given: Json) -> Json:
    """Log in with an address and a password."""
    limit_logins(given["email"])
    with reading():
        found = service.find_credentials(given["email"])
    if not password_matches(found.password_hash, given["password"]):
        raise service.wrong_credentials()
    with atomic():
        return _login(service.log_in(found, _device()))


@blueprint.route("/auth/refresh", methods=["POST"])
@door(Access.OPEN, opens_transaction=False)
@blueprint.arguments(RefreshSchema)
@blueprint.response(200, TokensView)
@problems(Unauthorized)
def refresh_session(given: Json) -> Json:
    """Spend a refresh token for a new pair; spending it again ends the session."""
    claims = read_token(given["refresh_token"], Kind.REFRESH)
    with atomic():
        answer = sessions.rotate_session(claims.user_id, claims.session_id, claims.token_id)
    if isinstance(answer, sessions.Refusal):
        code, detail = REFUSALS[answer]
        raise InvalidToken(detail, code=code)
    return _tokens(answer)


@blueprint.route("/auth/logout", methods=["POST"])
@door(Access.USER)
@blueprint.response(204)
def log_out() -> None:
    """End the session that asks."""
    sessions.end_session(me().user_id, me().session_id, sessions.Ending.LOGOUT)


@blueprint.route("/auth/sessions", methods=["GET"])
@door(Access.USER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(SessionView))
def list_sessions(query: Json) -> Response:
    """List where one is logged in, newest first."""
    page: PageArgs = query["page"]
    found, cursor = sessions.list_sessions(me().user_id, page)
    current = me().session_id
    return page_response(
        [SESSION.dump(one) | {"current": one.id == current} for one in found], cursor
    )


@blueprint.route("/auth/sessions/<uuid:session_id>", methods=["DELETE"])
@door(Access.USER)
@blueprint.response(204)
@problems(NotFound)
def end_session(session_id: UUID) -> None:
    """End one of one's sessions; its tokens are refused from now on."""
    sessions.end_session(me().user_id, session_id, sessions.Ending.REMOVED)


@blueprint.route("/auth/password/forgot", methods=["POST"])
@door(Access.OPEN)
@blueprint.arguments(ForgottenSchema)
@blueprint.response(202)
def ask_for_reset(given: Json) -> Response:
    """Mail a token to reset the password; the answer never tells whether there is an account."""
    limit_resets(given["email"])
    service.ask_for_reset(given["email"])
    return Response(status=202)


@blueprint.route("/auth/password/reset", methods=["POST"])
@door(Access.OPEN, opens_transaction=False)
@blueprint.arguments(ResetSchema)
@blueprint.response(204)
def reset_password(given: Json) -> None:
    """Set a password by a mailed token; ends all sessions."""
    refuse_common(given["password"])
    with reading():
        check_token(given["token"], Purpose.RESET)
    hashed = hash_password(given["password"])
    with atomic():
        service.reset_password(given["token"], hashed)


@blueprint.route("/auth/password", methods=["PUT"])
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(PasswordSchema)
@blueprint.response(204)
def change_password(given: Json) -> None:
    """Change the password; ends all other sessions."""
    refuse_common(given["password"], email=me().email)
    verified = confirmed_credentials(given["current_password"], "current_password")
    hashed = hash_password(given["password"])
    with atomic():
        service.change_password(verified, hashed, keep=me().session_id)


@blueprint.route("/auth/email/verification", methods=["POST"])
@door(Access.OPEN)
@blueprint.arguments(VerificationSchema)
@blueprint.response(204)
def verify_email(given: Json) -> None:
    """Prove by a mailed token that the address is one's own."""
    service.verify_email(given["token"])


def _login(grant: sessions.Grant) -> Json:
    return {"user": profile_of(grant.user_id), **_tokens(grant)}


def _tokens(grant: sessions.Grant) -> Json:
    return {
        "access_token": access_token(grant.user_id, grant.session_id),
        "refresh_token": refresh_token(grant.user_id, grant.session_id, grant.refresh_id),
        "token_type": "Bearer",
        "expires_in": current_settings().access_token_minutes * 60,
    }


def _device() -> sessions.Device:
    agent = request.headers.get("User-Agent", "")
    readable = "".join(one for one in agent if one.isprintable())
    return sessions.Device(readable[:300], (request.remote_addr or "")[:64])
