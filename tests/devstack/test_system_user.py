"""Processes that start together as root make one user for their servers, not one each."""

from __future__ import annotations

import pwd
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from wandr.devstack import programs


def test_of_those_who_start_together_one_makes_the_user(monkeypatch):
    made: list[str] = []
    root = pwd.getpwuid(0)

    def look_up(name: str) -> pwd.struct_passwd:
        if not made:
            raise KeyError(name)
        return root

    def make(command: list[str], **more: object) -> None:
        time.sleep(0.05)  # long enough for the other to look
        made.append(command[-1])

    monkeypatch.setattr(pwd, "getpwnam", look_up)
    monkeypatch.setattr(subprocess, "run", make)
    with ThreadPoolExecutor(2) as pool:
        accounts = [pool.submit(programs._system_account) for _ in range(2)]
    assert [one.result() for one in accounts] == [root, root]
    assert made == [programs.SYSTEM_USER]
