"""The example of docs/architecture.md works: its modules, as they stand there, are one more content.

In a process of its own, for registering is for good.
"""

from __future__ import annotations

import re
import subprocess
import sys

from tests.foundation.documents import ROOT, text_of

STEP = re.compile(r"\*\*`(wandr/bookmarks/\w+)\.py`\*\*.*?```python\n(.*?)\n *```", re.S)
PROGRAM = """
import sys, types
from textwrap import dedent
from tests.conftest import settings_for
from tests.foundation.test_recipe import modules
from wandr import create_app
from wandr.changes.entity import registry
from wandr.extensions import api

sys.modules["wandr.bookmarks"] = types.ModuleType("wandr.bookmarks")
for name, source in modules().items():
    sys.modules[name] = module = types.ModuleType(name)
    exec(dedent(source), vars(module))
app = create_app(settings_for("postgresql://127.0.0.1:1/x", "redis://127.0.0.1:1"))
sys.modules["wandr.bookmarks.content"].register(registry)
routes = sys.modules["wandr.bookmarks.routes"].bookmarks
api.register_blueprint(routes, url_prefix="/api/v1" + routes.url_prefix)
print(sorted(rule.endpoint for rule in app.url_map.iter_rules() if "bookmarks" in rule.rule))
print(sorted(registry.find("bookmark").loader.load({"title": "Tram 28"}).items(), key=str))
"""


def modules() -> dict[str, str]:
    """The modules of the example, in the order in which they are told."""
    return {
        path.replace("/", "."): source
        for path, source in STEP.findall(text_of("docs/architecture.md"))
    }


def test_the_example_is_one_more_content():
    assert [name.rpartition(".")[2] for name in modules()] == [
        "models",
        "schemas",
        "content",
        "routes",
    ]
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    verbs = ("create", "delete", "list", "list_deleted", "move", "read", "restore", "update")
    names = [f"bookmarks.{verb}_bookmark{'s' * verb.startswith('list')}" for verb in verbs]
    assert ran.stdout.splitlines() == [str(names), "[('title', 'Tram 28'), ('url', None)]"]
