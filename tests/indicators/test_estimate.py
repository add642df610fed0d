"""Ratios of sums over firms: invariants, intervals, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.errors import IndicatorError
from chainmend.indicators import cluster, innovation, radiation
from chainmend.indicators.concentration import hhi
from chainmend.indicators.estimate import Estimate, of_firms, ratio
from chainmend.indicators.resampling import bootstrap

Pure = Callable[..., Estimate]
RATIOS: list[Pure] = [
    cluster.output_per_land,
    cluster.output_per_employee,
    innovation.rd_intensity,
    radiation.export_share,
]
numbers = st.lists(
    st.tuples(st.just(0.0) | st.floats(0.001, 1e6), st.floats(0.01, 1e6)), min_size=1, max_size=12
)


@pytest.mark.parametrize("function", RATIOS)
@given(pairs=numbers, unit=st.floats(1e-3, 1e3), data=st.data())
@settings(max_examples=20, deadline=None)
def test_ratios_are_free_of_units_and_order_and_within_the_firms(
    function: Pure, pairs: list[tuple[float, float]], unit: float, data: st.DataObject
) -> None:
    a, b = np.array(pairs).T
    value = function(a, b).value
    order = data.draw(st.permutations(range(len(a))))
    assert function(a[order], b[order]).value == pytest.approx(value)
    assert function(a * unit, b * unit).value == pytest.approx(value)
    assert (a / b).min() * (1 - 1e-9) <= value <= (a / b).max() * (1 + 1e-9)
    assert function(np.append(a, a), np.append(b, b)).value == pytest.approx(value)


@pytest.mark.parametrize("function", RATIOS)
def test_an_interval_holds_the_value_of_a_symmetric_city(function: Pure) -> None:
    a, b = np.tile([1.0, 2.0, 3.0], 20), np.full(60, 4.0)
    found = function(a, b, interval=True)
    assert found.low is not None
    assert found.high is not None
    assert found.value == 0.5
    assert 0.4 < found.low < 0.5 < found.high < 0.6
    # the middle 95 % of the mean of 60 draws with variance 2/3, over 4
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(2 / 3 / 60) / 4, rel=0.25)
    assert function(a, b, interval=True) == found != function(a, b, interval=True, seed=1)


def test_equal_firms_have_an_interval_of_no_width() -> None:
    assert ratio(("a", [2.0] * 5), ("b", [4.0] * 5), interval=True) == Estimate(0.5, 0.5, 0.5)


def test_any_statistic_of_firms_takes_an_interval() -> None:
    output = np.array([30.0, 1.0, 1.0, 1.0])
    found = of_firms(hhi, output, bounds=(0.0, 1.0), interval=True)
    free = bootstrap(lambda drawn: hhi(output[drawn]), 4)
    assert found.value == hhi(output)
    assert found.low == pytest.approx(float(free.low))
    assert float(free.high) > 1 == found.high  # moved beyond what an HHI can be
    pair = of_firms(lambda a, b: float((a * b).sum()), [1.0, 2.0], [[3.0], [4.0]], interval=False)
    assert pair == Estimate(21.0)  # figures of any further shape
    for wrong in ((), ([],), ([1.0], [1.0, 2.0]), (3.0,)):
        with pytest.raises(IndicatorError, match="as many of each as there are firms"):
            of_firms(hhi, *wrong)


@pytest.mark.parametrize("function", RATIOS)
@pytest.mark.parametrize(
    ("a", "b", "named"),
    [
        ([1.0, -1.0], [1.0, 1.0], r"\[1\]: -1.0; expected: a finite number of at least 0"),
        ([1.0, np.nan], [1.0, 1.0], r"\[1\]: nan"),
        ([1.0, np.inf], [1.0, 1.0], r"\[1\]: inf"),
        ([1.0], [1.0, 1.0], r"an array of shape \(1,\)"),
        ([0.0], [1.0, 1.0], r"an array of shape \(1,\)"),
        ([], [], r"an array of shape \(0,\)"),
        ([[1.0]], [1.0], r"an array of shape \(1, 1\)"),
        ([1.0, 1.0], [0.0, 0.0], "zeros only"),
        (["much"], [1.0], "could not convert"),
    ],
)
def test_what_is_no_figure_is_refused(function: Pure, a: Any, b: Any, named: str) -> None:
    with pytest.raises(IndicatorError, match=named):
        function(a, b)


def test_no_exports_at_all_are_a_share_of_zero() -> None:
    assert radiation.export_share([0, 0], [1, 2]).value == 0.0


def test_draws_without_a_denominator_are_refused() -> None:
    with pytest.raises(IndicatorError, match="statistic of a draw is not finite"):
        innovation.rd_intensity([1.0, 1.0], [0.0, 5.0], interval=True)


def test_patents_and_titles_and_density() -> None:
    assert innovation.patents_per_output([1, 2], [50.0, 100.0], per=100.0).value == 2.0
    assert innovation.high_tech_share([True, False], [1.0, 0.25]).value == 0.8
    assert innovation.high_tech_share([False, False]).value == 0.0
    assert cluster.output_density([0.0, 0.0], 5.0).value == 0.0
    found = cluster.output_density(np.tile([1.0, 3.0], 50), 10.0, interval=True)
    assert found.value == 20.0
    assert found.low is not None
    assert found.high is not None
    assert found.low < 20 < found.high


@pytest.mark.parametrize("area", [0.0, -1.0, np.nan, np.inf])
def test_an_area_is_above_zero(area: float) -> None:
    with pytest.raises(IndicatorError, match=r"area: .*a finite number above 0"):
        cluster.output_density([1.0], area)


def test_titles_and_weights_are_of_one_length() -> None:
    with pytest.raises(IndicatorError, match="high_tech"):
        innovation.high_tech_share([True, False], [1.0])
