"""The assistant over REST: ask, follow, cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, stream_with_context, url_for

from wandr.ai import requests
from wandr.ai.models import AiRequest
from wandr.ai.requests import Question
from wandr.ai.schemas import (
    AiEventsView,
    AiRequestCreate,
    AiRequestView,
    EventsQuery,
    UsageQuery,
    UsageView,
)
from wandr.ai.streams import event_stream, look, wait_for_events
from wandr.ai.usage import usage_of
from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.errors import Invalid, NotFound, TooManyRequests
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission

blueprint = Blueprint("ai", __name__, description="The assistant proposes; people decide.")
EVENT_STREAM = "text/event-stream"
EITHER = {
    "application/json": {"schema": AiEventsView},
    EVENT_STREAM: {"schema": {"type": "string"}},
}


@blueprint.route("/trips/<uuid:trip_id>/ai/requests", methods=["POST"])
@door(Permission.USE_ASSISTANT)
@blueprint.arguments(AiRequestCreate)
@blueprint.response(202, AiRequestView)
@problems(Invalid, TooManyRequests)
def create_ai_request(question: Question, trip_id: UUID) -> tuple[AiRequest, int, dict[str, str]]:
    """Ask the assistant; the answer comes as events, and at the end perhaps a proposal."""
    asked = requests.ask(me().user_id, trip_id, question)
    address = url_for("ai.read_ai_request", request_id=asked.id, _external=True)
    return asked, 202, {"Location": address}


@blueprint.route("/ai/requests/<uuid:request_id>")
@door(Permission.VIEW)
@blueprint.response(200, AiRequestView)
def read_ai_request(request_id: UUID) -> AiRequest:
    """One request, and how far it is."""
    return requests.find_request(me().user_id, request_id)


@blueprint.route("/ai/requests/<uuid:request_id>/events")
@door(Permission.VIEW, opens_transaction=False)
@blueprint.arguments(EventsQuery, location="query")
@blueprint.response(200, AiEventsView)
@blueprint.doc(responses={"200": {"description": "OK", "content": EITHER}})
@problems(Invalid)
def list_ai_events(args: dict[str, int], request_id: UUID) -> Any:
    """What was said after a seq; waits for news. A stream with `Accept: text/event-stream`."""
    user_id, after = me().user_id, args["after"]
    if request.accept_mimetypes.best_match(["application/json", EVENT_STREAM]) != EVENT_STREAM:
        return vars(wait_for_events(user_id, request_id, after, args["wait"]))
    after = max(after, _last_event_id())
    look(user_id, request_id, after)  # refuses before the stream begins
    stream = stream_with_context(event_stream(user_id, request_id, after))
    return Response(stream, mimetype=EVENT_STREAM, headers={"Cache-Control": "no-store"})


@blueprint.route("/ai/requests/<uuid:request_id>/cancellation", methods=["POST"])
@door(Permission.USE_ASSISTANT)
@blueprint.response(200, AiRequestView)
def cancel_ai_request(request_id: UUID) -> AiRequest:
    """Stop a request: at once when queued, within two seconds when running, else not at all."""
    return requests.cancel_request(me().user_id, request_id)


@blueprint.route("/ai/usage")
@door(Access.USER)
@blueprint.arguments(UsageQuery, location="query")
@blueprint.response(200, UsageView)
@problems(Invalid, NotFound)
def read_usage(args: dict[str, Any]) -> dict[str, Any]:
    """How much of the language model you have used today and, with `trip_id`, your trip."""
    return usage_of(me().user_id, args.get("trip_id"))


def _last_event_id() -> int:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isdecimal() and len(text) <= 9 else 0
