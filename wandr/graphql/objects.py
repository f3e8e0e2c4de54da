"""The types that a trip is made of, as far as they say more than the views they stand for."""

from __future__ import annotations

from typing import Any
from uuid import UUID as Id

import strawberry

from wandr.ai.conversation_schemas import ConversationView, MessageView
from wandr.ai.conversations import messages_of_each
from wandr.ai.requests import events_of
from wandr.ai.schemas import AiEventView, AiRequestView, ProposalView
from wandr.errors import Invalid
from wandr.graphql.batches import Row
from wandr.graphql.scalars import UUID
from wandr.graphql.types import fields_of, stands_for, type_of
from wandr.itinerary.schemas import ActivityView
from wandr.locations.schemas import PlaceRecord
from wandr.trips.schemas import InviteView, MemberView

MOST_EVENTS = 100

Member = type_of(MemberView)
Invite = type_of(InviteView)
Proposal = type_of(ProposalView)
Message = type_of(MessageView)
AiEvent = type_of(AiEventView)


@stands_for(PlaceRecord)
class ActivityPlace(fields_of(PlaceRecord)):
    id: UUID


@stands_for(ActivityView)
class Activity(fields_of(ActivityView)):
    location: ActivityPlace | None
    end_location: ActivityPlace | None


@stands_for(ConversationView)
class Conversation(fields_of(ConversationView)):
    @strawberry.field(description="What was said, the oldest first.")
    def messages(self: Any) -> list[Message]:
        row: Row = self
        said = row.batch.load(
            "messages", lambda rows: messages_of_each([Id(one["id"]) for one in rows])
        )
        view = MessageView(many=True)
        told: list[Any] = view.dump(said[Id(row["id"])])
        return told


@stands_for(AiRequestView)
class AiRequest(fields_of(AiRequestView)):
    @strawberry.field(description="What the assistant said after a seq; `reset` voids the earlier.")
    def events(self: Any, after: int = 0, limit: int = MOST_EVENTS) -> list[AiEvent]:
        if not 1 <= limit <= MOST_EVENTS or after < 0:
            raise Invalid(f"`limit` must be 1 to {MOST_EVENTS}, `after` at least 0.")
        told: list[Any] = AiEventView(many=True).dump(events_of(Id(self["id"]), after, limit))
        return told
