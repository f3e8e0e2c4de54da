"""What can be done with the assistant: asked, stopped, talked to, and taken at its word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID as Id

import strawberry

from wandr.ai import acceptance, conversations, proposals, requests
from wandr.ai.conversation_schemas import ConversationCreate, ConversationView, MessageCreate
from wandr.ai.schemas import AiRequestCreate, AiRequestView, DecisionSchema, ProposalView
from wandr.graphql import objects, scalars
from wandr.graphql.batches import row_of
from wandr.graphql.context import Context, Info
from wandr.graphql.trip_mutations import writing
from wandr.graphql.types import input_of, loaded
from wandr.transaction import atomic, reading

AiRequestInput, ConversationInput = input_of(AiRequestCreate), input_of(ConversationCreate)
Ids = list[scalars.UUID]


@strawberry.type
class AssistantMutation:
    @strawberry.mutation(description="Ask the assistant; it answers by events, perhaps a proposal.")
    def create_ai_request(
        self: Any, info: Info, trip_id: scalars.UUID, input: AiRequestInput
    ) -> objects.AiRequest | None:
        with writing(trip_id):
            question = loaded(AiRequestCreate, input)
            asked = requests.ask(info.context.viewer, trip_id, question)
            return row_of(AiRequestView().dump(asked))

    @strawberry.mutation(description="Stop a request, if it is not finished already.")
    def cancel_ai_request(self: Any, info: Info, id: scalars.UUID) -> objects.AiRequest | None:
        with atomic():
            stopped = requests.cancel_request(info.context.viewer, id)
            return row_of(AiRequestView().dump(stopped))

    @strawberry.mutation(description="Apply a proposal, or some items, as one change; only once.")
    def accept_proposal(
        self: Any, info: Info, id: scalars.UUID, item_ids: Ids | None = None
    ) -> objects.Proposal | None:
        chosen = loaded(DecisionSchema, {"item_ids": item_ids})["item_ids"]
        with _deciding(info.context, id):
            return ProposalView().dump(
                acceptance.accept_items(
                    info.context.viewer, id, chosen, client_id=info.context.client_id
                )
            )

    @strawberry.mutation(description="Put a proposal aside, or some of its items.")
    def refuse_proposal(
        self: Any, info: Info, id: scalars.UUID, item_ids: Ids | None = None
    ) -> objects.Proposal | None:
        chosen = loaded(DecisionSchema, {"item_ids": item_ids})["item_ids"]
        with _deciding(info.context, id):
            return ProposalView().dump(proposals.refuse_items(info.context.viewer, id, chosen))

    @strawberry.mutation(description="Begin a conversation with the assistant.")
    def create_conversation(
        self: Any, info: Info, input: ConversationInput
    ) -> objects.Conversation | None:
        with atomic():
            given = loaded(ConversationCreate, input)
            made = conversations.begin_conversation(
                info.context.viewer, given["trip_id"], given["title"]
            )
            return row_of(ConversationView().dump(made))

    @strawberry.mutation(description="Say something in a conversation; a request answers it.")
    def send_message(
        self: Any, info: Info, conversation_id: scalars.UUID, content: str
    ) -> objects.AiRequest | None:
        given = loaded(MessageCreate, {"content": content})
        with atomic():
            asked = conversations.send_message(
                info.context.viewer, conversation_id, given["content"]
            )
            return row_of(AiRequestView().dump(asked))


@contextmanager
def _deciding(context: Context, proposal_id: Id) -> Iterator[None]:
    """One transaction, behind the gate of a proposal's trip."""
    with reading():
        trip_id = proposals.trip_of(context.viewer, proposal_id)
    with writing(trip_id):
        yield
