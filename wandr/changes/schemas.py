"""The shapes of the change log at the doors: ops, batches, outcomes, snapshots."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from wandr.changes.entity import registry
from wandr.http.fields import Base64, Choice, Identifier, Instant, ListOf, Text, Whole
from wandr.http.schema import WandrSchema

OPS = ("create", "update", "text", "move", "delete", "restore")
MAX_OPS = 200
MAX_UPDATE = 64 * 1024  # bytes of one Yjs update
SOURCES = ("socket", "rest", "graphql", "ai", "import", "undo", "system")


class OpSchema(WandrSchema):
    """One op: `fields` are those of its entity, `after` is a neighbour's id or null for the top.

    A `text` op merges a Yjs `update` into the text `field`. Entities add the options that their ops
    take.
    """

    op = Choice(*OPS, required=True)
    entity = Text(40, required=True)
    id = Identifier(required=True)
    fields = fields.Dict(keys=fields.String())  # type: ignore[assignment]
    after = Identifier(allow_none=True)
    field = Text(100)
    update = Base64(MAX_UPDATE)
    on_conflict = Choice("overwrite", "reject")


@cache
def op_schema() -> Schema:
    """`OpSchema` with the options of all entities: asked for once they are registered."""
    named: type[Schema] = type("OpSchema", (OpSchema, *registry.option_schemas()), {})
    return named()


class RawOps(fields.List):
    """Ops as they came: each is read on its own, so that one bad op is one refusal."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        strange = [index for index, one in enumerate(value) if not isinstance(one, dict)]
        if strange:
            raise ValidationError({index: ["Must be an object."] for index in strange})
        return value


class MutationSchema(WandrSchema):
    """A batch of ops, applied at most once under its `mutation_id`."""

    example = {
        "mutation_id": "0198c0de-0000-7000-8000-0000000000aa",
        "mode": "live",
        "base_seq": 12,
        "ops": [
            {
                "op": "create",
                "entity": "activity",
                "id": "0198c0de-0000-7000-8000-0000000000ab",
                "fields": {"title": "Fushimi Inari at dawn", "day": "2027-04-02"},
            },
            {
                "op": "move",
                "entity": "activity",
                "id": "0198c0de-0000-7000-8000-0000000000ab",
                "after": None,
            },
        ],
    }

    mutation_id = Identifier(required=True)
    mode = Choice("live", "offline", load_default="live")
    base_seq = Whole(0, allow_none=True, load_default=None)
    ops = RawOps(fields.Nested(op_schema), required=True, validate=validate.Length(1, MAX_OPS))


class OverwroteView(WandrSchema):
    """A value of somebody else that an op has overwritten."""

    field = Text(100, required=True)
    by = Identifier(required=True, allow_none=True)
    seq = Whole(required=True)
    value = fields.Raw(required=True, allow_none=True)


class ErrorView(WandrSchema):
    """Why an op was not applied."""

    code = Text(100, required=True)
    message = Text(1000, required=True)
    errors = fields.Dict()


class ResultView(WandrSchema):
    """What became of one op."""

    status = Choice("applied", "noop", "skipped", "rejected", "conflict", required=True)
    seq = Whole(allow_none=True, required=True)
    id = Identifier(required=True)
    overwrote = fields.List(fields.Nested(OverwroteView))
    current = fields.Dict(metadata={"description": "The entity as it is now."})
    kept = fields.List(
        fields.Nested(OverwroteView),
        metadata={"description": "What an undo left alone, since somebody changed it later."},
    )
    error = fields.Nested(ErrorView)


class OutcomeView(WandrSchema):
    """What became of a batch; `head` is the trip's seq afterwards."""

    head = Whole(required=True)
    results = fields.List(fields.Nested(ResultView), required=True)


class UndoSchema(WandrSchema):
    """An undo, done at most once under its `mutation_id`."""

    optional_body = True
    example = {"mutation_id": "0198c0de-0000-7000-8000-0000000000ac"}

    mutation_id = Identifier(load_default=None, allow_none=True)


class UndoView(OutcomeView):
    """What became of an undo: one result for each op that it took back, or had to leave."""

    partial = fields.Boolean(  # type: ignore[assignment]
        required=True, metadata={"description": "Whether something of it was left."}
    )


class HistoryQuery(WandrSchema):
    """Which part of the history; `entity_id` is that of a row, a member's or the trip's."""

    entity_id = Identifier()
    limit = Whole(1, 50, load_default=20, metadata={"query": True})
    cursor = Text(20, validate=[validate.Regexp(r"[1-9][0-9]{0,17}\Z")])


class DeedView(WandrSchema):
    """What was done to one row; `label` is the name that it has now."""

    entity = Text(40, required=True)
    id = Identifier(required=True)
    label = Text(200, required=True, allow_none=True)
    did = fields.List(Choice(*OPS), required=True)
    fields = fields.List(fields.String(), required=True)  # type: ignore[assignment]


class HistoryGroupView(WandrSchema):
    """Changes that one person made soon after each other; `text` tells of them in English.

    An undo stands alone: `undoes` is the seq that it took back, and to undo it is to redo.
    """

    first_seq = Whole(required=True)
    last_seq = Whole(required=True)
    first_at = Instant(required=True)
    last_at = Instant(required=True)
    by = Identifier(required=True)
    display_name = Text(80, required=True, allow_none=True)
    source = Choice(*SOURCES, required=True)
    undoes = Whole(required=True, allow_none=True)
    what = fields.List(fields.Nested(DeedView), required=True)
    text = Text(4000, required=True)  # five verbs, each with three titles of 200


class TextView(WandrSchema):
    """The Yjs document behind a text; `text` ops of changes after `seq` go on from it."""

    carries_etag = True

    state = fields.String(
        required=True, metadata={"contentEncoding": "base64", "description": "A Yjs update."}
    )
    seq = Whole(required=True)


class ChangeView(WandrSchema):
    """Ops applied together, as recorded."""

    seq = Whole(required=True)
    by = Identifier(required=True, allow_none=True)
    source = Choice(*SOURCES, required=True)
    client_id = Identifier(required=True, allow_none=True)
    mutation_id = Identifier(required=True, allow_none=True)
    at = Instant(required=True)
    ops = fields.List(fields.Dict(), required=True)


class ChangesView(WandrSchema):
    """A stretch of the log; `more` says that it goes on before `head`."""

    carries_etag = True

    changes = fields.List(fields.Nested(ChangeView), required=True)
    head = Whole(required=True)
    more = fields.Boolean(required=True)


class ChangesQuery(WandrSchema):
    """Which stretch of the log."""

    since = Whole(0, load_default=0, metadata={"query": True})
    limit = Whole(1, 500, load_default=100, metadata={"query": True})


class SnapshotView(WandrSchema):
    """The whole trip at one instant, as the caller may see it."""

    carries_etag = True

    seq = Whole(required=True)
    role = Text(20, required=True)
    permissions = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    trip: Any = fields.Dict(required=True)
    members = ListOf(fields.Dict(), 100_000, required=True)
    entities = fields.Dict(keys=fields.String(), values=fields.List(fields.Dict()), required=True)
