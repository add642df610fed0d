"""Relatedness and outlook agree with dense twins; what is refused; what never changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.oracle.complexity import (
    dense_cog,
    dense_coi,
    dense_cooccurrence_relatedness,
    dense_density,
    dense_proximity,
)

from chainmend.errors import IndicatorError
from chainmend.indicators.relatedness import (
    association,
    complexity_outlook,
    cooccurrence_relatedness,
    cosine,
    jaccard,
    proximity,
    relatedness_density,
)

ALL = (proximity, cosine, jaccard, association, cooccurrence_relatedness)


@st.composite
def presences(draw: st.DrawFn) -> np.ndarray:
    """Zeros and ones with at least one region for every activity."""
    shape = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    m = draw(arrays(np.int8, shape, elements=st.integers(0, 1)))
    m[0, m.sum(0) == 0] = 1
    return m


@given(presences())
def test_proximity_is_that_of_the_twin(m: np.ndarray) -> None:
    assert proximity(m) == pytest.approx(dense_proximity(m), abs=1e-7)


@given(presences())
def test_cooccurrence_relatedness_is_that_of_the_twin(m: np.ndarray) -> None:
    assert cooccurrence_relatedness(m) == pytest.approx(dense_cooccurrence_relatedness(m), rel=1e-6)


@given(presences())
def test_measures_of_columns_are_those_of_their_definition(m: np.ndarray) -> None:
    n, p = m.shape
    sets = [set(np.flatnonzero(m[:, c])) for c in range(p)]
    for i in range(p):
        for j in range(p):
            if i != j:
                shared, k = len(sets[i] & sets[j]), (len(sets[i]), len(sets[j]))
                assert cosine(m)[i, j] == pytest.approx(shared / (k[0] * k[1]) ** 0.5)
                assert jaccard(m)[i, j] == pytest.approx(shared / len(sets[i] | sets[j]))
                assert association(m)[i, j] == pytest.approx((shared / n) / (k[0] / n * k[1] / n))


@pytest.mark.parametrize("measure", ALL)
@given(m=presences())
@settings(max_examples=20)
def test_every_measure_is_symmetric_bounded_and_keeps_its_input(measure: Callable, m: np.ndarray) -> None:
    before = m.copy()
    found = measure(m)
    assert np.array_equal(m, before)
    assert np.array_equal(found, found.T)
    assert (np.diag(found) == 0).all()
    assert (found >= 0).all()
    assert np.array_equal(found, measure(sp.csr_array(m)))
    if measure in (proximity, cosine, jaccard):
        assert (found <= 1 + 1e-6).all()


@given(presences(), st.randoms(use_true_random=False))
def test_order_of_activities_is_only_carried_along(m: np.ndarray, random: object) -> None:
    order = list(range(m.shape[1]))
    random.shuffle(order)
    assert np.array_equal(proximity(m[:, order]), proximity(m)[np.ix_(order, order)])


@given(presences())
def test_density_is_that_of_the_twin_and_a_share(m: np.ndarray) -> None:
    phi = proximity(m)
    found = relatedness_density(m, phi)
    assert found == pytest.approx(dense_density(m, dense_proximity(m)), abs=1e-6)
    assert ((found >= 0) & (found <= 1)).all()
    assert np.array_equal(found, relatedness_density(sp.csr_array(m), phi))


def test_a_region_with_everything_is_near_to_everything_and_one_with_nothing_to_nothing() -> None:
    m = np.array([[1, 1, 1], [0, 0, 0], [1, 1, 0]])
    found = relatedness_density(m, proximity(m))
    assert found[0] == pytest.approx([1, 1, 1])
    assert found[1].tolist() == [0, 0, 0]


def test_an_activity_that_is_alone_has_density_0() -> None:
    m = np.array([[1, 0, 0], [0, 1, 1]])
    assert relatedness_density(m, proximity(m))[:, 0].tolist() == [0, 0]


@given(presences(), st.integers(0, 2**32 - 1))
def test_gain_is_the_change_of_the_outlook_index(m: np.ndarray, seed: int) -> None:
    pci = np.random.default_rng(seed).normal(size=m.shape[1])
    phi = proximity(m)
    found = complexity_outlook(m, phi, pci)
    exact = dense_proximity(m)
    assert found.coi == pytest.approx(dense_coi(m, exact, pci), abs=1e-5)
    assert found.cog == pytest.approx(dense_cog(m, exact, pci), abs=1e-5)
    assert found.density == pytest.approx(relatedness_density(m, phi), abs=1e-6)
    assert (found.cog[m == 1] == 0).all()


def test_many_rows_go_through_in_parts() -> None:
    m = np.random.default_rng(1).random((2500, 30)) < 0.3
    pci = np.linspace(-1, 1, 30)
    found = complexity_outlook(sp.csr_array(m), proximity(m), pci)
    assert found.density == pytest.approx(dense_density(m, dense_proximity(m)), abs=1e-6)
    assert found.coi == pytest.approx(dense_coi(m, dense_proximity(m), pci), abs=1e-5)


def test_proximity_of_many_rows_is_that_of_all_parts() -> None:
    m = np.random.default_rng(2).random((9000, 5)) < 0.3
    assert proximity(sp.csr_array(m)) == pytest.approx(dense_proximity(m), abs=1e-7)


@pytest.mark.parametrize("measure", ALL)
def test_an_activity_without_region_is_refused_by_its_column(measure: Callable) -> None:
    with pytest.raises(IndicatorError, match=r"columns \(activities\) without any 1: 1; .*`nonempty`"):
        measure([[1, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize(
    ("phi", "words"),
    [
        (np.zeros((2, 3)), r"expected: \(2, 2\)"),
        ([[0, -1], [-1, 0]], "at least 0"),
        ([[0, np.nan], [np.nan, 0]], "at least 0"),
        ([[0, np.inf], [np.inf, 0]], "at least 0"),
        ([[0, 1], [1]], "proximities: .*; expected: numbers"),
    ],
)
def test_wrong_proximities_are_refused(phi: object, words: str) -> None:
    with pytest.raises(IndicatorError, match=words):
        relatedness_density([[1, 0], [1, 1]], phi)
    with pytest.raises(IndicatorError, match=words):
        complexity_outlook([[1, 0], [1, 1]], phi, [0, 1])


@pytest.mark.parametrize("pci", [[1, 2, 3], [1, np.nan], [[1, 2]], ["a", "b"]])
def test_wrong_complexities_are_refused(pci: object) -> None:
    with pytest.raises(
        IndicatorError, match=r"pci: .*; expected: (one finite number for each of the 2 activities|numbers)"
    ):
        complexity_outlook([[1, 0], [1, 1]], np.zeros((2, 2)), pci)


def test_association_is_the_same_from_both_sides_to_the_last_bit() -> None:
    """A share of five of six times one is no other number than one times that share."""
    found = association(np.array([[0, 0], [0, 1], [1, 1], [1, 1], [1, 1], [1, 1]], np.int8))
    assert np.array_equal(found, found.T)
    assert found[0, 1] == pytest.approx(1.2)
