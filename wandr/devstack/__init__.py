"""A real Postgres and a real Valkey out of pip wheels, for `make run` and the tests.

No Docker, no system packages, no root. Both listen on 127.0.0.1 only and keep all they have in one
folder. A server is recognised by its working directory inside that folder: what a killed program
left running is found and ended by the next start, and nothing else ever is.
"""

from wandr.devstack.folders import DevstackError, hold_folder, open_for_system_user
from wandr.devstack.servers import EmbeddedServers

__all__ = ["DevstackError", "EmbeddedServers", "hold_folder", "open_for_system_user"]
