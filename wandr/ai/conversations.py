"""Conversations: questions that belong together. Each is a request like any other; what was said
is read from the requests and their last events, and stored nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, or_, select

from wandr.ai.assistant import Exchange
from wandr.ai.intent import kind_meant
from wandr.ai.models import LAST_EVENTS, TERMINAL, AiEvent, AiRequest, Conversation, Proposal
from wandr.ai.requests import Question, ask, require_access
from wandr.base import new_id
from wandr.errors import Conflict, NotFound
from wandr.extensions import db
from wandr.http.pages import Keyset
from wandr.permissions import Permission
from wandr.trips.access import trip_for
from wandr.trips.models import Member, Trip
from wandr.users import service as users

MOST_QUESTIONS: Final = 100
REMEMBERED: Final = 10  # exchanges that an assistant is told of
LONGEST_TITLE: Final = 80


class Spoken(NamedTuple):
    """One message: of a person, or of the assistant once its request has ended."""

    role: str
    content: str
    author_id: UUID | None
    request_id: UUID
    status: str
    proposal_id: UUID | None
    at: datetime


NEWEST_FIRST = Keyset("conversations", (Conversation.created_at, Conversation.id), descending=True)


def begin_conversation(user_id: UUID, trip_id: UUID | None, title: str) -> Conversation:
    """Begin one about a trip, or about none. Raises NotFound, Forbidden."""
    if trip_id is not None:
        trip_for(user_id, trip_id, needs=Permission.USE_ASSISTANT)
    made = Conversation(id=new_id(), trip_id=trip_id, created_by=user_id, title=title)
    db.session.add(made)
    db.session.flush()
    return made


def conversations_of(user_id: UUID, trip_id: UUID | None) -> Select[Any]:
    """Those in a trip; without one, all that the user has begun and may still read.

    Raises NotFound for a trip that the user is not in.
    """
    if trip_id is not None:
        trip_for(user_id, trip_id)
        return select(Conversation).where(Conversation.trip_id == trip_id)
    mine = and_(Member.trip_id == Conversation.trip_id, Member.user_id == user_id)
    is_member = select(Member.id).join(Trip, Trip.id == Member.trip_id)
    readable = is_member.where(mine, Trip.deleted_seq.is_(None)).exists()
    return select(Conversation).where(
        Conversation.created_by == user_id, or_(Conversation.trip_id.is_(None), readable)
    )


def find_conversation(
    user_id: UUID, conversation_id: UUID, *, needs: Permission = Permission.VIEW
) -> Conversation:
    """A conversation that this user may read. NotFound for others, Forbidden without the right."""
    found = db.session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound()
    require_access(user_id, found.trip_id, found.created_by, needs)
    return found


def send_message(user_id: UUID, conversation_id: UUID, content: str) -> AiRequest:
    """Say something; the request that answers it.

    Raises NotFound, Forbidden, TooManyRequests, and Conflict for a conversation that is full.
    """
    found = find_conversation(user_id, conversation_id, needs=Permission.USE_ASSISTANT)
    asked = select(func.count()).where(AiRequest.conversation_id == conversation_id)
    if (db.session.scalar(asked) or 0) >= MOST_QUESTIONS:
        raise Conflict(
            f"It has {MOST_QUESTIONS} questions: begin another.", code="conversation_full"
        )
    if not found.title:
        found.title = content[:LONGEST_TITLE]
    kind = kind_meant(content) if found.trip_id else "ask"
    question = Question(kind=kind, prompt=content, day=None, wishes={})
    return ask(user_id, found.trip_id, question, conversation_id=conversation_id)


def messages_of(conversation_id: UUID) -> list[Spoken]:
    """What was said, the oldest first. Checks nobody's access."""
    return messages_of_each([conversation_id])[conversation_id]


def messages_of_each(conversation_ids: Collection[UUID]) -> dict[UUID, list[Spoken]]:
    """What was said in several conversations: one statement. Checks nobody's access."""
    said: dict[UUID, list[Spoken]] = {one: [] for one in conversation_ids}
    for row in db.session.execute(_questions(conversation_ids)):
        common = (row.id, row.status, row.proposal_id)
        asked = Spoken("user", row.input["prompt"], row.requested_by, *common, at=row.created_at)
        said[row.conversation_id].append(asked)
        if row.status in TERMINAL:
            told = Spoken("assistant", _answer(row.data), None, *common, at=row.finished_at)
            said[row.conversation_id].append(told)
    return said


def exchanges_before(request_id: UUID, conversation_id: UUID) -> tuple[Exchange, ...]:
    """What was asked and answered before a request, the oldest first."""
    before = _questions([conversation_id]).where(AiRequest.id < request_id).order_by(None)
    rows = db.session.execute(before.order_by(AiRequest.id.desc()).limit(REMEMBERED))
    return tuple(Exchange(row.input["prompt"], _answer(row.data)) for row in reversed(rows.all()))


def register() -> None:
    """Tell profiles what is held here, and forget what ends with them. Again changes nothing."""
    users.holdings["conversations"] = conversations_held
    if forget_private_conversations not in users.on_account_closed:
        users.on_account_closed.append(forget_private_conversations)


def conversations_held(user_id: UUID) -> list[dict[str, Any]]:
    """What the person has asked in conversations, and what was answered, as JSON-ready values."""
    mine = select(Conversation).where(Conversation.created_by == user_id)
    return [
        {
            "title": one.title,
            "trip_id": one.trip_id and str(one.trip_id),
            "created_at": one.created_at.isoformat(),
            "messages": [
                {"role": said.role, "content": said.content, "at": said.at.isoformat()}
                for said in messages_of(one.id)
            ],
        }
        for one in db.session.scalars(mine.order_by(Conversation.created_at))
    ]


def forget_private_conversations(user_id: UUID) -> None:
    """Delete what a person has said where nobody else reads it."""
    alone = Conversation.trip_id.is_(None), Conversation.created_by == user_id
    db.session.execute(delete(Conversation).where(*alone))


def _questions(conversation_ids: Collection[UUID]) -> Select[Any]:
    """The requests of conversations, each with its proposal and its last event."""
    last = and_(AiEvent.request_id == AiRequest.id, AiEvent.type.in_(LAST_EVENTS))
    return (
        select(
            AiRequest.id, AiRequest.conversation_id, AiRequest.requested_by, AiRequest.status,
            AiRequest.input, AiRequest.created_at, AiRequest.finished_at, AiEvent.data,
            Proposal.id.label("proposal_id"),
        )
        .outerjoin(AiEvent, last)
        .outerjoin(Proposal, Proposal.request_id == AiRequest.id)
        .where(AiRequest.conversation_id.in_(conversation_ids))
        .order_by(AiRequest.id)
    )  # fmt: skip


def _answer(last_event: dict[str, Any] | None) -> str:
    """The answer, or why there is none; empty for what was cancelled."""
    told = last_event or {}
    text: str = told.get("text") or told.get("message") or ""
    return text
