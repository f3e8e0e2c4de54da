"""What language models cost: tokens, reserved before a call and settled after it, and the quotas.

A call that nobody settles (its worker was killed) counts as what was reserved for it, for ever: the
provider has counted it, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from wandr.ai.models import AiUsage
from wandr.base import new_id, utc_now
from wandr.config import current_settings
from wandr.errors import TooManyRequests
from wandr.extensions import db
from wandr.transaction import take_turn
from wandr.trips.access import trip_for

ONE_DAY: Final = timedelta(days=1)
COUNTED: Final = func.coalesce(AiUsage.tokens_in + AiUsage.tokens_out, AiUsage.reserved_tokens)


@dataclass(frozen=True)
class Call:
    """One call of a model. At most one of these exists for a step of an attempt."""

    request_id: UUID
    trip_id: UUID | None
    user_id: UUID
    attempt: int
    step: int
    provider: str


class Budget(NamedTuple):
    """Tokens of one quota today (UTC)."""

    quota: str
    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def reserve(call: Call, tokens: int) -> UUID:
    """Note that a call will take so many tokens at most. Raises TooManyRequests beyond a quota.

    Quotas are counted under a lock of the person, so that two calls at once do not both fit.
    """
    take_turn(0x7573, call.user_id)
    for budget in budgets_of(call.user_id, call.trip_id):
        if budget.left < tokens:
            raise _used_up(budget)
    usage = AiUsage(id=new_id(), **vars(call), reserved_tokens=tokens)
    db.session.add(usage)
    db.session.flush()
    return usage.id


def settle(usage_id: UUID, tokens_in: int, tokens_out: int, *, estimated: bool) -> None:
    """Note what a call has really taken; once."""
    db.session.execute(
        update(AiUsage)
        .where(AiUsage.id == usage_id, AiUsage.settled_at.is_(None))
        .values(
            tokens_in=tokens_in, tokens_out=tokens_out, estimated=estimated, settled_at=utc_now()
        )
    )


def refuse_used_up(user_id: UUID, trip_id: UUID | None) -> None:
    """Raise TooManyRequests when nothing is left of a quota."""
    for budget in budgets_of(user_id, trip_id):
        if not budget.left:
            raise _used_up(budget)


def budgets_of(user_id: UUID, trip_id: UUID | None = None) -> list[Budget]:
    """The quota of a person today and, with a trip, that of the trip."""
    settings = current_settings()
    mine = _used(AiUsage.user_id == user_id)
    found = [Budget("tokens_per_user_and_day", mine, settings.ai_user_tokens)]
    if trip_id is not None:
        in_trip = _used(AiUsage.trip_id == trip_id)
        found.append(Budget("tokens_per_trip_and_day", in_trip, settings.ai_trip_tokens))
    return found


def usage_of(user_id: UUID, trip_id: UUID | None) -> dict[str, Any]:
    """What is used of the quotas. NotFound for a trip that the person is not in."""
    if trip_id is not None:
        trip_for(user_id, trip_id)
    return {
        "provider": current_settings().ai_provider,
        "quotas": [budget._asdict() for budget in budgets_of(user_id, trip_id)],
        "resets_at": _midnight() + ONE_DAY,
    }


def _used(whose: ColumnElement[bool]) -> int:
    today = (whose, AiUsage.created_at >= _midnight())
    total: int = db.session.scalar(select(func.coalesce(func.sum(COUNTED), 0)).where(*today)) or 0
    return int(total)


def _midnight() -> datetime:
    return utc_now().replace(hour=0, minute=0, second=0, microsecond=0)


def _used_up(budget: Budget) -> TooManyRequests:
    return TooManyRequests(
        "The language model has been used as much as is allowed for today.",
        code="quota_exceeded",
        extra={"quota": budget.quota, "limit": budget.limit},
        retry_after=max(1, int((_midnight() + ONE_DAY - utc_now()).total_seconds())),
    )
