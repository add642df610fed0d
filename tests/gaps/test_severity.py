"""Severity against its closed form, and what must hold for every triple."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.gaps.severity import Component, criticality, exposure, geometric, recovery, severity

unit = st.floats(0, 1)


@pytest.mark.parametrize(
    ("c", "e", "r", "expected"),
    [(1, 1, 1, 100.0), (0.001, 1, 1, 10.0), (0.5, 0.5, 0.5, 50.0), (0.125, 1, 1, 50.0), (0, 1, 1, 0.0)],
)
def test_cube_root_of_the_product(c: float, e: float, r: float, expected: float) -> None:
    assert geometric(c, e, r) == pytest.approx(expected)


@given(unit, unit, unit, unit)
def test_grows_with_each_component_and_stays_in_range(a: float, b: float, e: float, r: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= geometric(low, e, r) <= geometric(high, e, r) + 1e-9 <= 100 + 1e-6


@given(st.lists(st.tuples(unit, unit).map(sorted), min_size=3, max_size=3))
def test_the_value_lies_within_its_range(pairs: list[list[float]]) -> None:
    triple = severity(*(Component(*p) for p in pairs))
    assert triple.low - 1e-9 <= triple.value <= triple.high + 1e-9


def test_what_is_unknown_spans_everything() -> None:
    assert criticality(None, 0.2) == exposure(None, None, 0.5, None) == recovery(None, None, 3) == Component()


def test_the_largest_exposure_counts() -> None:
    assert exposure(0.9, 0.2, 0.8, 0.5).value == pytest.approx(0.4)


def test_criticality_stops_at_its_anchor() -> None:
    assert criticality(0.3, 0.2).value == 1.0
