import subprocess
import sys
from threading import Event, Thread

import pytest

from wandr.auth import passwords
from wandr.errors import Busy

UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import time
import gevent
from flask import Flask
from wandr.auth.passwords import hash_password, password_matches
from wandr.config import Settings

app = Flask("under gevent")
Settings.from_environment({
    "WANDR_ENV": "production", "SECRET_KEY": "k" * 40,
    "DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x",
}).apply_to(app)
longest = beats = 0

def hear_the_heart():
    global longest, beats
    last = time.perf_counter()
    while True:
        gevent.sleep(0.001)
        beats, now = beats + 1, time.perf_counter()
        longest, last = max(longest, now - last), now

def one():
    with app.app_context():
        stored = hash_password("correct horse battery")
        assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), stored
        assert password_matches(stored, "correct horse battery")
        assert not password_matches(stored, "wrong horse battery")
        assert not password_matches(None, "correct horse battery")

heart = gevent.spawn(hear_the_heart)
jobs = [gevent.spawn(one) for _ in range(4)]
gevent.joinall(jobs, raise_error=True)
print(f"{beats} {longest:.3f}")
"""


def test_hashing_leaves_the_event_loop_free():
    done = subprocess.run(
        [sys.executable, "-c", UNDER_GEVENT], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    beats, longest = done.stdout.split()
    assert int(beats) > 20  # hashing on the loop would let it beat a time or two
    assert float(longest) < 0.5


def test_production_hashes_with_the_recommended_costs(app):
    with app.app_context():
        assert passwords.hash_password("x" * 10).startswith("$argon2id$v=19$m=64,t=1,p=1$")
    strong = passwords._hasher_of(2, 19_456)
    assert (strong.time_cost, strong.memory_cost, strong.parallelism) == (2, 19_456, 1)
    assert passwords._decoy(strong).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_what_is_no_hash_matches_nothing(app):
    with app.app_context():
        for stored in (None, "", "plain", "$argon2id$", "$argon2id$v=19$m=1,t=1,p=1$x$y"):
            assert passwords.password_matches(stored, "plain") is False


def test_only_so_many_hashes_are_computed_at_once(app, monkeypatch):
    go, begun = Event(), []

    def slow():
        begun.append(1)
        go.wait(10)

    threads = [
        Thread(target=passwords._off_the_loop, args=(slow,)) for _ in range(passwords.AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    while len(begun) < passwords.AT_ONCE:
        pass
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    try:
        with pytest.raises(Busy):
            passwords._off_the_loop(slow)
    finally:
        go.set()
        for thread in threads:
            thread.join()
