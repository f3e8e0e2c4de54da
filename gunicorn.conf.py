"""How the web process serves. The worker class stands in the Procfile: Heroku's GUNICORN_CMD_ARGS
overrides this file, and may not change that."""

import gc
import os
from typing import Any

bind = f"{os.environ.get('WANDR_BIND', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
graceful_timeout = 20  # platforms kill after 30 s
keepalive = 100  # outlives a router's 90 s: whoever sends requests must hang up first
accesslog = None  # the application logs its requests itself, with their ids


# The hooks import inside: this file is read by the master, which must load neither gevent's
# patches nor the application.
def post_worker_init(worker: Any) -> None:
    from psycogreen.gevent import patch_psycopg

    from wandr import housekeeping

    patch_psycopg()  # gevent has patched the rest; no connection is open yet
    gc.collect()
    gc.freeze()  # what is loaded by now stays for good: nothing to collect there, again and again
    housekeeping.start(worker.app.callable, is_leaving=lambda: not worker.alive)


def worker_exit(server: Any, worker: Any) -> None:
    from wandr import housekeeping

    housekeeping.stop()
