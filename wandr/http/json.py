"""JSON as Wandr reads it: strict, bounded in depth and in the size of its numbers."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from wandr.errors import BadRequest

MAX_DEPTH = 32  # of what is kept
MAX_BODY_DEPTH = 40  # what is kept stands a few levels deep in a body, and deeper in an export
MAX_DIGITS = 350  # Postgres writes 1e-308 out in full, and may be sent what it wrote
UNSAFE_TEXT = re.compile("[\x00\ud800-\udfff]")


def read_json(body: bytes) -> Any:
    """Parse a body. Raises BadRequest for all that is not plain, bounded JSON (RFC 8259)."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_bounded_float,
            object_pairs_hook=_object,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    except RecursionError:
        raise BadRequest("The JSON is nested too deeply.") from None
    if not is_shallow(value, MAX_BODY_DEPTH):
        raise BadRequest(f"The JSON is nested more than {MAX_BODY_DEPTH} levels deep.")
    return value


def is_shallow(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Whether lists and objects are nested at most `limit` levels deep."""
    level = [value]
    for _ in range(limit + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return True
    return False


def is_safe_text(text: str) -> bool:
    """Whether Postgres and every JSON reader can hold the text: no NUL, no lone surrogate."""
    return UNSAFE_TEXT.search(text) is None


def is_safe_json(value: Any) -> bool:
    """Whether every key and string in a JSON value is safe text."""
    level = [value]
    while level:
        for one in level:
            if isinstance(one, str) and not is_safe_text(one):
                return False
            if isinstance(one, dict) and not all(is_safe_text(key) for key in one):
                return False
        level = [child for parent in level for child in _children(parent)]
    return True


def written_size(value: Any) -> int:
    """The bytes of a JSON value as Postgres writes it: without exponents, 1e300 as 301 digits."""
    size, level = len(json.dumps(value, ensure_ascii=False).encode()), [value]
    while level:
        size += sum(_longhand(one) for one in level if isinstance(one, float))
        level = [child for parent in level for child in _children(parent)]
    return size


def _longhand(number: float) -> int:
    return len(f"{Decimal(repr(number)):f}") - len(repr(number))


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are equal and, being JSON, would be written the same.

    To Python 1, 1.0 and true are equal.
    """
    if not isinstance(one, (dict, list)) or one != other:
        return bool(one == other)
    return _written(one) == _written(other)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refuse_constant(name: str) -> None:
    raise BadRequest(f"{name} is not JSON.")


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BadRequest(f"A number has more than {MAX_DIGITS} digits.")
    return int(digits)


def _bounded_float(digits: str) -> float:
    value = float(digits) if len(digits) <= MAX_DIGITS else float("inf")
    if value in (float("inf"), float("-inf")):
        raise BadRequest("A number is too large or too long.")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BadRequest("An object has the same key twice.")
    return result
