"""The shapes of requests to the assistant, of its events, and of proposals."""

from __future__ import annotations

from typing import Any, get_args

from marshmallow import fields, post_load, validate

from wandr.ai.checker.check import FINDING_CODES
from wandr.ai.checker.itinerary import Terms
from wandr.ai.models import (
    ACTIVE,
    EVENT_TYPES,
    ITEM_STATUSES,
    KINDS,
    PROPOSAL_STATUSES,
    TERMINAL,
)
from wandr.ai.planner.frames import PACES
from wandr.ai.planner.model import Severity
from wandr.ai.requests import Question
from wandr.http.fields import Choice, Currency, Day, Identifier, Instant, JsonObject, Text, Whole
from wandr.http.schema import WandrSchema
from wandr.itinerary.schemas import MAX_COST

SEVERITIES = get_args(Severity)
LONGEST_WAIT = 25  # seconds
WISHES = (
    "What the form says: days (a number, or dates), party, pace, interests, avoid, diet, "
    "named_places, where, budget_minor, currency, day_start, day_end, tastes (interests by "
    "member), longest_walk (minutes); for repair rain, closed, late_minutes, arrive_at. It goes "
    "before the prompt."
)


class AiRequestCreate(WandrSchema):
    """A question to the assistant."""

    kind = Choice(*KINDS, required=True)
    prompt = Text(4000, load_default="", metadata={"example": "Three relaxed days of temples"})
    day = Day(allow_none=True, load_default=None)
    wishes = JsonObject(8192, load_default=dict, metadata={"description": WISHES})

    @post_load
    def question(self, data: dict[str, Any], **_: Any) -> Question:
        return Question(**data)


class AiRequestView(WandrSchema):
    """A question to the assistant, and how far it is. `last_seq` counts its events."""

    id = Identifier(required=True)
    trip_id = Identifier(required=True, allow_none=True)
    conversation_id = Identifier(required=True, allow_none=True)
    requested_by = Identifier(required=True)
    kind = Choice(*KINDS, required=True)
    status = Choice(*ACTIVE, *TERMINAL, required=True)
    prompt = Text(4000, required=True, attribute="input.prompt")
    day = fields.String(
        required=True, allow_none=True, attribute="input.day", metadata={"format": "date"}
    )
    wishes = fields.Dict(required=True, attribute="input.wishes")
    base_seq = Whole(required=True)
    attempt = Whole(required=True)
    last_seq = Whole(required=True)
    provider = Text(100, required=True, allow_none=True)
    error_code = Text(100, required=True, allow_none=True)
    proposal_id = Identifier(required=True, allow_none=True)
    deadline_at = Instant(required=True)
    cancel_requested_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)
    started_at = Instant(required=True, allow_none=True)
    finished_at = Instant(required=True, allow_none=True)


class EventsQuery(WandrSchema):
    """From where on, and how long to wait for something new."""

    after = Whole(0, load_default=0, metadata={"query": True})
    wait = Whole(0, LONGEST_WAIT, load_default=LONGEST_WAIT, metadata={"query": True})


class AiEventView(WandrSchema):
    """Something the assistant said: `reset` voids what earlier attempts said."""

    seq = Whole(required=True)
    attempt = Whole(required=True)
    type = Choice(*EVENT_TYPES, required=True)
    data = fields.Dict(required=True)
    at = Instant(required=True)


class AiEventsView(WandrSchema):
    """What was said after a seq; nothing follows once the status is no longer queued or running."""

    status = Choice(*ACTIVE, *TERMINAL, required=True)
    last_seq = Whole(required=True)
    events = fields.List(fields.Nested(AiEventView), required=True)


class CheckQuery(WandrSchema):
    """What to hold the trip against; a budget is in the currency of the trip unless it is named."""

    pace = Choice(*PACES, load_default="normal")
    budget_minor = Whole(0, MAX_COST, metadata={"query": True})
    currency = Currency()

    @post_load
    def terms(self, data: dict[str, Any], **_: Any) -> Terms:
        return Terms(**data)


class FindingView(WandrSchema):
    """What is wrong, or not known. Each of `fixes` is a batch of ops that mends it: one of them
    may be sent to `POST /trips/{trip_id}/changes` as it is."""

    code = Choice(*FINDING_CODES, required=True)
    severity = Choice(*SEVERITIES, required=True)
    entity_ids = fields.List(Identifier(), required=True)
    message = Text(1000, required=True, metadata={"description": "For people, in English."})
    values = fields.Dict(required=True)
    fixes = fields.List(fields.List(fields.Dict()), required=True)


class CheckView(WandrSchema):
    """The findings about a trip as it was at `seq`, the worst first."""

    seq = Whole(required=True)
    findings = fields.List(fields.Nested(FindingView), required=True)


class UsageQuery(WandrSchema):
    """With a trip, its quota, too."""

    trip_id = Identifier()


class QuotaView(WandrSchema):
    """Tokens of the language model: what is used today (UTC), and what may be."""

    quota = Choice("tokens_per_user_and_day", "tokens_per_trip_and_day", required=True)
    used = Whole(required=True)
    limit = Whole(required=True)


class UsageView(WandrSchema):
    """What is used of the language model; the embedded assistant uses none."""

    provider = Text(100, required=True)
    quotas = fields.List(fields.Nested(QuotaView), required=True)
    resets_at = Instant(required=True)


class ProposalItemView(WandrSchema):
    """One part of a proposal. Only a `pending` one can be applied; `findings` say why not."""

    id = Identifier(required=True)
    key = Text(300, required=True)
    ops = fields.List(fields.Dict(), required=True)
    reason = Text(10_000, required=True)
    evidence = fields.List(fields.Dict(), required=True)
    findings = fields.List(fields.Dict(), required=True)
    depends_on = fields.List(Identifier(), required=True)
    cost_delta_minor = Whole(-MAX_COST, MAX_COST, required=True, allow_none=True)
    status = Choice(*ITEM_STATUSES, required=True)
    applied_seq = Whole(required=True, allow_none=True)


class ProposalView(WandrSchema):
    """What the assistant suggests for a trip as it was at `base_seq`; does nothing by itself."""

    id = Identifier(required=True)
    trip_id = Identifier(required=True)
    request_id = Identifier(required=True)
    base_seq = Whole(required=True)
    status = Choice(*PROPOSAL_STATUSES, required=True)
    created_by = Identifier(required=True)
    created_at = Instant(required=True)
    items = fields.List(fields.Nested(ProposalItemView), required=True)


class DecisionSchema(WandrSchema):
    """Which items; all that are open without `item_ids`."""

    optional_body = True
    item_ids = fields.List(
        Identifier(), load_default=None, allow_none=True, validate=validate.Length(1, 500)
    )
