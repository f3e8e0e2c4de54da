"""Who may do what in a trip: one enum, one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a member is in a trip."""

    ORGANIZER = "organizer"
    PARTICIPANT = "participant"
    VIEWER = "viewer"


class Permission(StrEnum):
    """One right in a trip, from the most harmless to the most far-reaching."""

    VIEW = "view"  # see the trip, its members and all of its content
    COMMENT = "comment"  # say something
    USE_ASSISTANT = "use_assistant"  # ask the assistant, which spends its quota
    EDIT_ITINERARY = "edit_itinerary"  # write content, accept proposals
    INVITE = "invite"  # let somebody in, with a role of at most one's own
    MANAGE_MEMBERS = "manage_members"  # change roles and rights, remove members
    EDIT_TRIP = "edit_trip"  # change the trip's own fields, and undo what others did
    DELETE_TRIP = "delete_trip"  # move the trip to the trash and back


VIEWER = frozenset({Permission.VIEW})
PARTICIPANT = VIEWER | {
    Permission.COMMENT,
    Permission.USE_ASSISTANT,
    Permission.EDIT_ITINERARY,
}
DEFAULTS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: VIEWER,
    Role.PARTICIPANT: PARTICIPANT,
    Role.ORGANIZER: frozenset(Permission),
}


def effective(role: str, overrides: Mapping[str, bool]) -> dict[str, bool]:
    """Every permission by name: the role's default, or what was set for this member."""
    defaults = DEFAULTS[Role(role)]
    return {one.value: overrides.get(one.value, one in defaults) for one in Permission}


def allows(role: str, overrides: Mapping[str, bool], needed: Permission) -> bool:
    """Whether a member of this role with these overrides has the right."""
    return overrides.get(needed.value, needed in DEFAULTS[Role(role)])
