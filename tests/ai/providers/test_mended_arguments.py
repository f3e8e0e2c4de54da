"""Arguments as models write them: what is plain is mended, what would be a guess is not."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wandr.ai.providers import errors
from wandr.ai.providers.reading import PartialCalls, mended_object

ASKED = {"text": "Kyoto, {the} [old], town,}", "limit": 3}
WRITTEN = json.dumps(ASKED)


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"```json\n{WRITTEN}\n```",
        f"Here you are: {WRITTEN} Is that right?",
        json.dumps(WRITTEN),
        WRITTEN[:-1] + ",}",
        WRITTEN[:-1] + " ,\n }",
        f"  {WRITTEN}\n\n",
    ],
)
def test_what_is_plain_is_mended(text: str) -> None:
    assert mended_object(text) == ASKED


def test_a_comma_too_many_in_a_list_goes_and_one_in_a_text_stays() -> None:
    assert mended_object('{"a": [1, 2,], "b": ",]",}') == {"a": [1, 2], "b": ",]"}


@pytest.mark.parametrize(
    "text",
    ['{"text": ', "text: Kyoto", "[1]", "7", "null", "{'text': 'Kyoto'}", '{"a": 1} {"b": 2}',
     '"' + "{" * 5, "{" * 100_000],
)  # fmt: skip
def test_what_would_be_a_guess_is_not(text: str) -> None:
    with pytest.raises(errors.Nonsense):
        mended_object(text)


def test_a_call_says_what_is_wrong_and_the_others_stand() -> None:
    calls = PartialCalls()
    calls.add(0, "a", "find", '{"text": ')
    calls.add(1, "b", "find", WRITTEN)
    broken, whole = calls.whole()
    assert (dict(broken.arguments), broken.fault) == ({}, "The model does not write JSON.")
    assert (whole.arguments, whole.fault) == (ASKED, "")


anything: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.dictionaries(st.text(max_size=5), anything, max_size=4))
def test_what_is_json_is_never_changed(value: dict[str, Any]) -> None:
    assert mended_object(json.dumps(value)) == value
    assert mended_object(f"```\n{json.dumps(value)}\n```") == value


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text())
def test_no_text_is_worse_than_nonsense(text: str) -> None:
    with suppress(errors.Nonsense):
        assert isinstance(mended_object(text), dict)
