"""What can be asked beside places: oneself, one's trips, and what the assistant has said."""

from __future__ import annotations

from typing import Any
from uuid import UUID as Id

import strawberry

from wandr.ai import conversations, proposals, requests
from wandr.ai.conversation_schemas import ConversationView
from wandr.ai.schemas import AiRequestView, ProposalView, UsageView
from wandr.ai.usage import usage_of
from wandr.changes.entity import registry
from wandr.changes.feed import read_text
from wandr.changes.history import read_history
from wandr.changes.schemas import HistoryGroupView, HistoryQuery, TextView
from wandr.errors import NotFound, wrong_field
from wandr.extensions import db
from wandr.graphql import objects, scalars
from wandr.graphql.batches import Row, row_of
from wandr.graphql.connections import FIRST, connected, connection_of, listed, page_args
from wandr.graphql.context import Context, Info, parsed
from wandr.graphql.hooks import HookQuery
from wandr.graphql.places import PlaceQuery
from wandr.graphql.trips import ConversationConnection, InviteConnection, Trip
from wandr.graphql.types import input_of, loaded, type_of
from wandr.itinerary.dates import preview_wanted
from wandr.itinerary.schemas import DatesPreviewSchema, DatesPreviewView
from wandr.notifications import service as notifications
from wandr.notifications.schemas import NotificationPreferencesView, NotificationView
from wandr.trips import invites
from wandr.trips.access import trip_for
from wandr.trips.schemas import InvitePreview, InviteView, TripQuery
from wandr.trips.service import NEWEST_FIRST, TripFilter, trip_as_json, trips_of
from wandr.users import service as users
from wandr.users.schemas import PersonView, UserView

TripConnection = connection_of(Trip)
User, Person, Usage = type_of(UserView), type_of(PersonView), type_of(UsageView)
Preview = type_of(InvitePreview)
DatesInput, DatesPreview = (
    input_of(DatesPreviewSchema, "DatesPreviewInput"),
    type_of(DatesPreviewView),
)
HistoryGroup, TextDocument = type_of(HistoryGroupView), type_of(TextView)
Notification = type_of(NotificationView)
NotificationConnection = connection_of(Notification)
NotificationPreferences = type_of(NotificationPreferencesView)


@strawberry.type(description="A stretch of the history, newest first; `before` leads on.")
class History:
    groups: list[HistoryGroup]
    before: int | None


@strawberry.type
class Query(PlaceQuery, HookQuery):
    @strawberry.field(description="The account that asks.")
    def me(self: Any, info: Info) -> User:
        return UserView().dump(users.profile_of(info.context.viewer))

    @strawberry.field(description="The public profile of somebody you share a trip with.")
    def person(self: Any, info: Info, id: scalars.UUID) -> Person | None:
        return PersonView().dump(users.public_profile(info.context.viewer, id))

    @strawberry.field(description="A trip that you are a member of.")
    def trip(self: Any, info: Info, id: scalars.UUID) -> Trip | None:
        return trip_row(info.context, id)

    @strawberry.field(description="The trips that you are a member of, newest first.")
    def trips(
        self: Any,
        info: Info,
        *,
        first: int = FIRST,
        after: str | None = None,
        status: str | None = None,
        q: str | None = None,
        role: str | None = None,
        overlaps_from: scalars.Date | None = None,
        overlaps_to: scalars.Date | None = None,
        in_trash: bool = False,
    ) -> TripConnection | None:
        asked = {"status": status, "q": q, "role": role, "from": overlaps_from, "to": overlaps_to}
        chosen = loaded(TripQuery, {name: one for name, one in asked.items() if one is not None})
        del chosen["page"]
        found = trips_of(info.context.viewer, TripFilter(**chosen, in_trash=in_trash))
        page = NEWEST_FIRST.find(found, page_args(first, after))
        return connected(page, parsed(page.items), in_trash=in_trash)

    @strawberry.field(description="Who did what in a trip, newest first, in groups.")
    def history(
        self: Any,
        info: Info,
        *,
        trip_id: scalars.UUID,
        entity_id: scalars.UUID | None = None,
        before: scalars.BigInt | None = None,
        limit: int = FIRST,
    ) -> History | None:
        loaded(HistoryQuery, {"limit": limit})
        groups, end = read_history(
            trip_id, info.context.viewer, entity_id=entity_id, before=before, limit=limit
        )
        return History(groups=groups, before=end)

    @strawberry.field(
        description="The Yjs document behind a text of a trip, or of its content: `field` of the "
        "row `id` of an entity. `text` ops of changes after its `seq` go on from it."
    )
    def text(
        self: Any,
        info: Info,
        *,
        trip_id: scalars.UUID,
        entity: str,
        id: scalars.UUID,
        field: str,
    ) -> TextDocument | None:
        found = registry.find(entity)
        if found is None or field not in found.texts:
            raise wrong_field("field", "There is no such text.")
        viewer = info.context.viewer
        return TextView().dump(read_text(found, trip_id, id, field, viewer=viewer)[0])

    @strawberry.field(description="What new dates would unschedule or move; changes nothing.")
    def dates_preview(
        self: Any, info: Info, trip_id: scalars.UUID, input: DatesInput
    ) -> DatesPreview | None:
        wanted = loaded(DatesPreviewSchema, input)
        trip = trip_for(info.context.viewer, trip_id).trip
        return DatesPreviewView().dump(preview_wanted(trip, wanted))

    @strawberry.field(description="Open invites to your verified address.")
    def invites(
        self: Any, info: Info, first: int = FIRST, after: str | None = None
    ) -> InviteConnection | None:
        mine = invites.invites_for(info.context.invitee)
        return listed(invites.NEWEST_FIRST, mine, page_args(first, after), InviteView())

    @strawberry.field(description="What the holder of an invite's token may know of it.")
    def invite(self: Any, token: str) -> Preview | None:
        return InvitePreview().dump(invites.preview_invite(token))

    @strawberry.field(description="A question to the assistant, and how far it is.")
    def ai_request(self: Any, info: Info, id: scalars.UUID) -> objects.AiRequest | None:
        return row_of(AiRequestView().dump(requests.find_request(info.context.viewer, id)))

    @strawberry.field(description="What the assistant suggests for a trip.")
    def proposal(self: Any, info: Info, id: scalars.UUID) -> objects.Proposal | None:
        return ProposalView().dump(proposals.find_proposal(info.context.viewer, id))

    @strawberry.field(description="What you, and a trip, have used of the language model today.")
    def ai_usage(self: Any, info: Info, trip_id: scalars.UUID | None = None) -> Usage | None:
        return UsageView().dump(usage_of(info.context.viewer, trip_id))

    @strawberry.field(description="The conversations that you have begun, newest first.")
    def conversations(
        self: Any, info: Info, first: int = FIRST, after: str | None = None
    ) -> ConversationConnection | None:
        mine = conversations.conversations_of(info.context.viewer, None)
        return listed(conversations.NEWEST_FIRST, mine, page_args(first, after), ConversationView())

    @strawberry.field(description="What you were told, newest first; perhaps only the unread.")
    def notifications(
        self: Any,
        info: Info,
        first: int = FIRST,
        after: str | None = None,
        unread: bool | None = None,
    ) -> NotificationConnection | None:
        mine = notifications.notifications_of(info.context.viewer, unread=unread)
        return listed(notifications.NEWEST_FIRST, mine, page_args(first, after), NotificationView())

    @strawberry.field(description="How you are told, by kind.")
    def notification_preferences(self: Any, info: Info) -> NotificationPreferences | None:
        return notifications.preferences_of(info.context.viewer)

    @strawberry.field(description="A conversation with the assistant.")
    def conversation(self: Any, info: Info, id: scalars.UUID) -> objects.Conversation | None:
        found = conversations.find_conversation(info.context.viewer, id)
        return row_of(ConversationView().dump(found))


def trip_row(context: Context, trip_id: Id, *, in_trash: bool = False) -> Row:
    """A trip as its member sees it. Raises NotFound."""
    db.session.flush()  # Postgres renders the trip
    found = trip_as_json(context.viewer, trip_id, in_trash=in_trash)
    if found is None:
        raise NotFound()
    return row_of(parsed([found[0]])[found[0]], in_trash=in_trash)
