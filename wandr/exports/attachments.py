"""Exports as downloads: a file name that is safe in a header, an entity tag, a content type."""

from __future__ import annotations

import re
from urllib.parse import quote

from anyascii import anyascii
from flask import Response

from wandr.exports.plan import Plan
from wandr.http.etags import versioned

LONGEST_NAME = 80  # characters; file systems take 255 bytes
# Control and invisible characters, and what some system gives a meaning to in a name.
UNSAFE_IN_NAMES = re.compile(
    '[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069"*/:;<>?\\\\|%]'
)


def attachment(text: str, plan: Plan, suffix: str, content_type: str) -> Response:
    """The answer of an export, named after its trip; 304 when the reader has this very text."""
    name = {"Content-Disposition": content_disposition(plan.trip.title, suffix)}
    response = versioned(text, plan.trip.seq, headers=name)
    response.content_type = content_type
    return response


def content_disposition(title: str, suffix: str) -> str:
    """`attachment` with the title as file name: in ASCII, and in full (RFC 6266 appendix D)."""
    name = f"{file_name(title)}.{suffix}"
    plain = f"{file_name(anyascii(file_name(title)))}.{suffix}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def file_name(title: str) -> str:
    """A title as a file name, without the suffix; `trip` when nothing of it can be kept."""
    kept = " ".join(UNSAFE_IN_NAMES.sub(" ", title).split())
    return kept[:LONGEST_NAME].strip(" .-") or "trip"
