"""Conversations with the assistant, about a trip or about none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from wandr.ai import conversations
from wandr.ai.conversation_schemas import (
    ConversationCreate,
    ConversationQuery,
    ConversationView,
    ConversationWithMessages,
    MessageCreate,
)
from wandr.ai.models import AiRequest, Conversation
from wandr.ai.schemas import AiRequestView
from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from wandr.http.pages import page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission

blueprint = Blueprint("conversations", __name__)
view = ConversationView()


@blueprint.route("/ai/conversations")
@door(Access.USER)
@blueprint.arguments(ConversationQuery, location="query")
@blueprint.response(200, page_of(ConversationView))
@problems(Invalid, NotFound)
def list_conversations(args: dict[str, Any]) -> Response:
    """List the conversations in a trip; without one, those that you have begun. Newest first."""
    chosen = conversations.conversations_of(me().user_id, args.get("trip_id"))
    found, cursor = conversations.NEWEST_FIRST.page(chosen, args["page"])
    return page_response([view.dump(one) for one in found], cursor)


@blueprint.route("/ai/conversations", methods=["POST"])
@door(Access.USER)
@blueprint.arguments(ConversationCreate)
@blueprint.response(201, ConversationView)
@problems(Invalid, NotFound, Forbidden)
def create_conversation(given: dict[str, Any]) -> tuple[Conversation, int, dict[str, str]]:
    """Begin a conversation: in a trip all its members read it, without one you alone."""
    made = conversations.begin_conversation(me().user_id, given["trip_id"], given["title"])
    address = url_for("conversations.read_conversation", conversation_id=made.id, _external=True)
    return made, 201, {"Location": address}


@blueprint.route("/ai/conversations/<uuid:conversation_id>")
@door(Permission.VIEW)
@blueprint.response(200, ConversationWithMessages)
def read_conversation(conversation_id: UUID) -> dict[str, Any]:
    """One conversation with all that was said; an answer appears once its request has ended."""
    found = conversations.find_conversation(me().user_id, conversation_id)
    return {"conversation": found, "messages": conversations.messages_of(conversation_id)}


@blueprint.route("/ai/conversations/<uuid:conversation_id>/messages", methods=["POST"])
@door(Permission.USE_ASSISTANT)
@blueprint.arguments(MessageCreate)
@blueprint.response(202, AiRequestView)
@problems(Invalid, Conflict, TooManyRequests)
def send_message(
    given: dict[str, Any], conversation_id: UUID
) -> tuple[AiRequest, int, dict[str, str]]:
    """Say something; the answer comes as the events of the request."""
    asked = conversations.send_message(me().user_id, conversation_id, given["content"])
    address = url_for("ai.read_ai_request", request_id=asked.id, _external=True)
    return asked, 202, {"Location": address}
