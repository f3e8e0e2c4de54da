"""Finding places by what they are called.

Four ways lead to candidates, the cheap ones first: names that begin so, "<name> <region>", names
that look so, and, when the asker is somewhere, names in the neighbourhood. The candidates are then
ranked by likeness, weight, nearness and context, and whether it is the place's own name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, select

from wandr.extensions import db
from wandr.locations.kinds import kinds_meant
from wandr.locations.models import Location
from wandr.locations.names import core, fold, written
from wandr.locations.sphere import Point, distance_m
from wandr.locations.statements import ALIKE, AROUND, BEGINNING, IN_CONTEXT

CANDIDATES = 30
ENOUGH = 5  # of these, no further way is tried
SHORT, FORGIVING_LENGTH = 2, 4
FAME = 0.5  # as in the partial index: what so few letters may stand for
LAST = "\U0010ffff"
NEARNESS_COUNTS, NEARNESS_M = 0.5, 100_000
CONTEXT_COUNTS = 0.3
# As four times the inhabitants do: to some, Bordeaux is Porto, and Dayton is Venice.
OWN_NAME_COUNTS = 0.055

Scores = dict[UUID, float]


@dataclass(frozen=True)
class Question:
    """What is looked for: `text` as it stands in the index, `plain` folded."""

    text: str
    plain: str
    size: int
    kind: str | None
    near: Point | None
    viewer_id: UUID


def find_by_name(
    text: str, *, near: Point | None, kind: str | None, limit: int, viewer_id: UUID
) -> list[Location]:
    """The places that the text most likely means, the likeliest first."""
    question = Question(
        text=written(text),
        plain=fold(text),
        size=max(limit, CANDIDATES),
        kind=kind,
        near=near,
        viewer_id=viewer_id,
    )
    if not question.text:
        return []
    scores = _beginning_so(question)
    for further in (_in_context, _looking_so):
        if len(scores) < min(limit, ENOUGH):
            _keep_best(scores, further(question))
    if near is not None:
        _keep_best(scores, _in_the_neighbourhood(question, near))
    return _ranked(question, scores)[:limit]


def _beginning_so(question: Question) -> Scores:
    text = question.text
    is_short = text.isascii() and len(text) <= SHORT
    return _scores(
        BEGINNING,
        question,
        text=text,
        past=text + LAST,
        fame=FAME if is_short else 0,
        viewer=str(question.viewer_id),
    )


def _in_context(question: Question) -> Scores:
    words = question.plain.split()
    if len(words) < 2 or question.text != question.plain:
        return {}
    cuts = range(1, len(words))
    heads = [" ".join(words[:cut]) for cut in cuts]
    rests = [" ".join(words[cut:]) for cut in cuts]
    return _scores(IN_CONTEXT, question, heads=heads, rests=rests)


def _looking_so(question: Question) -> Scores:
    text = core(question.plain)
    if len(text) < FORGIVING_LENGTH:
        return {}
    return _scores(ALIKE, question, text=text, slips=_slips(text))


def _slips(text: str) -> list[str]:
    """The text with two neighbouring letters changed over, or with one letter left out."""
    places = range(len(text) - 1)
    swapped = {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in places}
    shortened = {text[:i] + text[i + 1 :] for i in range(len(text))}
    return sorted(swapped | shortened)


def _in_the_neighbourhood(question: Question, near: Point) -> Scores:
    return _scores(
        AROUND,
        question,
        text=question.text,
        past=question.text + LAST,
        latitude=near.latitude,
        longitude=near.longitude,
    )


def _scores(statement: TextClause, question: Question, **parameters: Any) -> Scores:
    parameters |= {"kinds": kinds_meant(question.kind), "size": question.size}
    rows = db.session.execute(statement, parameters)
    return {location_id: float(score) for location_id, score in rows}


def _keep_best(scores: Scores, more: Scores) -> None:
    for location_id, score in more.items():
        scores[location_id] = max(score, scores.get(location_id, 0.0))


def _ranked(question: Question, scores: Scores) -> list[Location]:
    places = db.session.scalars(select(Location).where(Location.id.in_(scores)))
    words = set(question.plain.split()[1:])

    def rank(place: Location) -> tuple[float, str]:
        score = scores[place.id] + CONTEXT_COUNTS * _share(words, place.context.split())
        score += OWN_NAME_COUNTS if fold(place.name) == question.text else 0
        if question.near is not None:
            away = distance_m(question.near, Point(place.latitude, place.longitude))
            score += NEARNESS_COUNTS * math.exp(-away / NEARNESS_M)
        return -score, str(place.id)

    return sorted(places, key=rank)


def _share(words: set[str], context: Iterable[str]) -> float:
    return len(words & set(context)) / len(words) if words else 0.0
