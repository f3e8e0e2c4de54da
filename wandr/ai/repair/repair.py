"""The smallest change that works.

What can still take place on its day does (the day solver decides, around all that stays). Else it
goes to the nearest day that has room for it, and another place like it fills the hole. What fits
nowhere becomes an idea again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wandr.ai.repair.mending import Mending, as_stop
from wandr.ai.repair.mishaps import Mishap
from wandr.ai.repair.model import Repair, Trip


def repair(trip: Trip, mishaps: Sequence[Mishap]) -> Repair:
    """Mend each mishap on the trip as the ones before it have left it. Changes nothing settled."""
    done = Repair()
    for mishap in sorted(mishaps, key=lambda one: one.cause != "late"):  # they bound the others
        Mending(trip, mishap, done, mishaps).run()
        trip = _after(trip, done)
    return done


def _after(trip: Trip, done: Repair) -> Trip:
    """The trip as the repair leaves it."""
    moved = {
        move.stop.id: replace(move.stop, day=move.day, start=move.start, end=move.end)
        for move in done.moves
    }
    stops = [moved.get(stop.id, stop) for stop in trip.stops]
    known = {stop.id for stop in stops}
    added = [as_stop(one.visit, trip.places) for one in done.additions]
    return replace(trip, stops=(*stops, *(stop for stop in added if stop.id not in known)))
