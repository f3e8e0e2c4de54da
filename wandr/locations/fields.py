"""What is said of places, each checked in one way."""

from __future__ import annotations

import re
from typing import Any, Final

from marshmallow import ValidationError, fields, validate
from opening_hours import validate as is_opening_hours

from wandr.http.fields import Text
from wandr.locations.sphere import Point

NEAR_FORM: Final = r"^-?[0-9]{1,2}(\.[0-9]{1,15})?,-?[0-9]{1,3}(\.[0-9]{1,15})?$"


def _readable_hours(text: str) -> None:
    if not is_opening_hours(text):
        raise ValidationError("Must be opening hours in OpenStreetMap syntax.")


class Hours(Text):
    """Opening hours in the syntax of OpenStreetMap, such as `Mo-Fr 09:00-17:00`."""

    def __init__(self, **more: Any) -> None:
        metadata = {"example": "Mo-Fr 09:00-17:00"}
        super().__init__(500, low=1, metadata=metadata, validate=[_readable_hours], **more)


class Country(Text):
    """A country by ISO 3166-1 alpha-2."""

    def __init__(self, **more: Any) -> None:
        super().__init__(2, low=2, validate=[validate.Regexp("^[A-Z]{2}$")], **more)


class PlaceName(Text):
    """What a place is called: more than space."""

    def __init__(self, **more: Any) -> None:
        super().__init__(200, low=1, validate=[validate.Regexp(r"\s*\S", error="Empty.")], **more)


class Near(fields.Field):
    """A point as `latitude,longitude`."""

    def __init__(self, **more: Any) -> None:
        metadata = {"type": "string", "pattern": NEAR_FORM, "example": "35.01,135.77"}
        super().__init__(metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Point:
        if not isinstance(value, str) or not re.fullmatch(NEAR_FORM, value):
            raise ValidationError("Must be latitude,longitude such as 35.01,135.77.")
        latitude, longitude = map(float, value.split(","))
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise ValidationError("Must be on Earth: at most 90,180 degrees.")
        return Point(latitude, longitude)
