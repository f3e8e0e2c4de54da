"""Notifications as letters, with a link that ends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from jinja2 import Environment, StrictUndefined

from wandr.config import current_settings
from wandr.errors import NotFound
from wandr.mail.letters import Letter
from wandr.notifications.kinds import KINDS

EVERY_KIND: Final = "*"
LONGEST_SUBJECT: Final = 120
_TEXT = """{% for one in told %}- {{ one.text }}
{% endfor %}
{% if all %}No more digests: {% else %}No more mails of this kind: {% endif %}{{ link }}
"""
_HTML = """<!doctype html>
<html lang="en"><meta charset="utf-8">
<body style="font-family: sans-serif; line-height: 1.4">
<ul>{% for one in told %}<li>{{ one.text }}</li>{% endfor %}</ul>
<p><a href="{{ link }}">
{% if all %}No more digests{% else %}No more mails of this kind{% endif %}
</a></p>
</body></html>
"""
_PLAIN = Environment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(_TEXT)
_RICH = Environment(undefined=StrictUndefined, autoescape=True).from_string(_HTML)


@dataclass(frozen=True)
class Told:
    """What a letter says of one notification."""

    kind: str
    text: str


def letter_of(user_id: UUID, address: str, told: Sequence[Told]) -> Letter:
    """A letter about one notification, or a digest of several."""
    kinds = {one.kind for one in told}
    about = kinds.pop() if len(told) == 1 else EVERY_KIND
    link = f"{current_settings().public_url}/api/v1/notifications/unsubscribe/"
    link += token_of(user_id, about)
    facts = {"told": told, "link": link, "all": about == EVERY_KIND}
    subject = told[0].text if len(told) == 1 else f"{len(told)} things happened in your trips"
    return Letter(
        address,
        subject[:LONGEST_SUBJECT],
        _PLAIN.render(facts),
        _RICH.render(facts),
        {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def token_of(user_id: UUID, about: str) -> str:
    """What lets who has it end mails of a kind, or digests, to a person, and nothing else."""
    return str(_signer().dumps([str(user_id), about]))


def read_token(token: str) -> tuple[UUID, str]:
    """Whose mails of which kind. NotFound for what we have not signed."""
    try:
        user_id, about = _signer().loads(token)
    except BadSignature:
        raise NotFound() from None
    if about != EVERY_KIND and about not in KINDS:
        raise NotFound()
    return UUID(user_id), about


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret_key, salt="unsubscribe")
