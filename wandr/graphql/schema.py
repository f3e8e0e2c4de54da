"""The schema, and the running of one operation against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from functools import cache
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection, SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
from strawberry.types.execution import ExecutionContext
from strawberry.types.graphql import OperationType

from wandr.errors import WandrError, refusal_of
from wandr.extensions import db
from wandr.graphql.context import Context
from wandr.graphql.limits import LIMITS
from wandr.graphql.mutations import Mutation
from wandr.graphql.query import Query
from wandr.graphql.scalars import SCALARS
from wandr.graphql.types import read_value
from wandr.transaction import reading

Json = dict[str, Any]
INVALID: Final = "graphql_invalid"  # what the language itself refuses
SUGGESTION: Final = re.compile(r" Did you mean [^?]*\?")
OPERATIONS: Final = (OperationType.QUERY, OperationType.MUTATION)


class Readings(SchemaExtension):
    """What a query reads needs no transaction; what a mutation shows is read after its own."""

    def on_execute(self) -> Iterator[None]:
        is_query = self.execution_context.operation_type is OperationType.QUERY
        with reading() if is_query else nullcontext():
            yield
        db.session.rollback()


class QuietSchema(strawberry.Schema):
    """Errors are told by `problem_of` alone."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing: what nobody expected, `refusal_of` logs. Suggest names only where the schema
        is told; the library keeps back those of fields, and not those of all else."""
        if self.config.disable_field_suggestions:
            for error in errors:
                error.message = SUGGESTION.sub("", error.message)


@cache
def schema(*, introspection: bool = True) -> strawberry.Schema:
    """The schema; without introspection it also suggests no names."""
    hidden = () if introspection else (DisableIntrospection,)
    return QuietSchema(
        Query,
        Mutation,
        extensions=[*hidden, *LIMITS, Readings],
        config=StrawberryConfig(
            default_resolver=read_value,
            scalar_map=SCALARS,
            disable_field_suggestions=not introspection,
        ),
    )


def run(
    context: Context, asked: Mapping[str, Any], *, introspection: bool, request_id: str | None
) -> Json:
    """Run `{query, variables, operationName}`; `{data?, errors?, extensions?}`, ready for JSON.

    Raises what fails outside of all resolvers, such as a database that is away: as in REST, that
    is a problem document.
    """
    try:
        result = schema(introspection=introspection).execute_sync(
            asked["query"],
            variable_values=asked.get("variables"),
            operation_name=asked.get("operationName"),
            context_value=context,
            allowed_operation_types=OPERATIONS,
        )
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        refusal = GraphQLError("There is no query and no mutation of that name.")
        return {"errors": [problem_of(refusal, request_id)]}
    for error in result.errors or ():
        failure = _cause(error)
        if failure is not None and not error.path:
            raise failure
    told: Json = {}
    if result.errors:
        told["errors"] = [problem_of(error, request_id) for error in result.errors]
    if not result.errors or any(error.path for error in result.errors):
        told["data"] = result.data  # it ran
    if context.degraded:
        told["extensions"] = {"degraded": sorted(context.degraded)}
    return told


def problem_of(error: GraphQLError, request_id: str | None) -> Json:
    """One error with the `code` that REST would give it, and nothing of what is inside."""
    formatted: Json = {"message": error.message, "extensions": _extensions(error, request_id)}
    cause = _cause(error)
    if cause is not None:
        refusal = refusal_of(cause)
        formatted["message"] = refusal.detail
        formatted["extensions"] |= _told(refusal)
    if error.locations:
        formatted["locations"] = [one.formatted for one in error.locations]
    if error.path:
        formatted["path"] = error.path
    return formatted


def _cause(error: GraphQLError) -> Exception | None:
    """What was raised by us; None for what the language itself refuses."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause if isinstance(cause, Exception) else None


def _extensions(error: GraphQLError, request_id: str | None) -> Json:
    code = (error.extensions or {}).get("code", INVALID)
    return {"code": code, "request_id": request_id}


def _told(refusal: WandrError) -> Json:
    told: Json = {"code": refusal.code, "status": refusal.status, **refusal.extra}
    if refusal.errors:
        told["errors"] = refusal.errors
    if refusal.retry_after is not None:
        told["retry_after"] = refusal.retry_after
    return told
