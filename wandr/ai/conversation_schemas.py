"""The shapes of conversations and of what is said in them."""

from __future__ import annotations

from marshmallow import fields

from wandr.ai.conversations import LONGEST_TITLE
from wandr.ai.models import ACTIVE, TERMINAL
from wandr.http.fields import Choice, Identifier, Instant, Text
from wandr.http.pages import PageQuery
from wandr.http.schema import WandrSchema


class ConversationQuery(PageQuery):
    """Those in one trip."""

    trip_id = Identifier()


class ConversationCreate(WandrSchema):
    """About a trip, or about none. Without a title the first message gives one."""

    optional_body = True
    trip_id = Identifier(load_default=None, allow_none=True)
    title = Text(LONGEST_TITLE, load_default="", metadata={"example": "Where to go in March"})


class ConversationView(WandrSchema):
    """A conversation with the assistant."""

    id = Identifier(required=True)
    trip_id = Identifier(required=True, allow_none=True)
    created_by = Identifier(required=True)
    title = Text(LONGEST_TITLE, required=True)
    created_at = Instant(required=True)


class MessageCreate(WandrSchema):
    """What somebody says to the assistant."""

    content = Text(4000, low=1, required=True, metadata={"example": "Where is it warm in March?"})


class MessageView(WandrSchema):
    """What a person said, or the assistant: the answer, or why there is none."""

    role = Choice("user", "assistant", required=True)
    content = fields.String(required=True)
    author_id = Identifier(required=True, allow_none=True)
    request_id = Identifier(required=True)
    status = Choice(*ACTIVE, *TERMINAL, required=True)
    proposal_id = Identifier(required=True, allow_none=True)
    at = Instant(required=True)


class ConversationWithMessages(WandrSchema):
    """A conversation and what was said in it, the oldest first."""

    id = Identifier(required=True, attribute="conversation.id")
    trip_id = Identifier(required=True, allow_none=True, attribute="conversation.trip_id")
    created_by = Identifier(required=True, attribute="conversation.created_by")
    title = Text(LONGEST_TITLE, required=True, attribute="conversation.title")
    created_at = Instant(required=True, attribute="conversation.created_at")
    messages = fields.List(fields.Nested(MessageView), required=True)
