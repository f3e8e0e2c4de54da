"""The rules of the house, read off the syntax trees of `wandr/`. Each finding is one line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 50
MOST_POSITIONAL = 4

# Who may import whom: lower ranks only. Rows of one rank are in order: each may import those above.
RANKS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.0, ("wandr.config", "wandr.base", "wandr.zones")),
    (0.1, ("wandr.errors",)),
    (0.2, ("wandr.extensions",)),
    (1.0, ("wandr.transaction", "wandr.permissions", "wandr.observability", "wandr.gate")),
    (1.1, ("wandr.http",)),
    (1.2, ("wandr.security", "wandr.outbox", "wandr.pokes", "wandr.rates")),
    (1.3, ("wandr.jobs.queue",)),
    (1.4, ("wandr.deliveries",)),
    (1.5, ("wandr.mail",)),
    (2.0, ("wandr.users",)),
    (3.0, ("wandr.auth",)),
    (4.0, ("wandr.trips.models", "wandr.trips.dates", "wandr.locations")),
    (4.1, ("wandr.trips.access",)),
    (5.0, ("wandr.changes",)),
    (6.0, ("wandr.trips", "wandr.itinerary")),
    (7.0, ("wandr.ai",)),
    (7.1, ("wandr.days", "wandr.notifications", "wandr.webhooks")),
    (7.2, ("wandr.exports",)),
    (7.9, ("wandr.realtime",)),
    (8.0, ("wandr.graphql", "wandr.jobs", "wandr.cli", "wandr.health")),
    (8.1, ("wandr.docs",)),
    (8.5, ("wandr.housekeeping",)),
    (9.0, ("wandr",)),
    (9.5, ("wandr.jobs.worker",)),  # an entry like wsgi.py: it makes the application that it runs
)  # fmt: skip
# The account of a user is entered through auth, and shown by routes of its own.
DOOR_OF_A_LOWER_RANK = {"wandr.users.routes": 3.5, "wandr.auth.routes": 3.5}
# `make run` and `make test` run without the application.
APART = ("wandr.devstack", "wandr.launcher")

SERVICE_MAY_NOT = ("flask", "flask_jwt_extended", "jwt", "flask_smorest", "flask_socketio")
MODELS_MAY = ("wandr.base", "wandr.extensions")
DOORS = ("routes", "handlers", "tasks", "cli", "door", "relay", "sweeper", "housekeeping")
DOORS += ("asking", "asked")  # services are asked between two of them
DOORS += ("noticer",)
DOORS += ("running", "sending")  # what is sent outside takes its time between two of them
DOORS += ("mutations",)  # each is a transaction of its own
DOORS += ("attempts", "desk")  # the transactions of a job that tells how it gets on


def tree_of_wandr() -> dict[str, str]:
    """The source of every module of `wandr`, by dotted name."""
    files = sorted((ROOT / "wandr").rglob("*.py"))
    return {_module(file): file.read_text(encoding="utf-8") for file in files}


def findings(sources: Mapping[str, str]) -> list[str]:
    """What is against the rules in these modules."""
    return [line for name, text in sources.items() for line in _of_module(name, text)]


def _of_module(name: str, text: str) -> Iterator[str]:
    tree = ast.parse(text)
    lines = text.count("\n")
    if lines > MOST_LINES_IN_A_FILE:
        yield f"{name}: {lines} lines"
    yield from _sizes(name, tree)
    yield from _hidden_imports(name, tree)
    yield from _broad_excepts(name, tree, text)
    yield from _calls(name, tree)
    imported = sorted(_imports(tree))
    if not name.startswith(APART):
        yield from _ranks(name, imported)
    yield from _inside(name, imported)


def _sizes(name: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        length = (node.end_lineno or 0) - node.lineno + 1
        if length > MOST_LINES_IN_A_FUNCTION:
            yield f"{name}.{node.name}: {length} lines"
        positional = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        count = len([arg for arg in positional if arg not in ("self", "cls")])
        if count > MOST_POSITIONAL and not _overrides(node):
            yield f"{name}.{node.name}: {count} positional arguments"


def _overrides(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Signatures that a library prescribes are not ours to shorten."""
    return node.name.startswith("_") and node.name in {"_deserialize", "_serialize"}


def _hidden_imports(name: str, tree: ast.Module) -> Iterator[str]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name != "create_app":
            for node in ast.walk(function):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    yield f"{name}.{function.name}: hides an import"


def _broad_excepts(name: str, tree: ast.Module, text: str) -> Iterator[str]:
    lines = text.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = getattr(node.type, "id", None)
            broad = node.type is None or caught in ("Exception", "BaseException")
            reraises = any(isinstance(one, ast.Raise) for one in ast.walk(node))
            if broad and not reraises and "noqa: BLE001" not in lines[node.lineno - 1]:
                yield f"{name}:{node.lineno}: catches everything"


def _calls(name: str, tree: ast.Module) -> Iterator[str]:
    """`abort` appears nowhere, `atomic()` only at doors, a commit only in `atomic`."""
    door = name.rpartition(".")[2] in DOORS or name.endswith(("_routes", "_mutations", "_cli"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called == "abort":
            yield f"{name}:{node.lineno}: calls abort"
        if (
            called == "atomic"
            and not door
            and not name.startswith(("wandr.jobs", "wandr.realtime"))
        ):
            yield f"{name}:{node.lineno}: opens a transaction and is no door"
        if called == "commit" and name != "wandr.transaction":
            receiver = ast.unparse(node.func)
            if receiver == "db.session.commit":
                yield f"{name}:{node.lineno}: commits"


def _ranks(name: str, imported: list[str]) -> Iterator[str]:
    own = rank_of(name)
    for other in imported:
        if (
            not other.startswith("wandr")
            or other.startswith(APART)
            or _package(other) == _package(name)
        ):
            continue
        if rank_of(other) >= own:
            yield f"{name}: imports {other}, which is not below it"
    for other in imported:
        if (
            other.startswith("wandr")
            and other.rpartition(".")[2].endswith("routes")
            and name != "wandr"
        ):
            yield f"{name}: imports routes"


def _inside(name: str, imported: list[str]) -> Iterator[str]:
    kind = name.rpartition(".")[2]
    for other in imported:
        if kind == "models" and other.startswith("wandr") and other not in MODELS_MAY:
            yield f"{name}: models import {other}"
        if kind == "service" and (
            other.split(".")[0] in SERVICE_MAY_NOT or other.endswith(".schemas")
        ):
            yield f"{name}: a service imports {other}"
        if kind == "schemas" and other in ("wandr.extensions", "wandr.transaction", "flask"):
            yield f"{name}: schemas import {other}"


def rank_of(module: str) -> float:
    """The rank of a module: that of the longest name in the table that it falls under."""
    if module in DOOR_OF_A_LOWER_RANK:
        return DOOR_OF_A_LOWER_RANK[module]
    best, rank = "", 9.0
    for value, names in RANKS:
        for one in names:
            if (module == one or module.startswith(one + ".")) and len(one) > len(best):
                best, rank = one, value
    return rank


def _package(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _imports(tree: ast.Module) -> set[str]:
    """Every module that is imported, but for type checking only."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {_target(node.module, alias.name) for alias in node.names}
    return found


def _target(module: str, name: str) -> str:
    """`from wandr import x` names a module, `from wandr.x import y` mostly something in one."""
    path = ROOT.joinpath(*module.split("."), name)
    is_module = path.is_dir() or path.with_suffix(".py").exists()
    return f"{module}.{name}" if is_module else module


def _module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
