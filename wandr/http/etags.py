"""Single resources and their entity tags `"<version>.<digest>"`: readers compare the whole, writers
the version."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request

from wandr.base import Record
from wandr.errors import Stale

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TAG = re.compile(r'(?:W/)?"(\d{1,18})\.[0-9a-f]+"')


def versioned(
    body: str | Mapping[str, Any],
    version: int,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A single resource with its `ETag`; 304 without a body when the reader has this very body."""
    text = body if isinstance(body, str) else json.dumps(body)
    tag = f"{version}.{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"
    safe = request.method in ("GET", "HEAD")
    if safe and request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(text, status, mimetype="application/json")
    response.set_etag(tag)
    response.headers.extend(dict(headers or {}))
    return response


def made_here(row_id: UUID) -> dict[str, str]:
    """The `Location` of what a POST to its list has made."""
    return {"Location": f"{request.base_url.rstrip('/')}/{row_id}"}


def version_of(record: Record) -> int:
    """A number that another version of a record does not have: its microseconds since 1970."""
    return (record.updated_at - EPOCH) // timedelta(microseconds=1)


def refuse_stale(record: Record, expected: int | None) -> None:
    """Raise Stale when a record, which nobody else changes now, is another than was expected."""
    if expected is not None and expected != version_of(record):
        raise Stale("It has changed since.")


def expected_version() -> int | None:
    """The version that `If-Match` asks for, or None. Weak tags count: a proxy may weaken ours.

    Raises Stale for what is none of our tags: it is none of the current ones either (RFC 9110).
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    match = TAG.fullmatch(header)
    if match is None:
        raise Stale("If-Match must be one ETag of this resource.")
    return int(match[1])
