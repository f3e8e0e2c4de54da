"""The base of every schema, the strict parser, and the blueprint that documents itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from copy import deepcopy
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

import marshmallow
from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, fields
from webargs import missing
from webargs.flaskparser import FlaskParser

from wandr.errors import BadRequest, UnsupportedMediaType, WandrError
from wandr.http.json import read_json
from wandr.http.openapi import example_of, name_operation, tell_headers

View = TypeVar("View", bound=Callable[..., Any])


class WandrSchema(Schema):
    """Unknown fields are refused, everywhere.

    `optional_body` lets a request come without one; `carries_etag` tells readers of a view that
    has no version that it is answered with one; `example` is a body to start from.
    """

    optional_body = False
    carries_etag = False
    example: ClassVar[dict[str, Any]] = {}

    class Meta:
        unknown = RAISE


class StrictParser(FlaskParser):
    """Reads bodies with `read_json`; a body of another type is 415, an absent one 400."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}

    def load_json(self, req: Request, schema: Schema) -> Any:
        body = req.get_data(cache=True)
        if body and not req.is_json:
            raise UnsupportedMediaType("The body must be application/json.")
        if body:
            return read_json(body)
        if not getattr(schema, "optional_body", False):
            raise BadRequest("A JSON body is required.")
        return missing


class Blueprint(SmorestBlueprint):
    """A blueprint that documents itself: operations are named after their functions, and what
    it is about is told by its module where nobody says it better."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        told: str = more.get("description") or sys.modules[self.import_name].__doc__ or ""
        self.description = told.strip()
        self._prepare_doc_cbks += [name_operation, tell_headers]

    def arguments(self, schema: Any, *, location: str = "json", **more: Any) -> Any:
        """As flask-smorest's; a body is documented with an example."""
        if location == "json":
            more.setdefault("example", example_of(schema))
            more.setdefault("required", not getattr(schema, "optional_body", False))
        made = schema() if isinstance(schema, type) else schema  # once, not for every request
        return super().arguments(made, location=location, **more)

    def _store_endpoint_docs(self, endpoint: str, obj: Any, *args: Any, **more: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, *args, **more)
        for method, doc in self._docs[endpoint].items():
            if isinstance(doc, dict) and method != "parameters":
                several = len(more.get("methods", ())) > 1
                doc["operation_id"] = f"{obj.__name__}_by_{method}" if several else obj.__name__


def problems(*errors: type[WandrError]) -> Callable[[View], View]:
    """Document what a route may refuse with; each is answered as a problem document."""

    def decorate(function: View) -> View:
        document = deepcopy(getattr(function, "_apidoc", {}))
        responses = document.setdefault("response", {}).setdefault("responses", {})
        for error in errors:
            responses[error.status] = [HTTPStatus(error.status).name]
        function._apidoc = document  # type: ignore[attr-defined]
        return function

    return decorate


def update_of(schema: type[Schema], name: str) -> type[Schema]:
    """The schema of an update: the same fields by another name, none required, no defaults."""
    relaxed: dict[str, Any] = {}
    for key, declared in schema._declared_fields.items():
        one = deepcopy(declared)
        if isinstance(one, fields.Field):
            one.required = False
            one.load_default = marshmallow.missing
        relaxed[key] = one
    return type(name, (schema,), relaxed)
