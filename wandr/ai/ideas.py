"""The answer to `suggest`: ideas for no day, or alternatives for a slot of a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from wandr.ai import wording
from wandr.ai.assistant import Desk, Task
from wandr.ai.planner.brief import Brief, make_brief
from wandr.ai.planner.frames import minute_of, times_of
from wandr.ai.planner.model import Place, Point, Stop, Wishes
from wandr.ai.planner.options import visit_windows
from wandr.ai.planner.scoring import is_wished
from wandr.ai.planner.travel import metres_between
from wandr.ai.repair.mishaps import stops_meant
from wandr.ai.situation import Situation
from wandr.ai.translation import idea_of
from wandr.locations.hours import Window

MOST_IDEAS: Final = 6
NEARBY_M: Final = 4_000
ALL_DAY: Final[Window] = (0, 24 * 60)
WET: Final = r"\b(?:rain\w*|wet|indoors?|bad weather|when it (?:pours|snows))\b"
DRY: Final = r"\b(?:outdoors?|outside|open air|sunny|fresh air)\b"
INSTEAD: Final = r"\b(?:instead of|rather than|alternatives? (?:to|for)|replace|in place of)\b"
PRICES: Final = ((r"\b(?:free|for nothing|no money)\b", 0), (r"\b(?:cheap\w*|inexpensive)\b", 1))


@dataclass(frozen=True)
class Slot:
    """What an idea must fit: a day, from when to when, near where, in place of what."""

    day: date | None = None
    window: Window = ALL_DAY
    near: Point | None = None
    instead: Stop | None = None


def suggest(task: Task, situation: Situation, desk: Desk) -> None:
    """Propose the best ideas that fit, and say what was not understood."""
    slot = _slot(task, situation)
    wishes = _alike(situation, slot)
    brief = make_brief(wishes, situation.places, situation.stops, base=slot.near)
    fitting = [one for one in _all_of(brief, situation.places) if _fits(one, task.prompt, slot)]
    fitting = [one for one in fitting if _is_at_hand(one, slot)] or fitting
    if not slot.instead:
        fitting = [one for one in fitting if is_wished(one, wishes)] or fitting
    best = sorted(fitting, key=lambda place: (-brief.worth[place.id], place.id))[:MOST_IDEAS]
    where = situation.destinations[0].name
    told = list(_told(slot))
    reasons = {p.id: "; ".join([wording.why_suggested(p, wishes, where), *told]) for p in best}
    desk.draft.suggestions = [idea_of(place, reasons[place.id]) for place in best]
    unknown = [] if slot.instead else brief.unknown
    for line in wording.on_ideas(best, unknown, situation.destinations):
        desk.say(line)


def _slot(task: Task, situation: Situation) -> Slot:
    """The slot of what is to be replaced, else that of the day that is asked about."""
    wishes = situation.wishes
    start = minute_of(wishes.day_start) if wishes.day_start else 0
    end = minute_of(wishes.day_end) if wishes.day_end else 24 * 60
    if re.search(INSTEAD, task.prompt, re.IGNORECASE):
        for stop in stops_meant(situation.stops, task.prompt):
            window = times_of(stop) if stop.start else (start, end)
            return Slot(stop.day, window, stop.point, stop)
    return Slot(task.day, (start, end)) if task.day else Slot(_said_day(wishes), (start, end))


def _said_day(wishes: Wishes) -> date | None:
    """The one day that is wished for, where it is not just all that there is."""
    return wishes.days[0] if len(wishes.days) == 1 and not wishes.spare_days else None


def _alike(situation: Situation, slot: Slot) -> Wishes:
    """What is wished for; in place of something, its like."""
    known = {place.id: place for place in situation.places}
    place = known.get(slot.instead.place_id or "") if slot.instead else None
    if place is None:
        return situation.wishes
    likings = dict.fromkeys(sorted(place.interests), 0.7) | {place.kind: 0.9}
    return replace(situation.wishes, interests=likings, not_understood=(), named_places=())


def _all_of(brief: Brief, places: Iterable[Place]) -> Sequence[Place]:
    """All that may be proposed, food as well where it is wished."""
    chosen = {place.id for place in brief.places if place.kind == "food"}
    return [
        one for one in places if one.id in brief.worth and (one.kind != "food" or one.id in chosen)
    ]


def _fits(place: Place, prompt: str, slot: Slot) -> bool:
    if re.search(WET, prompt, re.IGNORECASE) and place.indoor is not True:
        return False
    if re.search(DRY, prompt, re.IGNORECASE) and place.indoor is not False:
        return False
    bands = [band for pattern, band in PRICES if re.search(pattern, prompt, re.IGNORECASE)]
    if bands and (place.price_band is None or place.price_band > min(bands)):
        return False
    return slot.day is None or _is_open(place, slot.day, slot.window)


def _is_open(place: Place, day: date, window: Window) -> bool:
    """Whether a visit fits into the slot; into a short one, one as long as the slot."""
    needed = min(place.minutes, window[1] - window[0])
    return any(
        min(high, window[1]) - max(low, window[0]) >= needed
        for low, high in visit_windows(place, day)
    )


def _is_at_hand(place: Place, slot: Slot) -> bool:
    return slot.near is None or metres_between(place.point, slot.near) <= NEARBY_M


def _told(slot: Slot) -> Iterator[str]:
    if slot.instead is not None:
        yield f"in place of {slot.instead.title}"
    if slot.day is not None:
        low, high = slot.window
        times = "" if slot.window == ALL_DAY else f", {low // 60:02}:{low % 60:02}"
        times += f"–{high // 60:02}:{high % 60:02}" if times else ""
        yield f"open on {slot.day}{times}"
