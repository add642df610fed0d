"""Ranks agree with another program, and intervals of rank with trying every value of the intervals."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from chainmend.errors import IndicatorError
from chainmend.indicators.ranking import competition_ranks, standing

NUMBERS = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=8)


@given(NUMBERS)
def test_ranks_are_those_of_scipy(values: list[float]) -> None:
    found = competition_ranks(values)
    assert found.rank.tolist() == rankdata([-v for v in values], method="min").tolist()
    assert found.best.tolist() == found.worst.tolist() == found.rank.tolist()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5))
def test_best_and_worst_rank_are_those_of_all_corners_of_the_intervals(
    spans: list[tuple[int, int, int]],
) -> None:
    low = [float(v - a) for v, a, _b in spans]
    high = [float(v + b) for v, _a, b in spans]
    found = competition_ranks([float(v) for v, _a, _b in spans], low, high)
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))))
    ranks = 1 + (corners[:, None, :] > corners[:, :, None]).sum(axis=2)
    assert found.best.tolist() == ranks.min(axis=0).tolist()
    assert found.worst.tolist() == ranks.max(axis=0).tolist()


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([], None, None),
        ([1, math.nan], None, None),
        ([[1.0]], None, None),
        ([1], [2], None),
        ([1], None, [0]),
        ([1], [math.nan], None),
        ([1, 2], [1], None),
    ],
)
def test_refused(values: list[float], low: list[float] | None, high: list[float] | None) -> None:
    with pytest.raises(IndicatorError, match=r"values|low, high"):
        competition_ranks(values, low, high)


def test_ties_share_the_better_rank_and_gaps_pass_over_them() -> None:
    found = standing("C", {"A": 10.0, "B": 7.0, "C": 7.0, "D": 5.0, "E": 5.0})
    assert (found.rank, found.of, found.tied) == (2, 5, ("B",))
    assert (found.above, found.below) == (("A", 3.0), ("D", 2.0))
    assert found.of_top == 0.7
    assert found.universe == ("A", "B", "C", "D", "E")


def test_the_ends_have_nobody_beyond() -> None:
    values = {"A": 3.0, "B": 1.0}
    assert standing("A", values).above is None
    assert standing("B", values).below is None
    assert standing("A", {"A": 3.0}).of == 1


def test_a_bound_of_another_opens_the_rank_on_one_side() -> None:
    values = {"A": 10.0, "B": 7.0, "C": 5.0}
    lower = standing("B", values, {"C": "lower"})
    assert (lower.rank, lower.best, lower.worst) == (2, 2, 3)
    upper = standing("B", values, {"A": "upper"})
    assert (upper.rank, upper.best, upper.worst) == (2, 1, 2)
    own = standing("B", values, {"B": "lower"})
    assert (own.rank, own.best, own.worst) == (2, 1, 2)


def test_who_is_missing_may_stand_above() -> None:
    found = standing("A", {"A": 3.0, "B": 1.0}, missing={"D", "C"})
    assert (found.rank, found.best, found.worst, found.missing) == (1, 1, 3, ("C", "D"))


def test_nothing_is_told_as_a_share_of_a_greatest_that_is_not_above_zero() -> None:
    assert standing("A", {"A": -0.02, "B": -0.01}).of_top is None


def test_a_subject_without_a_value_is_refused() -> None:
    with pytest.raises(IndicatorError, match="Z has no value; expected: one of: A"):
        standing("Z", {"A": 1.0})
