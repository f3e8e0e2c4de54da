"""What one request may ask for: so many tokens, so deep, so many aliases, and so much in all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    VariableNode,
    get_named_type,
    get_operation_ast,
    get_variable_values,
)
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, SchemaExtension
from strawberry.types.execution import ExecutionContext

from wandr.auth.limits import limit_further_requests
from wandr.errors import TooManyRequests

MOST_TOKENS: Final = 2_000
MOST_NODES: Final = 300
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


class Shape(NamedTuple):
    """How many levels are below something, and how many aliases are in it."""

    depth: int = 0
    aliases: int = 0


class SizeLimiter(SchemaExtension):
    """Refuses a document of too many fields and spreads before the rules look at it: one of them
    compares each with each of the same name."""

    def on_validate(self) -> Iterator[None]:
        document = self.execution_context.graphql_document
        if document is not None and _node_count(document) > MOST_NODES:
            told = f"It has more than {MOST_NODES} fields and spreads."
            self.execution_context.pre_execution_errors = [GraphQLError(told)]
        yield


def _node_count(document: DocumentNode) -> int:
    todo = [one.selection_set for one in document.definitions if hasattr(one, "selection_set")]
    count = 0
    while todo:
        selections = todo.pop().selections
        count += len(selections)
        todo += [inside for one in selections if (inside := getattr(one, "selection_set", None))]
    return count


class ShapeRule(ValidationRule):
    """Refuses what is too deep, or has too many aliases.

    Each fragment is looked at once. The limiters of the library follow every spread: to a hundred
    fragments that each spread the next one twice they never come back.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments = _fragments(context.document)
        self._known: dict[str, Shape] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Look at one operation."""
        shape = self._of(node.selection_set)
        if shape.depth > DEEPEST:
            self.report_error(GraphQLError(f"It is deeper than {DEEPEST} levels.", [node]))
        if shape.aliases > MOST_ALIASES:
            self.report_error(GraphQLError(f"It has more than {MOST_ALIASES} aliases.", [node]))

    def _of(self, selection: SelectionSetNode) -> Shape:
        shapes = [self._of_node(node) for node in selection.selections]
        return Shape(max(one.depth for one in shapes), sum(one.aliases for one in shapes))

    def _of_node(self, node: SelectionNode) -> Shape:
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            return self._of(node.selection_set)
        if not isinstance(node, FieldNode) or node.name.value.startswith("__"):
            return Shape()  # introspection is deep by nature
        aliases = int(node.alias is not None)
        if node.selection_set is None:
            return Shape(0, aliases)
        inside = self._of(node.selection_set)
        return Shape(inside.depth + 1, inside.aliases + aliases)

    def _of_fragment(self, name: str) -> Shape:
        """Nothing for one that is not there or holds itself: other rules refuse these."""
        if name not in self._known:
            self._known[name] = Shape()
            fragment = self._fragments.get(name)
            self._known[name] = self._of(fragment.selection_set) if fragment else Shape()
        return self._known[name]


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


class RequestCounter(SchemaExtension):
    """Counts each field at the top as a request: by REST each would be one."""

    def on_execute(self) -> Iterator[None]:
        try:
            limit_further_requests(_fields_at_the_top(self.execution_context) - 1)
        except TooManyRequests as refusal:
            raise GraphQLError(refusal.detail, extensions={"code": refusal.code}) from None
        yield


LIMITS: Final = (
    NamedOperation,
    lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
    SizeLimiter,
    lambda: AddValidationRules([ShapeRule]),
    CostLimiter,
    RequestCounter,
)


def _fields_at_the_top(context: ExecutionContext) -> int:
    """How many the answer will have: those of one name are one, each fragment is looked at once."""
    found = _operation(context)
    if found is None:
        return 0
    document, operation = found
    fragments, names = _fragments(document), set()
    todo = list(operation.selection_set.selections)
    while todo:
        node = todo.pop()
        if isinstance(node, FieldNode):
            names.add((node.alias or node.name).value)
        elif isinstance(node, InlineFragmentNode):
            todo += node.selection_set.selections
        elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments:
            todo += fragments.pop(node.name.value).selection_set.selections
    return len(names)


def _operation(context: ExecutionContext) -> tuple[DocumentNode, OperationDefinitionNode] | None:
    document = context.graphql_document
    operation = get_operation_ast(document, context.operation_name) if document else None
    return (document, operation) if document and operation else None


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    named = (one for one in document.definitions if isinstance(one, FragmentDefinitionNode))
    return {one.name.value: one for one in named}


def cost_of(context: ExecutionContext) -> int:
    """How many objects an operation may bring: of each list its size, times what it holds."""
    found = _operation(context)
    if found is None:
        return 0
    document, operation = found
    schema = context.schema._schema
    root = schema.get_root_type(operation.operation)
    variables = _variables(context, operation)
    if variables is None:
        return 0  # it will not run
    costs = _Costs(schema.type_map, _fragments(document), variables)
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


def _variables(
    context: ExecutionContext, operation: OperationDefinitionNode
) -> Mapping[str, Any] | None:
    """The values that resolvers will get: `100.0` is 100 to them. None when some are refused."""
    declared = operation.variable_definitions or ()
    found = get_variable_values(context.schema._schema, declared, context.variables or {})
    return None if isinstance(found, list) else found.coerced
