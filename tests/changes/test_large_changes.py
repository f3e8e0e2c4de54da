"""The log in answers of bounded weight: many bytes take more answers, never more memory."""

from __future__ import annotations

import pytest

from wandr.changes import feed


@pytest.fixture
def large(path, organizer):
    """Six changes of some 60 KB each; the seq before them."""
    seq = organizer.get(path)["seq"]
    for number in range(6):
        organizer.patch(path, json={"trip_data": {"n": str(number) * 60_000}})
    return seq


def test_an_answer_holds_what_it_can_and_says_that_there_is_more(path, large, organizer):
    told = organizer.get(f"{path}/changes?since={large}")
    assert [one["seq"] for one in told["changes"]] == [large + n for n in range(1, 6)]
    assert told["more"] and told["head"] == large + 6


def test_page_by_page_nothing_is_missed(path, large, organizer, monkeypatch):
    monkeypatch.setattr(feed, "MOST_BYTES", 100_000)
    seqs, since, more = [], large, True
    while more:
        told = organizer.get(f"{path}/changes?since={since}")
        assert len(told["changes"]) <= 2
        seqs += [one["seq"] for one in told["changes"]]
        since, more = seqs[-1], told["more"]
    assert seqs == [large + n for n in range(1, 7)]


def test_one_change_always_comes(path, large, organizer, monkeypatch):
    monkeypatch.setattr(feed, "MOST_BYTES", 1)
    told = organizer.get(f"{path}/changes?since={large}")
    assert ([one["seq"] for one in told["changes"]], told["more"]) == ([large + 1], True)
