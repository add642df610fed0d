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
    gini,
    hhi,
    hhi_band,
    locational_gini,
    locational_ginis,
    quotient_gini,
    structure_entropy,
)

NAN = float("nan")
numbers = st.integers(0, 1000).map(float)
vectors = hnp.arrays(np.float64, st.integers(1, 12), elements=numbers).filter(lambda x: x.sum() > 0)
weighted = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=st.integers(0, 50).map(float)),
        hnp.arrays(np.float64, n, elements=st.integers(1, 9).map(float)),
    )
)
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


@given(vectors)
def test_gini_is_half_the_relative_mean_difference(x: np.ndarray) -> None:
    apart = np.abs(x[:, None] - x).mean()
    assert math.isclose(gini(x), apart / (2 * x.mean()), rel_tol=1e-9, abs_tol=1e-12)


@given(weighted)
def test_weights_say_how_often_a_value_occurs(pair: tuple[np.ndarray, np.ndarray]) -> None:
    """Where REAT errs: values that do not come in ascending order."""
    x, w = pair
    assume(x.sum() > 0)
    often = np.repeat(x, w.astype(int))
    assert math.isclose(gini(x, w), gini(often), rel_tol=1e-9, abs_tol=1e-12)


def test_gini_of_a_textbook() -> None:
    """Shares 10, 20, 30, 40 %: the Lorenz curve through 0.1, 0.3, 0.6, 1."""
    assert math.isclose(gini([1, 2, 3, 4]), 1 - (0.1 + 0.4 + 0.9 + 1.6) / 4)


@given(weighted)
def test_locational_gini_does_not_mind_regions_of_one_quotient_merged(
    pair: tuple[np.ndarray, np.ndarray],
) -> None:
    x, w = pair
    assume(x.sum() > 0)
    cut = (np.append(x[1:], [x[0] / 2] * 2), np.append(w[1:], [w[0] / 2] * 2))
    assert math.isclose(locational_gini(*cut), locational_gini(x, w), rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(locational_gini(5 * x, 3 * w), locational_gini(x, w), rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(locational_gini(w, w), 0, abs_tol=1e-12)


@given(weighted)
def test_quotient_gini_in_the_form_of_the_textbook(pair: tuple[np.ndarray, np.ndarray]) -> None:
    x, w = pair
    assume(x.sum() > 0)
    r = np.sort((x / x.sum()) / (w / w.sum()))
    n = len(r)
    expected = 2 / (n**2 * r.mean()) * (np.arange(1, n + 1) * (r - r.mean())).sum()
    assert math.isclose(quotient_gini(x, w), expected, rel_tol=1e-9, abs_tol=1e-9)


def test_a_region_with_nothing_at_all_is_left_out() -> None:
    assert quotient_gini([10, 0, 0], [20, 80, 0]) == quotient_gini([10, 0], [20, 80])
    assert locational_gini([10, 0, 0], [20, 80, 0]) == locational_gini([10, 0], [20, 80])


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
        (lambda: gini([1, 2], [1]), "weights"),
        (lambda: gini([1, 0], [0, 1]), r"values \* weights: zeros only"),
        (lambda: locational_gini([1, 2], [0, 3]), r"reference\[0\]: 0, though the size there is 1.0"),
        (lambda: quotient_gini([1, 2], [0, 3]), r"reference\[0\]"),
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


def test_registered_locational_gini() -> None:
    rows = [(HOME, "ic.eda", 10.0), (HOME, "ic.ip-cores", 40.0), ("乙市", "ic.ip-cores", 50.0)]
    made = city_of([{"city": c, "segment": s, "output": x} for c, s, x in rows])
    found = {r.subject: r.value for r in locational_ginis(made)}
    assert found["ic.eda"] == 0.5
    alone = next(iter(locational_ginis(city_of([{"city": HOME, "segment": "ic.eda", "output": 1.0}]))))
    assert (alone.value, alone.note is not None and alone.note[1][:12]) == (None, "all firms ar")


def test_a_city_without_firms_has_no_structure() -> None:
    (reading,) = structure_entropy(city_of([{"city": "乙市", "segment": "ic.eda", "output": 1.0}]))
    assert reading.value is None
    assert reading.note is not None
