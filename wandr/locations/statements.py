"""The statements of a search, each an index walk over `location_names`.

They are text because they are constant: building them anew took half the time of a search. Each
gives location ids with a score: likeness (0..1) plus 0.4 of the weight. Parameters: `text`, `past`
(just beyond all that begins with the text), `kinds` (an array, or null for all), `fame`, `size`,
`latitude` and `longitude` (degrees).
All arithmetic is `real`: in `numeric`, which plain literals are, it costs more than the index walk.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, literal_column, text
from sqlalchemy.dialects import postgresql

from wandr.locations.models import PLACE, unit_vector


def _sql(expression: ColumnElement[Any]) -> str:
    return str(expression.compile(dialect=postgresql.dialect()))


POINT = unit_vector(literal_column(":latitude"), literal_column(":longitude"))

# Names that begin so, and the viewer's own places that begin or look so.
BEGINNING = text(
    """
    SELECT location_id, max(score) AS score FROM (
        (SELECT location_id,
            0.75::real + 0.25::real * length(:text) / length(name) + 0.4::real * weight AS score
        FROM location_names
        WHERE owner_id IS NULL AND name >= :text AND name < :past AND weight >= :fame
            AND (:kinds IS NULL OR kind = ANY(CAST(:kinds AS text[])))
        ORDER BY 2 DESC LIMIT 10 * :size)
        UNION ALL
        SELECT location_id, 1 + 0.4::real * weight FROM location_names
        WHERE owner_id IS NULL AND name = :text
            AND (:kinds IS NULL OR kind = ANY(CAST(:kinds AS text[])))
        UNION ALL
        SELECT location_id, 0.4::real * weight + CASE
            WHEN starts_with(name, :text)
                THEN 0.75::real + 0.25::real * length(:text) / length(name)
            ELSE similarity(name, :text) END
        FROM location_names
        WHERE owner_id = :viewer AND (starts_with(name, :text) OR name % :text)
            AND (:kinds IS NULL OR kind = ANY(CAST(:kinds AS text[])))
    ) AS found GROUP BY location_id ORDER BY 2 DESC LIMIT :size
    """
)

# A name, followed by words that begin words of its place's context: "paris texas".
IN_CONTEXT = text(
    """
    SELECT location_id, 1 + 0.4::real * weight AS score
    FROM unnest(CAST(:heads AS text[]), CAST(:rests AS text[])) AS split (head, rest)
    JOIN location_names ON name = head
    JOIN locations ON locations.id = location_id
    WHERE owner_id IS NULL AND strpos(' ' || context, ' ' || rest) > 0
        AND (:kinds IS NULL OR location_names.kind = ANY(CAST(:kinds AS text[])))
    ORDER BY weight DESC LIMIT :size
    """
)

# Names that share enough trigrams (see `config.SESSION`), and slips of the hand that these take
# badly.
ALIKE = text(
    """
    SELECT location_id, max(score) AS score FROM (
        SELECT location_id, similarity(name, :text) + 0.4::real * weight AS score
        FROM location_names
        WHERE owner_id IS NULL AND forgiving AND name % :text
            AND (:kinds IS NULL OR kind = ANY(CAST(:kinds AS text[])))
        UNION ALL
        SELECT location_id, 0.8::real + 0.4::real * weight FROM location_names
        WHERE owner_id IS NULL AND name = ANY(CAST(:slips AS text[]))
            AND (:kinds IS NULL OR kind = ANY(CAST(:kinds AS text[])))
    ) AS found GROUP BY location_id ORDER BY 2 DESC LIMIT :size
    """
)

# Names that begin so, of the hundred places around a point, however far they are.
AROUND = text(
    f"""
    SELECT location_id, max(
        0.75::real + 0.25::real * length(:text) / length(name) + 0.4::real * weight) AS score
    FROM location_names
    WHERE owner_id IS NULL AND name >= :text AND name < :past AND location_id = ANY(ARRAY(
        SELECT id FROM locations
        WHERE created_by IS NULL AND (:kinds IS NULL OR kind = ANY(CAST(:kinds AS text[])))
        ORDER BY {_sql(PLACE)} <-> {_sql(POINT)} LIMIT 100))
    GROUP BY location_id
    """
)
