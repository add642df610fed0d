"""Growth by closed forms, its identities, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chainmend.errors import IndicatorError, ScopeError
from chainmend.indicators.growth import (
    base_from_growth,
    compound_growth,
    contribution,
    excess_growth,
    reference_growth,
    shift_share,
)
from chainmend.indicators.scope import Bound, Figure, Scope

OUTPUT = Scope("gross_output", "industry", 2025)
POSITIVE = st.floats(1, 1e6)
SIZES = arrays(np.float64, 5, elements=st.floats(1, 1e9))


def figure(growth: float | None, bound: Bound = "exact", scope: Scope = OUTPUT) -> Figure:
    return Figure("296X", scope, growth=growth, bound=bound)


@pytest.mark.parametrize(
    ("v0", "v1", "n", "expected"), [(1, 2, 1, 1.0), (1, 4, 2, 1.0), (100, 121, 2, 0.1), (8, 1, 3, -0.5)]
)
def test_compound_growth_of_known_powers(v0: float, v1: float, n: float, expected: float) -> None:
    assert compound_growth(v0, v1, n) == pytest.approx(expected, abs=1e-12)


@given(POSITIVE, POSITIVE, st.integers(1, 50))
def test_compounding_the_rate_gives_the_end_back(v0: float, v1: float, n: int) -> None:
    assert v0 * (1 + compound_growth(v0, v1, n)) ** n == pytest.approx(v1, rel=1e-6)


@pytest.mark.parametrize(
    "wrong", [(0, 1, 1), (1, -1, 1), (1, 1, 0), (1, math.nan, 1), (1, math.inf, 1), (1, 1, -9)]
)
def test_compound_growth_refuses_what_is_not_above_zero(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(IndicatorError, match="above 0"):
        compound_growth(*wrong)


def test_compound_growth_beyond_all_bounds_is_refused() -> None:
    with pytest.raises(IndicatorError, match="beyond all bounds"):
        compound_growth(1e-300, 1e300, 0.5)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("exact", "exact", "exact"),
        ("lower", "exact", "lower"),
        ("upper", "exact", "upper"),
        ("exact", "lower", "upper"),
        ("exact", "upper", "lower"),
        ("lower", "upper", "lower"),
        ("upper", "lower", "upper"),
    ],
)
def test_a_bound_stays_a_bound(a: Bound, b: Bound, expected: Bound) -> None:
    found = excess_growth(figure(0.20, a), figure(0.05, b))
    assert found.bound == expected
    assert found.value == pytest.approx(0.15)


@pytest.mark.parametrize("bound", ["lower", "upper"])
def test_two_bounds_of_one_side_say_nothing(bound: Bound) -> None:
    with pytest.raises(IndicatorError, match="bounds only"):
        excess_growth(figure(0.20, bound), figure(0.05, bound))


def test_excess_growth_needs_both_growths_and_one_scope() -> None:
    with pytest.raises(IndicatorError, match="no growth"):
        excess_growth(figure(0.2), figure(None))
    with pytest.raises(ScopeError, match="year"):
        excess_growth(figure(0.2), figure(0.1, scope=replace(OUTPUT, year=2024)))


@given(st.floats(-0.9, 5), st.floats(-0.5, 0.5))
def test_the_reference_is_what_the_excess_is_over(growth: float, excess: float) -> None:
    reference = max(reference_growth(figure(growth), excess).value, -1)
    assert excess_growth(figure(growth), figure(reference)).value == pytest.approx(growth - reference)
    assert reference == pytest.approx(max(growth - excess, -1))


def test_the_reference_of_a_bound_is_a_bound() -> None:
    assert reference_growth(figure(0.2, "lower"), 0.1).bound == "lower"
    with pytest.raises(IndicatorError, match="excess"):
        reference_growth(figure(0.2), math.nan)


@given(st.floats(1, 1e12), st.floats(-0.9, 5))
def test_the_base_grows_to_the_value(value: float, growth: float) -> None:
    before = base_from_growth(replace(figure(growth), value=value))
    assert before.value is not None
    assert before.value * (1 + growth) == pytest.approx(value)
    assert before.scope == replace(OUTPUT, year=2024)
    assert before.growth is None


def test_no_base_from_real_growth_a_bound_or_a_lost_whole() -> None:
    known = replace(figure(0.06), value=1.0)
    with pytest.raises(ScopeError, match="comparable prices"):
        base_from_growth(replace(known, scope=replace(OUTPUT, basis="real")))
    for wrong in (replace(known, bound="lower"), replace(known, growth=-1.0), replace(known, value=None)):
        with pytest.raises(IndicatorError, match="exact"):
            base_from_growth(wrong)


@given(SIZES, SIZES)
def test_contributions_of_all_parts_sum_to_the_growth_of_the_whole(v0: np.ndarray, v1: np.ndarray) -> None:
    parts = contribution(v0 / v0.sum(), v1 / v0 - 1)
    assert parts.sum() == pytest.approx(v1.sum() / v0.sum() - 1, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("shares", "growth", "where"),
    [
        ([0.6, 0.6], [0, 0], "shares"),
        ([-0.1, 0.5], [0, 0], "shares"),
        ([0.5], [math.nan], "growth"),
        ([0.5], [-2], "growth"),
        ([0.5, 0.5], [0.1], "growth"),
        ([], [], "shares"),
    ],
)
def test_contribution_refuses(shares: list[float], growth: list[float], where: str) -> None:
    with pytest.raises(IndicatorError, match=where):
        contribution(shares, growth)


@given(SIZES, SIZES, SIZES, SIZES)
def test_the_three_parts_sum_to_the_change(
    v0: np.ndarray, v1: np.ndarray, r0: np.ndarray, r1: np.ndarray
) -> None:
    parts = shift_share(v0, v1, r0, r1)
    change = parts.national + parts.mix + parts.regional
    scale = np.abs(parts.national) + np.abs(parts.mix) + np.abs(parts.regional)
    assert (np.abs(change - (v1 - v0)) <= 1e-12 * scale + 1e-12).all()


@given(SIZES, SIZES)
def test_a_region_that_is_the_reference_has_no_regional_part(v0: np.ndarray, v1: np.ndarray) -> None:
    parts = shift_share(v0, v1, v0, v1)
    assert np.allclose(parts.regional, 0, atol=1e-6 * (v0.sum() + v1.sum()))
    assert parts.mix.sum() == pytest.approx(0, abs=1e-6 * (v0.sum() + v1.sum()))


def test_an_industry_new_everywhere_is_regional() -> None:
    parts = shift_share([10, 0], [10, 5], [100, 0], [100, 20])
    assert parts.regional.tolist() == [0, 5]
    assert (parts.national[1], parts.mix[1]) == (0, 0)


def test_an_industry_that_the_reference_lacks_is_refused() -> None:
    with pytest.raises(IndicatorError, match=r"reference_before\[1\]"):
        shift_share([10, 3], [10, 5], [100, 0], [100, 20])
    with pytest.raises(IndicatorError, match="after"):
        shift_share([10, 3], [10], [100, 1], [100, 20])
