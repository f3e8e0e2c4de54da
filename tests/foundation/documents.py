"""What the documents claim, checked against the code. Each finding is one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from honcho.environ import parse_procfile

from wandr.config import Settings

ROOT = Path(__file__).parents[2]
NOT_OURS = {".venv", ".data", "node_modules", ".git"}
TEXTS = {".md", ".py", ".toml", ".txt", ".json", ".yml", ".sh", ".mjs", ".example", ".mako", ".ini"}
NAMELESS = {"Makefile", "Procfile", ".gitignore", "run"}
# Written apart, so that this file does not name what it looks for.
FORBIDDEN = re.compile(
    "/(?:" + "|".join(["ho" + "me", "Us" + "ers", "ro" + "ot", "wo" + "rk"]) + r")/\w+"
)

ENTRY = re.compile(r"^(#?) ?([A-Z][A-Z0-9_]+)=(.*)$", re.M)
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| ([^|]*) \|", re.M)
READ = re.compile(r"""environ\.get\(['"](\w+)['"], ['"]([^'"]*)['"]\)""")
TARGET = re.compile(r"^([a-z]+):", re.M)
CALLED_TARGET = re.compile(r"\bmake ([a-z]+)\b")
COMMAND = re.compile(r"`flask ([a-z-]+(?: [a-z-]+)?)[^`]*`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
OPERATION = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?]*)[^`]*`")
ADDRESS = re.compile(r"\$API(/[\w/.$-]+)")
MISSING = "## Not there yet"


def text_of(name: str) -> str:
    """A file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def documents() -> dict[str, str]:
    """Every Markdown file, by its path."""
    return {name: text for name, text in all_texts().items() if name.endswith(".md")}


def all_texts() -> dict[str, str]:
    """Every text of the repository that is not generated, by its path."""
    paths = [path for path in sorted(ROOT.rglob("*")) if not NOT_OURS & set(path.parts)]
    chosen = [p for p in paths if p.is_file() and (p.suffix in TEXTS or p.name in NAMELESS)]
    return {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in chosen}


def settings() -> dict[str, str]:
    """Every name that the processes read, with its default; empty when it has none."""
    of_wandr = {one.metadata["name"]: one.metadata["default"] or "" for one in fields(Settings)}
    return of_wandr | dict(READ.findall(text_of("gunicorn.conf.py")))


def in_example(text: str, known: Mapping[str, str]) -> Iterator[str]:
    """`.env.example` names each setting once, with its default and a comment, and sets none."""
    found = [(hidden, name, value) for hidden, name, value in ENTRY.findall(text)]
    names = [name for _, name, _ in found]
    yield from (f"{name} is not there" for name in known.keys() - set(names))
    for hidden, name, value in found:
        if name not in known:
            yield f"{name} is read by nobody"
        elif value != known[name]:
            yield f"{name} defaults to {known[name]!r}, not {value!r}"
        if names.count(name) > 1:
            yield f"{name} is there twice"
        if not hidden:
            yield f"{name} would be set by a copy"
        if not re.search(rf"^# \S.*\n#?{name}=", text, re.M):
            yield f"{name} has no comment"


def in_table(text: str, known: Mapping[str, str]) -> Iterator[str]:
    """The table of README names each setting, with its default."""
    rows = {name: told.strip() for name, told in ROW.findall(text)}
    yield from (f"{name} is not there" for name in known.keys() - rows.keys())
    for name, told in rows.items():
        if name not in known:
            yield f"{name} is read by nobody"
        elif (told.strip("`") if told.startswith("`") else "") != known[name]:
            yield f"{name} defaults to {known[name]!r}, not {told}"


def of_make(text: str, makefile: str) -> Iterator[str]:
    """A document names targets that the Makefile has, and README all of them."""
    has, named = set(TARGET.findall(makefile)), set(CALLED_TARGET.findall(text))
    yield from (f"make {name} does not exist" for name in sorted(named - has))
    yield from (f"make {name} is not told" for name in sorted(has - named))


def of_flask(text: str, commands: Iterable[str]) -> Iterator[str]:
    """Every `flask` command that is named exists. `commands` are whole, such as `db upgrade`."""
    known = set(commands)
    for named in COMMAND.findall(text):
        if named not in known and named.split()[0] not in known:
            yield f"flask {named} does not exist"


def of_links(name: str, text: str, root: Path = ROOT) -> Iterator[str]:
    """Every relative link leads to a file of the repository."""
    for link in LINK.findall(text):
        path = link.partition("#")[0]
        if "://" not in link and path and not ((root / name).parent / path).exists():
            yield f"{name}: {link} leads nowhere"


def of_processes(text: str, procfile: str) -> Iterator[str]:
    """Every process type of the Procfile is told."""
    for name in parse_procfile(procfile).processes:
        if f"`{name}`" not in text:
            yield f"the process type {name} is not told"


def of_homes(name: str, text: str) -> Iterator[str]:
    """No text names a folder of the machine on which it was written."""
    yield from (f"{name}: {found}" for found in FORBIDDEN.findall(text))


def of_operations(name: str, text: str, served: set[tuple[str, str]]) -> Iterator[str]:
    """What a document says to call is served; what stands under "Not there yet" is not."""
    there, _, later = text.partition(MISSING)
    for method, path in OPERATION.findall(there):
        if (method, _shape(path)) not in served:
            yield f"{name}: {method} {path} is not served"
    paths = {path for _, path in served}
    for path in ADDRESS.findall(there):
        if _shape(f"/api/v1{path}") not in paths:
            yield f"{name}: {path} of the tour is not served"
    for method, path in OPERATION.findall(later):
        if (method, _shape(path)) in served or (method, _shape(f"/api/v1{path}")) in served:
            yield f"{name}: {method} {path} is there by now"


def _shape(path: str) -> str:
    """A path with its parameters alike, whether written `{x}`, `<uuid:x>` or `$X`."""
    return re.sub(r"\{[^}]*\}|<[^>]*>|\$[A-Z]+", "*", path.rstrip("/") or "/")


def served_by(rules: Iterable[tuple[Iterable[str], str]]) -> set[tuple[str, str]]:
    """Methods and path shapes of an application's rules."""
    return {(method, _shape(rule)) for methods, rule in rules for method in methods}
