"""The number mends are sorted by, with what is not known left out and named."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.errors import NetworkError
from chainmend.remedy.priority import priority

ALL = {"persistence": 0.5, "feasibility": 0.8, "cost": 4e6, "months": 10.0}


def test_all_parts_known() -> None:
    found = priority(1e8, **ALL)
    assert (found.score, found.without) == (pytest.approx(1e8 * 0.5 * 0.8 / 4e6 / 10), ())


@pytest.mark.parametrize("left_out", sorted(ALL))
def test_a_part_that_is_not_known_is_left_out_and_named(left_out: str) -> None:
    rest = {name: value for name, value in ALL.items() if name != left_out}
    found = priority(1e8, **rest)
    assert found.without == (left_out,)
    factor = ALL[left_out] if left_out in ("persistence", "feasibility") else 1 / ALL[left_out]
    assert priority(1e8, **ALL).score == pytest.approx((found.score or 0.0) * factor)


def test_nothing_avoided_is_zero_and_not_known_is_none() -> None:
    assert priority(0.0).score == 0.0
    assert priority(None, **ALL).score is None
    assert priority(None).without == ("avoided", "persistence", "feasibility", "cost", "months")


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_it_keeps_the_order_of_what_is_avoided(a: float, b: float) -> None:
    low, high = (priority(x, **ALL).score for x in sorted((a, b)))
    assert low is not None
    assert high is not None
    assert low <= high


@pytest.mark.parametrize(
    ("name", "value"),
    [("persistence", 1.1), ("feasibility", -0.1), ("cost", 0.0), ("months", -1.0), ("cost", math.inf)],
)
def test_numbers_out_of_their_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(NetworkError, match=name):
        priority(1.0, **{name: value})


@pytest.mark.parametrize("avoided", [-1.0, math.nan])
def test_what_is_avoided_is_a_number_of_at_least_zero(avoided: float) -> None:
    with pytest.raises(NetworkError, match="avoided"):
        priority(avoided)
