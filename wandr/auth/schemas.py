"""What clients send and see of accounts, tokens and sessions."""

from __future__ import annotations

from marshmallow import fields

from wandr.auth.passwords import LONGEST, SHORTEST
from wandr.http.fields import EmailAddress, Flag, Identifier, Instant, Text, Whole
from wandr.http.schema import WandrSchema
from wandr.users.schemas import UserView

PASSPHRASE = "correct horse battery"  # of the examples


class RegistrationSchema(WandrSchema):
    """A new account."""

    example = {"email": "ada@example.com", "password": PASSPHRASE, "display_name": "Ada"}

    email = EmailAddress(required=True)
    password = Text(LONGEST, low=SHORTEST, required=True, load_only=True)
    display_name = Text(80, low=1, required=True, metadata={"example": "Ada"})


class LoginSchema(WandrSchema):
    """Who, and the proof."""

    example = {"email": "ada@example.com", "password": PASSPHRASE}

    email = EmailAddress(required=True)
    password = Text(LONGEST, required=True, load_only=True)


class RefreshSchema(WandrSchema):
    """A refresh token, good once."""

    refresh_token = Text(2048, required=True)


class ForgottenSchema(WandrSchema):
    """Where to mail a reset token to."""

    email = EmailAddress(required=True)


class ResetSchema(WandrSchema):
    """A new password, by a mailed token."""

    example = {"token": "the-token-of-the-mail", "password": PASSPHRASE}

    token = Text(100, required=True)
    password = Text(LONGEST, low=SHORTEST, required=True, load_only=True)


class PasswordSchema(WandrSchema):
    """A new password, by the current one."""

    example = {"current_password": PASSPHRASE, "password": "four other random words"}

    current_password = Text(LONGEST, required=True, load_only=True)
    password = Text(LONGEST, low=SHORTEST, required=True, load_only=True)


class VerificationSchema(WandrSchema):
    """A mailed token."""

    token = Text(100, required=True)


class TokensView(WandrSchema):
    """A pair of tokens; `expires_in` is the access token's life in seconds."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.String(required=True, metadata={"example": "Bearer"})
    expires_in = Whole(required=True)


class LoginView(TokensView):
    """A pair of tokens, and whose they are."""

    user = fields.Nested(UserView, required=True)


class SessionView(WandrSchema):
    """A login; `current` is the one that asks."""

    id = Identifier(required=True)
    current = Flag(required=True)
    user_agent = Text(300, required=True)
    address = Text(64, required=True)
    created_at = Instant(required=True)
    last_used_at = Instant(required=True)
    expires_at = Instant(required=True)
