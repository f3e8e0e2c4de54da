"""`python -m wandr.locations load`: the same commands with nothing set but DATABASE_URL."""

from __future__ import annotations

import os
import secrets

from flask import Flask
from flask.cli import ScriptInfo

from wandr.config import Settings
from wandr.extensions import db
from wandr.locations.cli import locations_cli


def make_loader_app() -> Flask:
    """An application with a database and nothing else."""
    unused = {"SECRET_KEY": secrets.token_hex(32), "REDIS_URL": "redis://unused"}
    app = Flask("wandr")
    Settings.from_environment({**unused, **os.environ}).apply_to(app)
    db.init_app(app)
    return app


if __name__ == "__main__":
    locations_cli.main(prog_name="wandr.locations", obj=ScriptInfo(create_app=make_loader_app))
