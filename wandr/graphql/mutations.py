"""What can be done. Each mutation is a transaction of its own, behind the gate of its trip; one
that is refused is null and leaves the others. Logging in and what belongs to it is REST's alone.
"""

from __future__ import annotations

from typing import Any

import strawberry

from wandr.graphql import scalars
from wandr.graphql.assistant_mutations import AssistantMutation
from wandr.graphql.context import Info
from wandr.graphql.hook_mutations import HookMutation
from wandr.graphql.place_mutations import PlaceMutation
from wandr.graphql.query import Notification, NotificationPreferences, User
from wandr.graphql.trip_mutations import TripMutation
from wandr.graphql.types import input_of, loaded
from wandr.notifications import service as notifications
from wandr.notifications.schemas import NotificationView, PreferencesUpdate
from wandr.transaction import atomic
from wandr.users import service as users
from wandr.users.schemas import ProfileUpdate, UserView

ProfileInput = input_of(ProfileUpdate)
PreferencesInput = input_of(PreferencesUpdate, "NotificationPreferencesInput")


@strawberry.type
class Mutation(TripMutation, AssistantMutation, PlaceMutation, HookMutation):
    @strawberry.mutation(description="Change your own profile.")
    def update_me(
        self: Any, info: Info, input: ProfileInput, expect_version: scalars.BigInt | None = None
    ) -> User | None:
        wanted = loaded(ProfileUpdate, input)
        with atomic():
            changed = users.update_profile(
                info.context.viewer, wanted, expected_version=expect_version
            )
            return UserView().dump(changed)

    @strawberry.mutation(description="Note that you have read something that you were told.")
    def read_notification(self: Any, info: Info, id: scalars.UUID) -> Notification | None:
        with atomic():
            return NotificationView().dump(notifications.mark_read(info.context.viewer, id))

    @strawberry.mutation(description="Note that you have read all, or all up to one; how much.")
    def read_notifications(self: Any, info: Info, until: scalars.UUID | None = None) -> int | None:
        with atomic():
            return notifications.mark_all_read(info.context.viewer, until)

    @strawberry.mutation(description="Change how you are told; what is left out stays.")
    def update_notification_preferences(
        self: Any, info: Info, input: PreferencesInput
    ) -> NotificationPreferences | None:
        with atomic():
            wanted = loaded(PreferencesUpdate, input)
            return notifications.prefer(info.context.viewer, wanted)
