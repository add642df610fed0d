"""Gini coefficients, held against a second way to the same number and what must not change them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.indicators.few_firms import HOME, catalogue, city_of

from chainmend.demo import make_city
from chainmend.errors import IndicatorError
from chainmend.indicators.city import City
from chainmend.indicators.gini import gini, locational_gini, locational_ginis, quotient_gini

numbers = st.integers(0, 1000).map(float)
vectors = hnp.arrays(np.float64, st.integers(1, 12), elements=numbers).filter(lambda x: x.sum() > 0)
weighted = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=st.integers(0, 50).map(float)),
        hnp.arrays(np.float64, n, elements=st.integers(1, 9).map(float)),
    )
)


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


def test_registered_locational_gini() -> None:
    rows = [(HOME, "ic.eda", 10.0), (HOME, "ic.ip-cores", 40.0), ("乙市", "ic.ip-cores", 50.0)]
    made = city_of([{"city": c, "segment": s, "output": x} for c, s, x in rows])
    found = {r.subject: r.value for r in locational_ginis(made)}
    assert found["ic.eda"] == 0.5
    demo = City(make_city(firms=400, seed=1).now, catalogue())
    columns, everything = demo.sizes.toarray().T, np.asarray(demo.sizes.sum(axis=1))
    for reading, column in zip(locational_ginis(demo), columns, strict=True):
        expected = locational_gini(column, everything) if column.any() else None
        assert reading.value == (None if expected is None else pytest.approx(expected, abs=1e-12))
    alone = next(iter(locational_ginis(city_of([{"city": HOME, "segment": "ic.eda", "output": 1.0}]))))
    assert (alone.value, alone.note is not None and alone.note[1][:12]) == (None, "all firms ar")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gini([1, 2], [1]), "weights"),
        (lambda: gini([1, 0], [0, 1]), r"values \* weights: zeros only"),
        (lambda: locational_gini([1, 2], [0, 3]), r"reference\[0\]: 0, though the size there is 1.0"),
        (lambda: quotient_gini([1, 2], [0, 3]), r"reference\[0\]"),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(IndicatorError, match=message):
        call()  # type: ignore[operator]
