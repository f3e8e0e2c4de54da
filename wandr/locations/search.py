"""Finding places by what they are called.

Four ways lead to candidates, the cheap ones first: names that begin so, "<name> <region>", names
that look so, and, when the asker is somewhere, names in the neighbourhood. All are index walks over
`location_names`. The best candidates are then ranked by likeness, weight, nearness and context.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from wandr.extensions import db
from wandr.locations.kinds import is_of_kind
from wandr.locations.models import Location, LocationName
from wandr.locations.names import core, fold, written
from wandr.locations.nearby import IS_PUBLIC, chord_to
from wandr.locations.sphere import Point, distance_m

CANDIDATES = 30
ENOUGH = 5
ALIKE = 0.35
NEIGHBOURS = 200
SHORT, FORGIVING_LENGTH = 2, 4
FAME = 0.5  # as in the partial index for short beginnings
LAST = "\U0010ffff"

WEIGHT_COUNTS, NEARNESS_COUNTS, CONTEXT_COUNTS = 0.4, 0.5, 0.3
NEARNESS_M = 100_000

name, weight = LocationName.name, LocationName.weight
IS_NOBODYS = LocationName.owner_id.is_(None)
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

    @property
    def of_kind(self) -> list[ColumnElement[bool]]:
        return is_of_kind(LocationName.kind, self.kind)


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
    if len(scores) < min(limit, ENOUGH):
        _keep_best(scores, _in_context(question))
    if len(scores) < min(limit, ENOUGH):
        _keep_best(scores, _looking_so(question))
    if near is not None:
        _keep_best(scores, _in_the_neighbourhood(question, near))
    return _ranked(question, scores)[:limit]


def _beginning_so(question: Question) -> Scores:
    begins = [*_begins_with(question.text), IS_NOBODYS, *question.of_kind]
    if len(question.text) <= SHORT and question.text.isascii():
        parts = [
            _scored(question.text, *begins, weight >= FAME),
            _scored(question.text, name == question.text, IS_NOBODYS, *question.of_kind),
        ]
    else:
        parts = [_scored(question.text, *begins)]
    return _best_of(question, *parts, _own_places(question))


def _own_places(question: Question) -> Select[Any]:
    looks = or_(func.starts_with(name, question.text), name.op("%")(question.plain))
    mine = LocationName.owner_id == question.viewer_id
    return _scored(question.plain, mine, looks, *question.of_kind)


def _in_context(question: Question) -> Scores:
    """ "paris texas": a name, then words that begin words of its place's context."""
    words = question.plain.split()
    if len(words) < 2 or question.text != question.plain:
        return {}
    heads = [" ".join(words[:cut]) for cut in range(1, len(words))]
    ends = [" ".join(words[cut:]) for cut in range(1, len(words))]
    splits = func.unnest(heads, ends).table_valued("head", "rest").render_derived()
    statement = (
        select(LocationName.location_id, literal(1.0) + WEIGHT_COUNTS * weight)
        .join(splits, name == splits.c.head)
        .join(Location, Location.id == LocationName.location_id)
        .where(IS_NOBODYS, *question.of_kind)
        .where(literal(" ").concat(Location.context).contains(literal(" ") + splits.c.rest))
        .order_by(weight.desc())
        .limit(question.size)
    )
    return _scores(statement)


def _looking_so(question: Question) -> Scores:
    """Names that share enough trigrams; and slips of the hand that trigrams take badly."""
    text = core(question.plain)
    if len(text) < FORGIVING_LENGTH:
        return {}
    usual = [IS_NOBODYS, *question.of_kind]
    alike = and_(name.op("%")(text), LocationName.forgiving, func.similarity(name, text) >= ALIKE)
    slips = name == func.any(_slips(text))
    return _best_of(
        question,
        _scored(text, alike, *usual),
        _scored(text, slips, *usual, likeness=literal(0.8)),
    )


def _slips(text: str) -> list[str]:
    """The text with two neighbouring letters changed over, or with one letter left out."""
    places = range(len(text) - 1)
    swapped = {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in places}
    shortened = {text[:i] + text[i + 1 :] for i in range(len(text))}
    return sorted(swapped | shortened)


def _in_the_neighbourhood(question: Question, near: Point) -> Scores:
    chord = chord_to(near)
    around = select(Location.id).where(IS_PUBLIC, *is_of_kind(Location.kind, question.kind))
    around = around.order_by(chord).limit(NEIGHBOURS)
    looks = or_(func.starts_with(name, question.text), name.op("%")(question.plain))
    return _best_of(question, _scored(question.plain, LocationName.location_id.in_(around), looks))


def _begins_with(text: str) -> list[ColumnElement[bool]]:
    return [name >= text, name < text + LAST]


def _scored(
    text: str, *conditions: ColumnElement[bool], likeness: ColumnElement[Any] | None = None
) -> Select[Any]:
    """Location ids with likeness (0..1) and weight in one number."""
    if likeness is None:
        likeness = case(
            (name == text, 1.0),
            (func.starts_with(name, text), 0.75 + 0.25 * len(text) / func.length(name)),
            else_=func.similarity(name, text),
        )
    score = likeness + WEIGHT_COUNTS * weight
    return select(LocationName.location_id, score.label("score")).where(*conditions)


def _best_of(question: Question, *parts: Select[Any]) -> Scores:
    found = union_all(*parts).subquery()
    best = func.max(found.c.score)
    statement = select(found.c.location_id, best).group_by(found.c.location_id)
    return _scores(statement.order_by(best.desc()).limit(question.size))


def _scores(statement: Executable) -> Scores:
    return {location_id: float(score) for location_id, score in db.session.execute(statement)}


def _keep_best(scores: Scores, more: Scores) -> None:
    for location_id, score in more.items():
        scores[location_id] = max(score, scores.get(location_id, 0.0))


def _ranked(question: Question, scores: Scores) -> list[Location]:
    places = db.session.scalars(select(Location).where(Location.id.in_(scores)))
    words = set(question.plain.split()[1:])

    def rank(place: Location) -> tuple[float, str]:
        score = scores[place.id] + CONTEXT_COUNTS * _share(words, place.context.split())
        if question.near is not None:
            away = distance_m(question.near, Point(place.latitude, place.longitude))
            score += NEARNESS_COUNTS * math.exp(-away / NEARNESS_M)
        return -score, str(place.id)

    return sorted(places, key=rank)


def _share(words: set[str], context: Iterable[str]) -> float:
    return len(words & set(context)) / len(words) if words else 0.0
