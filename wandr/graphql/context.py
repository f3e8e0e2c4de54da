"""Who asks, and what their questions to services look like."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import strawberry

from wandr.auth.principal import Principal
from wandr.trips.invites import Invitee
from wandr.trips.service import Founder


@dataclass(frozen=True)
class Context:
    """The context of one request; `degraded` names services that had no part in the answer."""

    principal: Principal
    degraded: set[str] = field(default_factory=set)

    @property
    def viewer(self) -> UUID:
        return self.principal.user_id

    @property
    def client_id(self) -> UUID:
        return self.principal.session_id

    @property
    def founder(self) -> Founder:
        return Founder.of(self.principal)

    @property
    def invitee(self) -> Invitee:
        return Invitee.of(self.principal)


Info = strawberry.Info[Context, None]


def parsed(texts: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """The objects that Postgres has written as JSON, by their text."""
    return {text: json.loads(text) for text in texts}
