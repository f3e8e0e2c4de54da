"""Everything that a type holds, as a selection: what nobody forgets to ask for."""

from __future__ import annotations

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_required_argument,
)

from wandr.graphql.schema import schema


def all_of(type_name: str, *, but: frozenset[str] = frozenset()) -> str:
    """A selection of every field of a type that needs no argument, and of all inside them."""
    made = schema()._schema.type_map[type_name]
    assert isinstance(made, GraphQLObjectType)
    parts = [
        f"{name} {_inside(field)}"
        for name, field in made.fields.items()
        if name not in but and not _asks(field)
    ]
    return "{ " + " ".join(parts) + " }"


def plain_fields() -> dict[str, list[str]]:
    """By type, the fields that every object of it simply has."""
    return {
        name: [key for key, field in made.fields.items() if not field.args]
        for name, made in schema()._schema.type_map.items()
        if isinstance(made, GraphQLObjectType) and not name.startswith("__")
    }


def _inside(field: GraphQLField) -> str:
    inner = get_named_type(field.type)
    return all_of(inner.name) if isinstance(inner, GraphQLObjectType) else ""


def _asks(field: GraphQLField) -> bool:
    """Whether it is loaded by arguments of its own, and no plain part of the object."""
    return bool(field.args) or any(is_required_argument(one) for one in field.args.values())
