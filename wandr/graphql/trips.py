"""A trip and all that hangs on it: each list is loaded for all trips of an answer at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any
from uuid import UUID as Id

import strawberry
from sqlalchemy import Select, Text, cast, select

from wandr.ai import conversations, proposals
from wandr.ai.checker.itinerary import Terms
from wandr.ai.conversation_schemas import ConversationView
from wandr.ai.findings import checks_of
from wandr.ai.models import Conversation as ConversationRow
from wandr.ai.models import Proposal as ProposalRow
from wandr.ai.schemas import CheckQuery, CheckView, ProposalView
from wandr.changes.entity import Entity
from wandr.changes.feed import changes_of_each, snapshots_of
from wandr.changes.rendering import json_of, keyset_of, seen_by, trash_keyset_of
from wandr.changes.schemas import ChangesQuery, ChangesView
from wandr.days.days import days_of
from wandr.days.schemas import DaysView
from wandr.errors import Forbidden, NotFound
from wandr.extensions import db
from wandr.graphql import objects, scalars
from wandr.graphql.batches import Loader, Row
from wandr.graphql.connections import FIRST, connection_of, find_of_each, of, page_args
from wandr.graphql.context import Info, parsed
from wandr.graphql.types import fields_of, loaded, stands_for, type_of
from wandr.itinerary.content import ACTIVITY
from wandr.permissions import Permission
from wandr.trips import invites
from wandr.trips.content import MEMBER
from wandr.trips.members import BY_JOINING
from wandr.trips.models import Invite as InviteRow
from wandr.trips.models import Member as MemberRow
from wandr.trips.schemas import InviteView, TripView

ActivityConnection = connection_of(objects.Activity)
MemberConnection = connection_of(objects.Member)
InviteConnection = connection_of(objects.Invite)
ProposalConnection = connection_of(objects.Proposal)
ConversationConnection = connection_of(objects.Conversation)
Days, Check, Changes = type_of(DaysView), type_of(CheckView), type_of(ChangesView)
BY_PLACE, LAST_DELETED_FIRST = keyset_of(ACTIVITY), trash_keyset_of(ACTIVITY)


@stands_for(TripView)
class Trip(fields_of(TripView)):
    @strawberry.field(description="Its members, in the order in which they came.")
    def members(
        self: Any, info: Info, first: int = FIRST, after: str | None = None
    ) -> MemberConnection | None:
        args = page_args(first, after)

        def load(trips: list[Row]) -> Mapping[Any, Any]:
            rows = select(cast(json_of(MEMBER), Text)).where(MemberRow.trip_id.in_(_ids(trips)))
            return find_of_each(BY_JOINING, rows, MemberRow.trip_id, args, bodies=parsed)

        return of(self, _load(self, ("members", args), load))

    @strawberry.field(description="Its activities by day, in their order; or the deleted ones.")
    def activities(
        self: Any, info: Info, first: int = FIRST, after: str | None = None, deleted: bool = False
    ) -> ActivityConnection | None:
        args, viewer = page_args(first, after), info.context.viewer

        def load(trips: list[Row]) -> Mapping[Any, Any]:
            rows = _content(ACTIVITY, _ids(trips), viewer, in_trash=deleted)
            keyset = LAST_DELETED_FIRST if deleted else BY_PLACE
            return find_of_each(keyset, rows, ACTIVITY.model.trip_id, args, bodies=parsed)

        return of(self, _load(self, ("activities", args, deleted), load))

    @strawberry.field(description="One activity.")
    def activity(self: Any, info: Info, id: scalars.UUID) -> objects.Activity | None:
        viewer = info.context.viewer

        def load(trips: list[Row]) -> Mapping[Any, Any]:
            rows = _content(ACTIVITY, _ids(trips), viewer).where(ACTIVITY.model.id == id)
            found = db.session.execute(rows.add_columns(ACTIVITY.model.trip_id)).all()
            return {trip_id: parsed([text])[text] for text, trip_id in found}

        found = _load(self, ("activity", id), load).get(Id(self["id"]))
        if found is None:
            raise NotFound()
        return found

    @strawberry.field(description="Its open invites; for who may invite.")
    def invites(
        self: Any, info: Info, first: int = FIRST, after: str | None = None
    ) -> InviteConnection | None:
        if not self.batch.in_trash and not self["permissions"][Permission.INVITE.value]:
            raise Forbidden(f"You need the permission '{Permission.INVITE.value}' in this trip.")
        args = page_args(first, after)

        def load(trips: list[Row]) -> Mapping[Any, Any]:
            mine = [one for one in trips if one["permissions"][Permission.INVITE.value]]
            rows = invites.pending_invites_of(_ids(mine)).with_only_columns(InviteRow.id)
            return find_of_each(
                invites.NEWEST_FIRST,
                rows,
                InviteRow.trip_id,
                args,
                bodies=_dumped(InviteRow, InviteView),
            )

        return of(self, _load(self, ("invites", args), load))

    @strawberry.field(description="What the assistant has proposed, newest first.")
    def proposals(
        self: Any, info: Info, first: int = FIRST, after: str | None = None
    ) -> ProposalConnection | None:
        args = page_args(first, after)

        def load(trips: list[Row]) -> Mapping[Any, Any]:
            rows = select(ProposalRow.id).where(ProposalRow.trip_id.in_(_ids(trips)))
            bodies = _dumped(ProposalRow, ProposalView, proposals.WITH_ITEMS)
            return find_of_each(
                proposals.NEWEST_FIRST, rows, ProposalRow.trip_id, args, bodies=bodies
            )

        return of(self, _load(self, ("proposals", args), load))

    @strawberry.field(description="Conversations with the assistant about it, newest first.")
    def conversations(
        self: Any, info: Info, first: int = FIRST, after: str | None = None
    ) -> ConversationConnection | None:
        args = page_args(first, after)

        def load(trips: list[Row]) -> Mapping[Any, Any]:
            rows = select(ConversationRow.id).where(ConversationRow.trip_id.in_(_ids(trips)))
            bodies = _dumped(ConversationRow, ConversationView)
            newest_first = conversations.NEWEST_FIRST
            return find_of_each(newest_first, rows, ConversationRow.trip_id, args, bodies=bodies)

        return of(self, _load(self, ("conversations", args), load))

    @strawberry.field(description="Its days: activities, ways, hours, sun, holidays, costs.")
    def days(self: Any, info: Info) -> Days | None:
        return days_of(_snapshots(self, info)[self["id"]])

    @strawberry.field(description="What cannot work in it, held against a pace and a budget.")
    def check(
        self: Any,
        info: Info,
        pace: str = "normal",
        budget_minor: scalars.BigInt | None = None,
        currency: str | None = None,
    ) -> Check | None:
        told = {"pace": pace, "budget_minor": budget_minor, "currency": currency}
        terms: Terms = loaded(CheckQuery, {k: one for k, one in told.items() if one is not None})
        snapshots = _snapshots(self, info)
        return _load(self, ("check", terms), lambda _: checks_of(snapshots, terms))[self["id"]]

    @strawberry.field(description="What has changed in it after a seq.")
    def changes(self: Any, info: Info, since: scalars.BigInt, limit: int = 100) -> Changes | None:
        viewer = info.context.viewer
        args = loaded(ChangesQuery, {"since": since, "limit": limit})

        def load(trips: list[Row]) -> Mapping[Any, Any]:
            heads = {Id(one["id"]): one["seq"] for one in trips}
            return changes_of_each(heads, viewer, args["since"], args["limit"])

        key = ("changes", args["since"], args["limit"])
        return _load(self, key, load)[Id(self["id"])]


def _load(trip: Row, what: Hashable, load: Loader) -> Mapping[Any, Any]:
    """What `load` finds for the trips of an answer. NotFound in the trash, where REST says so."""
    if trip.batch.in_trash:
        raise NotFound()
    return trip.batch.load(what, load)


def _ids(trips: list[Row]) -> list[Id]:
    return [Id(one["id"]) for one in trips]


def _content(
    entity: Entity, trip_ids: Collection[Id], viewer: Id, *, in_trash: bool = False
) -> Select[Any]:
    of_trips = entity.model.trip_id.in_(trip_ids)
    seen = seen_by(entity, viewer, in_trash=in_trash)
    return select(cast(json_of(entity), Text)).where(of_trips, *seen)


def _snapshots(trip: Row, info: Info) -> Mapping[Any, Any]:
    """Those of the trips of an answer, by id. NotFound when this one has gone meanwhile."""
    viewer = info.context.viewer
    found = _load(trip, "snapshots", lambda trips: snapshots_of(_ids(trips), viewer))
    if trip["id"] not in found:
        raise NotFound()
    return found


def _dumped(model: Any, view: Any, *options: Any) -> Callable[[Collection[Any]], Mapping[Any, Any]]:
    """Reads rows by their ids, as a view shows them."""

    def load(ids: Collection[Any]) -> Mapping[Any, Any]:
        rows = select(model).where(model.id.in_(ids)).options(*options)
        return {one.id: view().dump(one) for one in db.session.scalars(rows)}

    return load
