"""What can be done with trips, what is in them, and who; behind the gate of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID as Id

import strawberry

from wandr.changes.ops import Mode, Op, read_ops
from wandr.changes.schemas import MutationSchema, OutcomeView, UndoSchema, UndoView
from wandr.changes.service import apply
from wandr.changes.undo import undo_change
from wandr.exports.trip_import import copy_of_trip
from wandr.extensions import db
from wandr.gate import gate
from wandr.graphql import objects, scalars
from wandr.graphql.context import Info
from wandr.graphql.query import trip_row
from wandr.graphql.trips import Trip
from wandr.graphql.types import input_of, loaded, type_of
from wandr.transaction import atomic
from wandr.trips import invites, members
from wandr.trips.content import MEMBER, TRIP
from wandr.trips.schemas import (
    InviteCreate,
    InviteView,
    MemberUpdate,
    TripFields,
    TripUpdate,
)
from wandr.trips.service import create_trip

SOURCE = "graphql"
Outcome, Undo = type_of(OutcomeView), type_of(UndoView)
TripInput, TripUpdateInput = input_of(TripFields), input_of(TripUpdate)
InviteInput, MemberUpdateInput = input_of(InviteCreate), input_of(MemberUpdate)


@strawberry.type(description="An invite and its token, which is told this once.")
class CreatedInvite:
    invite: objects.Invite
    token: str


@contextmanager
def writing(trip_id: Id) -> Iterator[None]:
    """One transaction, behind the gate of a trip; nobody waits there with a connection."""
    db.session.rollback()  # what a mutation before this one has shown was read with one
    with gate.hold(trip_id), atomic():
        yield


@strawberry.type
class TripMutation:
    @strawberry.mutation(description="Create a trip and become its organizer.")
    def create_trip(self: Any, info: Info, input: TripInput) -> Trip | None:
        with atomic():
            made = create_trip(info.context.founder, loaded(TripFields, input), source=SOURCE)
            return trip_row(info.context, made.id)

    @strawberry.mutation(description="Change fields of a trip; new dates never delete activities.")
    def update_trip(
        self: Any,
        info: Info,
        id: scalars.UUID,
        input: TripUpdateInput,
        expect_version: scalars.BigInt | None = None,
    ) -> Trip | None:
        body = loaded(TripUpdate, input)
        options = {name: body.pop(name) for name in TRIP.option_names if name in body}
        with writing(id):
            _apply_to_trip(info, Op("update", TRIP, id, body, options=options), expect_version)
            return trip_row(info.context, id)

    @strawberry.mutation(description="Move a trip to the trash.")
    def delete_trip(
        self: Any, info: Info, id: scalars.UUID, expect_version: scalars.BigInt | None = None
    ) -> Trip | None:
        with writing(id):
            _apply_to_trip(info, Op("delete", TRIP, id), expect_version)
            return trip_row(info.context, id, in_trash=True)

    @strawberry.mutation(description="Take a trip out of the trash.")
    def restore_trip(
        self: Any, info: Info, id: scalars.UUID, expect_version: scalars.BigInt | None = None
    ) -> Trip | None:
        with writing(id):
            _apply_to_trip(info, Op("restore", TRIP, id), expect_version)
            return trip_row(info.context, id)

    @strawberry.mutation(description="Make a trip of your own with the content of another.")
    def copy_trip(self: Any, info: Info, id: scalars.UUID, title: str | None = None) -> Trip | None:
        with atomic():
            changed = {} if title is None else loaded(TripUpdate, {"title": title})
            return trip_row(info.context, copy_of_trip(info.context.founder, id, changed).id)

    @strawberry.mutation(description="Apply ops as one change, once per `mutationId`.")
    def apply_changes(
        self: Any,
        info: Info,
        *,
        trip_id: scalars.UUID,
        mutation_id: scalars.UUID,
        ops: list[scalars.JSON],
        mode: str = "live",
        base_seq: scalars.BigInt | None = None,
    ) -> Outcome | None:
        given = {"mutation_id": mutation_id, "ops": ops, "mode": mode, "base_seq": base_seq}
        body = loaded(MutationSchema, {k: one for k, one in given.items() if one is not None})
        with writing(trip_id):
            return apply(
                trip_id,
                info.context.viewer,
                read_ops(body["ops"]),
                source=SOURCE,
                mutation_id=body["mutation_id"],
                client_id=info.context.client_id,
                base_seq=body["base_seq"],
                mode=Mode(body["mode"]),
            ).as_json()

    @strawberry.mutation(description="Take a change back as far as nobody has written there since.")
    def undo_change(
        self: Any,
        info: Info,
        trip_id: scalars.UUID,
        seq: scalars.BigInt,
        mutation_id: scalars.UUID | None = None,
    ) -> Undo | None:
        body = loaded(UndoSchema, {"mutation_id": mutation_id} if mutation_id else {})
        with writing(trip_id):
            return undo_change(
                trip_id, info.context.viewer, seq, client_id=info.context.client_id, **body
            ).as_json()

    @strawberry.mutation(description="Invite somebody by e-mail, or make a link.")
    def create_invite(
        self: Any, info: Info, trip_id: scalars.UUID, input: InviteInput
    ) -> CreatedInvite | None:
        with writing(trip_id):
            wanted = loaded(InviteCreate, input)
            made, token = invites.create_invite(trip_id, info.context.viewer, wanted)
            return CreatedInvite(invite=InviteView().dump(made), token=token)

    @strawberry.mutation(description="Take an invite back.")
    def delete_invite(
        self: Any, info: Info, trip_id: scalars.UUID, id: scalars.UUID
    ) -> scalars.UUID | None:
        with writing(trip_id):
            invites.end_invite(trip_id, info.context.viewer, id)
            return id

    @strawberry.mutation(
        description="Join a trip by an invite's token or, if it is to you, its id."
    )
    def accept_invite(self: Any, info: Info, token: str) -> Trip | None:
        with atomic():
            trip_id = invites.accept_invite(token, info.context.invitee)
            return trip_row(info.context, trip_id)

    @strawberry.mutation(description="Say no to an invite; a link stays good for others.")
    def refuse_invite(self: Any, info: Info, token: str) -> bool | None:
        with atomic():
            invites.refuse_invite(token, info.context.invitee)
            return True

    @strawberry.mutation(description="Give a member another role or other rights.")
    def update_member(
        self: Any,
        info: Info,
        *,
        trip_id: scalars.UUID,
        user_id: scalars.UUID,
        input: MemberUpdateInput,
        expect_version: scalars.BigInt | None = None,
    ) -> objects.Member | None:
        with writing(trip_id):
            changed = members.change_member(
                trip_id,
                info.context.viewer,
                user_id,
                loaded(MemberUpdate, input),
                expect_version=expect_version,
            )
            return MEMBER.see(changed)

    @strawberry.mutation(description="Remove a member, or leave; the last organizer cannot.")
    def remove_member(
        self: Any, info: Info, trip_id: scalars.UUID, user_id: scalars.UUID
    ) -> scalars.UUID | None:
        with writing(trip_id):
            members.remove_member(trip_id, info.context.viewer, user_id)
            return user_id


def _apply_to_trip(info: Info, op: Op, expect_version: int | None = None) -> None:
    apply(
        op.id,
        info.context.viewer,
        [op],
        source=SOURCE,
        client_id=info.context.client_id,
        expect_version=expect_version,
    ).or_refused()
