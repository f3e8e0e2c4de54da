"""What one request may ask for: so many tokens, so deep, so many aliases, and so much in all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_operation_ast,
)
from strawberry.extensions import (
    MaxAliasesLimiter,
    MaxTokensLimiter,
    QueryDepthLimiter,
    SchemaExtension,
)
from strawberry.types.execution import ExecutionContext

MOST_TOKENS: Final = 2_000
MOST_ALIASES: Final = 15
DEEPEST: Final = 12
MOST_COST: Final = 5_000
# How many objects a list holds at most is said by one of these arguments.
SIZES: Final = ("first", "limit")
# What counts as so many objects, though no argument says so: they take as long.
HEAVY: Final[Mapping[str, int]] = {
    "Trip.days": 25,
    "Trip.check": 25,
    "Conversation.messages": 50,
}


class CostLimiter(SchemaExtension):
    """Refuses an operation before it runs when it may bring more than `MOST_COST` objects."""

    def on_execute(self) -> Iterator[None]:
        cost = cost_of(self.execution_context)
        if cost > MOST_COST:
            raise GraphQLError(
                f"This asks for up to {cost} objects; {MOST_COST} may be asked for at once.",
                extensions={"code": "too_costly"},
            )
        yield


class NamedOperation(SchemaExtension):
    """Refuses several operations of which none is chosen; the library would run the first."""

    def on_execute(self) -> Iterator[None]:
        document, chosen = self.execution_context.graphql_document, self.named
        operations = document.definitions if document else ()
        count = sum(isinstance(one, OperationDefinitionNode) for one in operations)
        if count > 1 and chosen is None:
            raise GraphQLError("There are several operations: name one by operationName.")
        yield

    @property
    def named(self) -> str | None:
        name: str | None = self.execution_context._provided_operation_name
        return name


LIMITS: Final = (
    NamedOperation,
    lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
    lambda: MaxAliasesLimiter(max_alias_count=MOST_ALIASES),
    lambda: QueryDepthLimiter(max_depth=DEEPEST),
    CostLimiter,
)


def cost_of(context: ExecutionContext) -> int:
    """How many objects an operation may bring: of each list its size, times what it holds."""
    document, schema = context.graphql_document, context.schema._schema
    operation = get_operation_ast(document, context.operation_name) if document else None
    if document is None or operation is None:
        return 0
    root = schema.get_root_type(operation.operation)
    named = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    variables = {**_defaults(operation), **(context.variables or {})}
    costs = _Costs(schema.type_map, {one.name.value: one for one in named}, variables)
    return costs.of(operation.selection_set, root)


class _Costs:
    def __init__(
        self,
        types: Mapping[str, Any],
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self.types, self.fragments, self.variables = types, fragments, variables
        self._known: dict[str, int] = {}

    def of(self, selection: SelectionSetNode | None, parent: Any) -> int:
        total = 0
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                total += self._of_field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                total += self._of_fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                total += self.of(node.selection_set, parent)  # there are no interfaces, no unions
        return total

    def _of_field(self, node: FieldNode, parent: GraphQLObjectType) -> int:
        field = parent.fields.get(node.name.value)
        if field is None:  # `__typename`
            return 0
        size = self._size(node, field, f"{parent.name}.{node.name.value}")
        inside = self.of(node.selection_set, get_named_type(field.type))
        return size * (1 + inside) if size else inside

    def _of_fragment(self, name: str) -> int:
        """Each fragment is looked at once: validation has refused those that hold themselves."""
        if name not in self._known:
            fragment = self.fragments[name]
            on = self.types[fragment.type_condition.name.value]
            self._known[name] = self.of(fragment.selection_set, on)
        return self._known[name]

    def _size(self, node: FieldNode, field: GraphQLField, name: str) -> int:
        given = {one.name.value: one.value for one in node.arguments or ()}
        for size in SIZES:
            if size in field.args:
                told = self._number(given[size]) if size in given else None
                return field.args[size].default_value if told is None else max(0, told)
        return HEAVY.get(name, 0)

    def _number(self, value: Any) -> int | None:
        """What an argument says; None for a variable that says nothing."""
        if isinstance(value, IntValueNode):
            return int(value.value)
        given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return given if isinstance(given, int) else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }
