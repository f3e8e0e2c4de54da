"""What can be done with places of one's own; each in a transaction."""

from __future__ import annotations

from typing import Any

import strawberry

from wandr.graphql import scalars
from wandr.graphql.context import Info
from wandr.graphql.places import Location
from wandr.graphql.types import input_of, loaded
from wandr.locations import custom
from wandr.locations.schemas import CustomPlaceFields, CustomPlaceUpdate, LocationView
from wandr.transaction import atomic

PlaceInput = input_of(CustomPlaceFields, "CustomPlaceInput")
PlaceUpdateInput = input_of(CustomPlaceUpdate)


@strawberry.type
class PlaceMutation:
    @strawberry.mutation(description="Add a place of your own, or get the same one.")
    def create_location(self: Any, info: Info, input: PlaceInput) -> Location | None:
        given = loaded(CustomPlaceFields, input)
        with atomic():
            place, _ = custom.add_place(info.context.viewer, given)
            return LocationView().dump(place)

    @strawberry.mutation(description="Change a place of your own; activities keep their copy.")
    def update_location(
        self: Any, info: Info, id: scalars.UUID, input: PlaceUpdateInput
    ) -> Location | None:
        wanted = loaded(CustomPlaceUpdate, input)
        with atomic():
            return LocationView().dump(custom.change_place(info.context.viewer, id, wanted))

    @strawberry.mutation(description="Forget a place of your own; activities keep their copy.")
    def delete_location(self: Any, info: Info, id: scalars.UUID) -> scalars.UUID | None:
        with atomic():
            custom.delete_place(info.context.viewer, id)
            return id

    @strawberry.mutation(description="Let a place of your own go for another.")
    def merge_location(
        self: Any, info: Info, id: scalars.UUID, into: scalars.UUID
    ) -> Location | None:
        with atomic():
            return LocationView().dump(custom.merge_places(info.context.viewer, id, into))
