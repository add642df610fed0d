"""A target is crossed in the month that arithmetic says, or never."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.errors import IndicatorError
from chainmend.indicators.milestone import milestone, milestones, trailing_totals

EVEN = [1.0] * 12
DECEMBER = (2025, 12)


def test_with_even_months_the_total_grows_by_a_twelfth_of_the_growth_a_month() -> None:
    for target, month in ((12.1, (2026, 1)), (12.11, (2026, 2)), (13.2, (2026, 12)), (13.3, (2027, 1))):
        assert milestone(EVEN, DECEMBER, target, 0.1) == month


def test_what_was_crossed_already_is_a_month_of_the_past() -> None:
    assert milestone([1.0] * 12 + [2.0] * 12, DECEMBER, 14, 0.0) == (2025, 2)
    assert milestone(EVEN, DECEMBER, 12, -0.5) == DECEMBER


def test_never_without_growth_or_within_a_hundred_years() -> None:
    assert milestone(EVEN, DECEMBER, 12.5, 0.0) is None
    assert milestone(EVEN, DECEMBER, 12.5, -1.0) is None
    assert milestone(EVEN, DECEMBER, 1e6, 0.01) is None


def test_the_season_matters() -> None:
    late = [0.0] * 11 + [12.0]
    assert milestone(late, DECEMBER, 12.6, 0.1) == (2026, 12)
    assert milestone(late[::-1], DECEMBER, 12.6, 0.1) == (2026, 1)


def test_growth_beyond_all_numbers_crosses_in_the_first_month_that_is_not_empty() -> None:
    assert milestone([0.0] * 6 + [1.0] * 6, DECEMBER, 7, 1e300) == (2026, 7)


@given(
    st.lists(st.floats(0.1, 10), min_size=12, max_size=12),
    st.floats(0.02, 0.5),
    st.floats(1.001, 3),
    st.integers(1, 12),
)
def test_as_a_walk_month_by_month_finds_it(
    months: list[float], growth: float, times: float, month: int
) -> None:
    target = sum(months) * times
    walked = list(months)
    steps = 0
    while sum(walked[-12:]) < target * (1 - 1e-12):
        walked.append(walked[-12] * (1 + growth))
        steps += 1
    found = milestone(months, (2025, month), target, growth)
    assert found is not None
    # the walk rounds otherwise: the two may part by a month where the total all but equals the target
    assert abs((found[0] * 12 + found[1]) - (2025 * 12 + month + steps)) <= 1


@given(st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_more_growth_is_never_later(a: float, b: float) -> None:
    slow, fast = (milestone(EVEN, DECEMBER, 20, g) for g in sorted((a, b)))
    assert slow is None or (fast is not None and fast <= slow)


def test_scenarios_of_a_history() -> None:
    monthly = [1.0] * 12 + [1.1] * 12 + [1.32] * 12
    found = {s.name: s for s in milestones(monthly, DECEMBER, 20)}
    assert found["last"].growth == pytest.approx(0.2)
    assert found["mean"].growth == pytest.approx(1.32**0.5 - 1)
    assert found["lower"].growth == pytest.approx(0.1)
    assert found["upper"].growth == pytest.approx(0.2)
    assert found["lower"].month == (2028, 6)  # 19.1664 after two years, the rest at 0.15972 a month


@pytest.mark.parametrize(
    ("monthly", "last", "target", "growth", "where"),
    [
        (EVEN[:11], DECEMBER, 1, 0, "monthly"),
        ([np.nan] * 12, DECEMBER, 1, 0, "monthly"),
        ([-1.0] * 12, DECEMBER, 1, 0, "monthly"),
        (EVEN, (2025, 13), 1, 0, "last"),
        (EVEN, DECEMBER, 0, 0, "target"),
        (EVEN, DECEMBER, 1, -2, "growth"),
        (EVEN, DECEMBER, 1, np.inf, "growth"),
    ],
)
def test_refused(
    monthly: list[float], last: tuple[int, int], target: float, growth: float, where: str
) -> None:
    with pytest.raises(IndicatorError, match=where):
        milestone(monthly, last, target, growth)


def test_scenarios_need_two_years_and_an_interval_in_order() -> None:
    with pytest.raises(IndicatorError, match="24 months"):
        milestones([*EVEN, *EVEN[1:]], DECEMBER, 1)
    with pytest.raises(IndicatorError, match="interval"):
        milestones(EVEN * 2, DECEMBER, 1, (0.2, 0.1))
    with pytest.raises(IndicatorError, match="zero"):
        milestones([0.0] * 12 + EVEN, DECEMBER, 1)


def test_trailing_totals() -> None:
    assert trailing_totals(np.arange(14.0)).tolist() == [66, 78, 90]
