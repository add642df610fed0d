"""Intervals by drawing firms anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.errors import IndicatorError
from chainmend.indicators.resampling import bootstrap, percentiles


def test_the_interval_of_a_mean_is_that_of_the_normal_law() -> None:
    """Of 400 firms the mean has a standard error of sd / 20: the closed form the bootstrap must come near."""
    values = np.random.default_rng(5).normal(10, 2, 400)
    found = bootstrap(lambda drawn: values[drawn].mean(), 400, draws=2000)
    error = values.std() / 20
    assert float(found.low) == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert float(found.high) == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


@given(st.integers(1, 30), st.integers(0, 5))
def test_a_constant_has_no_width_and_a_seed_repeats(n: int, seed: int) -> None:
    same = bootstrap(lambda drawn: np.ones(3), n, draws=5, seed=seed)
    assert same.low.tolist() == same.high.tolist() == [1.0, 1.0, 1.0]
    values = np.arange(float(n))
    first, second = (
        bootstrap(lambda drawn: values[drawn].sum(), n, draws=9, seed=seed) for _time in range(2)
    )
    assert (float(first.low), float(first.high)) == (float(second.low), float(second.high))


def test_more_confidence_is_wider() -> None:
    values = np.random.default_rng(1).exponential(size=(500, 2))
    narrow, wide = (percentiles(values, values.mean(axis=0), c) for c in (0.5, 0.95))
    assert (wide.low < narrow.low).all()
    assert (wide.high > narrow.high).all()


def test_a_share_is_not_above_1_though_its_draws_are_moved() -> None:
    draws = np.linspace(0.2, 1.0, 101)
    free, held = percentiles(draws, 0.9), percentiles(draws, 0.9, bounds=(0.0, 1.0))
    assert float(free.high) > 1 == float(held.high)
    assert float(free.low) == float(held.low)


@pytest.mark.parametrize(
    ("n", "draws", "confidence"), [(0, 10, 0.9), (3, 1, 0.9), (3, 10, 0.0), (3, 10, 1.0)]
)
def test_what_cannot_be_drawn_is_refused(n: int, draws: int, confidence: float) -> None:
    with pytest.raises(IndicatorError, match="at least one firm, two draws"):
        bootstrap(lambda drawn: 1.0, n, draws=draws, confidence=confidence)


def test_a_draw_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        bootstrap(lambda drawn: np.nan, 3)


def test_an_interval_of_concentration_stands_around_its_figure() -> None:
    """Drawing repeats firms, which raises concentration: the mean HHI of draws of n equal firms is (2 - 1/n) / n."""
    size = np.ones(10)

    def hhi(drawn: np.ndarray) -> float:
        share = np.bincount(drawn, weights=size[drawn], minlength=10) / 10
        return float((share**2).sum())

    raw = [hhi(np.random.default_rng(k).integers(10, size=10)) for k in range(400)]
    assert np.mean(raw) == pytest.approx((2 - 1 / 10) / 10, rel=0.02)
    found = bootstrap(hhi, 10, draws=400)
    assert float(found.low) < 0.1 < float(found.high)
