"""`flask graphql-schema`: the schema as text, for clients that generate code of it."""

from __future__ import annotations

import click

from wandr.graphql.schema import schema


@click.command("graphql-schema")
def print_schema() -> None:
    """Print the GraphQL schema; the same as docs/schema.graphql."""
    click.echo(schema().as_str())
