"""Field types that no input gets past: bounded, strict, and truthful in OpenAPI.

Each type also knows how Postgres writes it as JSON, so that a view can be rendered in SQL.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate
from sqlalchemy import ColumnElement, func

from wandr.http.json import MAX_DEPTH, is_safe_json, is_safe_text, is_shallow, written_size
from wandr.zones import ZONES

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
MAX_INT = 2**31 - 1
CLOCK_FORM = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
DECIMAL_FORM = r"-?[0-9]{1,3}(\.[0-9]{1,20})?"
UUID_FORM = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class SqlJson:
    """A field whose column Postgres writes as JSON just as marshmallow does."""

    def to_sql(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The SQL expression to put into `json_build_object`."""
        return column


class Text(SqlJson, fields.String):
    """A string of `low` to `high` characters, not trimmed, without NUL or lone surrogates."""

    def __init__(self, high: int, *, low: int = 0, **more: Any) -> None:
        checks = [validate.Length(min=low, max=high), *more.pop("validate", [])]
        super().__init__(validate=checks, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if not is_safe_text(text):
            raise ValidationError("Must not contain NUL or unpaired surrogates.")
        return text


class Whole(SqlJson, fields.Integer):
    """A whole number in a range; `1.0` and `"1"` are refused, in a query string text is read."""

    def __init__(self, low: int = -MAX_INT, high: int = MAX_INT, **more: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(low, high), **more)

    def _validated(self, value: Any) -> int:
        if self.metadata.get("query") and re.fullmatch(r"-?[0-9]{1,18}", str(value)):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        return super()._validated(value)


class Coordinate(SqlJson, fields.Float):
    """Degrees, -`limit` to `limit` (WGS 84); in a query string plain decimals are read."""

    def __init__(self, limit: int, **more: Any) -> None:
        super().__init__(allow_nan=False, validate=validate.Range(-limit, limit), **more)

    def _validated(self, value: Any) -> float:
        reads_text = bool(self.metadata.get("query")) and isinstance(value, str)
        if isinstance(value, bool) or (isinstance(value, str) and not reads_text):
            raise self.make_error("invalid")
        if reads_text and not re.fullmatch(DECIMAL_FORM, value):
            raise self.make_error("invalid")
        return super()._validated(value)


class Flag(SqlJson, fields.Boolean):
    """`true` or `false` and nothing that looks like them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        if self.metadata.get("query") and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Day(SqlJson, fields.Date):
    """A calendar day, `YYYY-MM-DD`, from 1900 to 2200."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", validate=validate.Range(EARLIEST, LATEST), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise self.make_error("invalid", input=value, obj_type="date")
        return super()._deserialize(value, attr, data, **more)


class Clock(SqlJson, fields.Field):
    """A local time of day, `HH:MM`, a zone standing elsewhere."""

    def __init__(self, **more: Any) -> None:
        metadata = {"type": "string", "pattern": CLOCK_FORM, "example": "09:30"}
        super().__init__(metadata=metadata | more.pop("metadata", {}), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> time:
        if not isinstance(value, str) or not re.fullmatch(CLOCK_FORM, value):
            raise ValidationError("Must be a time of day like 09:30.")
        return time.fromisoformat(value)

    def _serialize(self, value: time | None, attr: Any, obj: Any, **more: Any) -> str | None:
        return None if value is None else value.strftime("%H:%M")

    def to_sql(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.to_char(column, "HH24:MI")


class Instant(SqlJson, fields.Field):
    """An instant in UTC, `2026-05-01T09:30:00.000000Z`. Read only: no client sets one."""

    def __init__(self, **more: Any) -> None:
        metadata = {"type": "string", "format": "date-time"}
        super().__init__(metadata=metadata | more.pop("metadata", {}), **more)

    def _serialize(self, value: datetime | None, attr: Any, obj: Any, **more: Any) -> str | None:
        return None if value is None else instant_text(value)

    def to_sql(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')


class Identifier(SqlJson, fields.UUID):
    """A UUID in its usual form with hyphens."""

    def _validated(self, value: Any) -> UUID:
        if isinstance(value, UUID):
            return value
        if not isinstance(value, str) or not UUID_FORM.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return UUID(value)


class Choice(SqlJson, fields.String):
    """One of a few words."""

    def __init__(self, *choices: str, **more: Any) -> None:
        super().__init__(validate=validate.OneOf(choices), **more)


class Zone(Text):
    """An IANA time zone name."""

    def __init__(self, **more: Any) -> None:
        metadata = {"example": "Asia/Tokyo", **more.pop("metadata", {})}
        super().__init__(64, metadata=metadata, validate=[_known_zone], **more)


class Formed(Text):
    """A string that matches a regular expression from its first character to its last."""

    def __init__(self, high: int, *, form: str, error: str, **more: Any) -> None:
        metadata = {"pattern": f"^{form}$"} | more.pop("metadata", {})
        super().__init__(high, metadata=metadata, **more)
        self.form = re.compile(form)
        self.form_error = error

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if not self.form.fullmatch(text):
            raise ValidationError(self.form_error)
        return text


class Currency(Formed):
    """An ISO 4217 code."""

    def __init__(self, **more: Any) -> None:
        error = "Must be an ISO 4217 code such as EUR."
        super().__init__(3, form="[A-Z]{3}", error=error, metadata={"example": "EUR"}, **more)


class Locale(Formed):
    """A language tag (BCP 47)."""

    def __init__(self, **more: Any) -> None:
        form, error = "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "Must be a language tag such as pt-BR."
        super().__init__(35, form=form, error=error, metadata={"example": "pt-BR"}, **more)


class EmailAddress(Formed):
    """An e-mail address in ASCII, read as lower case; without `=?`, which begins encoded words."""

    def __init__(self, **more: Any) -> None:
        plain = "A-Za-z0-9!#$%&'*+/^_`{|}~-"
        atom = f"((=+[{plain}]|[?{plain}])+=*|=+)"
        local = f"{atom}(\\.{atom})*"
        form = local + "@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}"
        metadata = {"example": "ada@example.com"}
        error = "Must be an e-mail address."
        super().__init__(254, form=form, error=error, metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        return super()._deserialize(value, attr, data, **more).lower()


class WebAddress(Formed):
    """An http or https address."""

    def __init__(self, **more: Any) -> None:
        error = "Must start with http:// or https://."
        super().__init__(2000, form="https?://[^\\s]+", error=error, **more)


class JsonObject(SqlJson, fields.Dict):
    """A free-form JSON object of at most `size` bytes; its strings are safe text."""

    def __init__(self, size: int = 65_536, **more: Any) -> None:
        self.size = size
        super().__init__(**more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        if not is_safe_json(value):
            raise ValidationError("Must not contain NUL or unpaired surrogates.")
        if not is_shallow(value):
            raise ValidationError(f"Must be nested at most {MAX_DEPTH} levels deep.")
        if written_size(value) > self.size:
            raise ValidationError(f"Must be at most {self.size} bytes as JSON.")
        return value


class Base64(SqlJson, fields.Field):
    """Bytes, at most `high`, written in Base64 (RFC 4648 section 4)."""

    def __init__(self, high: int, **more: Any) -> None:
        self.high = high
        metadata = {"type": "string", "contentEncoding": "base64", "maxLength": high * 4 // 3 + 4}
        super().__init__(metadata=metadata | more.pop("metadata", {}), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> bytes:
        try:
            read = b64decode(value, validate=True) if isinstance(value, str) else None
        except ValueError:  # also for what is not ASCII
            read = None
        if read is None or len(read) > self.high:
            raise ValidationError(f"Must be Base64 of at most {self.high} bytes.")
        return read

    def _serialize(self, value: bytes | None, attr: Any, obj: Any, **more: Any) -> str | None:
        return None if value is None else b64encode(value).decode()


class ListOf(SqlJson, fields.List):
    """A list of at most `high` items."""

    def __init__(self, item: Any, high: int, **more: Any) -> None:
        super().__init__(item, validate=validate.Length(max=high), **more)


def instant_text(value: datetime) -> str:
    """The one form in which instants are written: UTC, microseconds, `Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _known_zone(name: str) -> None:
    if name not in ZONES:
        raise ValidationError("Must be an IANA time zone such as Europe/Paris.")
