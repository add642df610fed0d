"""Concentration, held against closed forms, second ways to the same number, and what must not change it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.indicators.few_firms import HOME, city_of

from chainmend.errors import IndicatorError
from chainmend.indicators.concentration import (
    concentration_ratio,
    entropy,
    firm_concentration,
    four_firm_ratio,
    hhi,
    hhi_band,
    structure_entropy,
)
from chainmend.indicators.gini import gini

NAN = float("nan")
numbers = st.integers(0, 1000).map(float)
vectors = hnp.arrays(np.float64, st.integers(1, 12), elements=numbers).filter(lambda x: x.sum() > 0)
MEASURES = (hhi, concentration_ratio, entropy, gini)


@given(vectors, st.randoms(use_true_random=False))
def test_no_measure_knows_units_or_order(x: np.ndarray, random: np.random.Generator) -> None:
    other = list(x * 1e-4)
    random.shuffle(other)
    for measure in MEASURES:
        assert math.isclose(measure(other), measure(x), rel_tol=1e-9, abs_tol=1e-12)


@given(vectors)
def test_bounds(x: np.ndarray) -> None:
    n = len(x)
    assert 1 / n - 1e-12 <= hhi(x) <= 1
    assert 0 <= entropy(x) <= math.log2(n) + 1e-12
    assert 0 <= gini(x) <= 1 - 1 / n + 1e-12
    assert concentration_ratio(x, 1) <= concentration_ratio(x, 2) <= concentration_ratio(x, n) == 1


@given(st.integers(1, 40))
def test_equals_and_one_that_has_all(n: int) -> None:
    same, all_of_it = np.full(n, 7.0), np.eye(n)[0]
    assert (round(hhi(same) * n, 9), round(entropy(same), 9), round(gini(same), 9)) == (
        1,
        round(math.log2(n), 9),
        0,
    )
    assert (hhi(all_of_it), entropy(all_of_it)) == (1, 0)
    assert math.isclose(gini(all_of_it), 1 - 1 / n, abs_tol=1e-12)


@given(vectors)
def test_merging_the_two_largest_raises_concentration(x: np.ndarray) -> None:
    """By twice the product of their shares, the delta of the merger guidelines."""
    assume(len(x) > 1)
    a, b, *rest = sorted(x, reverse=True)
    delta = 2 * a * b / x.sum() ** 2
    assert math.isclose(hhi([a + b, *rest]), hhi(x) + delta, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("value", "band"), [(0, "low"), (0.1499, "low"), (0.15, "moderate"), (0.2501, "high"), (1, "high")]
)
def test_bands_of_the_merger_guidelines(value: float, band: str) -> None:
    assert hhi_band(value) == band


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "at least one number"),
        ([0, 0], "zeros only"),
        ([1, -1], r"\[1\]: -1.0"),
        ([NAN], r"\[0\]: nan"),
        ([[1]], "shape"),
    ],
)
def test_bad_values_are_refused(measure: object, values: object, message: str) -> None:
    with pytest.raises(IndicatorError, match=message):
        measure(values)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hhi_band(1800), "1800; expected: an HHI of 0 to 1.*divide"),
        (lambda: hhi_band(NAN), "nan"),
        (lambda: concentration_ratio([1], 0), "n: 0; expected: a whole number"),
    ],
)
def test_other_bad_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(IndicatorError, match=message):
        call()  # type: ignore[operator]


def test_registered_concentration_is_of_local_firms_by_output_on_the_segment() -> None:
    made = city_of(
        [
            {"city": HOME, "segment": "ic.eda", "output": 60.0},
            {"city": HOME, "parts": {"ic.eda": 0.25, "ic.ip-cores": 0.75}, "output": 80.0},
            {"city": "乙市", "segment": "ic.eda", "output": 1000.0},
        ]
    )
    found = {r.subject: r for r in firm_concentration(made)}
    assert found["ic.eda"].value == 0.75**2 + 0.25**2
    assert found["ic.eda"].note == ("集中度高", "high concentration")
    assert found["ic.ip-cores"].value == 1
    others = [r for r in found.values() if r.subject not in ("ic.eda", "ic.ip-cores")]
    assert {r.value for r in others} == {None}
    assert {r.note[1] for r in others if r.note} == {"no local firm on the segment"}
    assert {r.subject: r.value for r in four_firm_ratio(made)}["ic.eda"] == 1
    (structure,) = structure_entropy(made)
    expected = -(80 / 140 * math.log2(80 / 140) + 60 / 140 * math.log2(60 / 140))
    assert structure.value is not None
    assert math.isclose(structure.value, expected)


def test_what_is_known_of_some_firms_says_so_and_of_few_firms_is_unknown() -> None:
    firms = [{"city": HOME, "segment": "ic.eda", "output": x} for x in (60.0, 40.0, None)]
    few = [{"city": HOME, "segment": "ic.ip-cores", "output": x} for x in (5.0, None, None)]
    found = {r.subject: r for r in firm_concentration(city_of([*firms, *few]))}
    assert found["ic.eda"].value == 0.52
    assert found["ic.eda"].note is not None
    assert found["ic.eda"].note[1] == "high concentration; of 2 of 3 firms, whose output is known"
    assert found["ic.ip-cores"].value is None
    assert found["ic.ip-cores"].note is not None
    assert found["ic.ip-cores"].note[1] == "the output of too few firms is known"


def test_employees_stand_in_where_they_are_known_of_more_firms() -> None:
    firms = [{"city": HOME, "segment": "ic.eda", "employees": x} for x in (30.0, 10.0)]
    reading = {r.subject: r for r in firm_concentration(city_of(firms))}["ic.eda"]
    assert (reading.value, reading.scope.measure) == (0.75**2 + 0.25**2, "employees")


def test_a_firm_drawn_twice_counts_as_two() -> None:
    made = city_of([{"city": HOME, "segment": "ic.eda", "output": x} for x in (60.0, 40.0)])
    drawn = [made.resampled(np.random.default_rng(seed)) for seed in range(20)]
    values = {r.value for c in drawn for r in firm_concentration(c) if r.subject == "ic.eda"}
    assert values == {0.5, 0.52}


def test_a_city_without_firms_has_no_structure() -> None:
    (reading,) = structure_entropy(city_of([{"city": "乙市", "segment": "ic.eda", "output": 1.0}]))
    assert reading.value is None
    assert reading.note is not None
