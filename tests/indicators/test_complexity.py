"""Complexity agrees with dense twins and closed forms; where its eigenvector says nothing, it is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.oracle.complexity import dense_eci, dense_fitness

import chainmend.indicators.complexity as module
from chainmend.errors import IndicatorError
from chainmend.indicators.complexity import complexity, fitness, reflections


def nested(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    """A matrix in which who has what nearly goes by diversity, as in trade."""
    rng = np.random.default_rng(seed)
    ability, difficulty = rng.random(rows)[:, None], rng.random(columns)
    m = rng.random((rows, columns)) < 0.9 * (ability > difficulty) + 0.05
    m[0] = True
    m[:, 0] = True
    return m


@given(st.integers(2, 12), st.integers(2, 12), st.integers(0, 10**6))
def test_complexity_is_that_of_the_twin(rows: int, columns: int, seed: int) -> None:
    m = nested(rows, columns, seed)
    assume(m.sum(1).std() > 0)
    eci, pci, values = dense_eci(m)
    assume(values[1] > 1e-6 and (len(values) < 3 or values[1] - values[2] > 1e-3))
    assume(abs(np.corrcoef(eci, m.sum(1))[0, 1]) > 1e-3)
    found = complexity(m)
    assert found.eci == pytest.approx(eci, abs=1e-6)
    assert found.pci == pytest.approx(pci, abs=1e-6)
    assert found.eigenvalue == pytest.approx(values[1])


@pytest.mark.parametrize("shape", [(40, 90), (90, 40)])
def test_sparse_solver_and_dense_solver_agree(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    m = nested(*shape)
    dense = complexity(m)
    monkeypatch.setattr(module, "DENSE", 3)
    sparse = complexity(sp.csr_array(m))
    assert sparse.eci == pytest.approx(dense.eci, abs=1e-8)
    assert sparse.pci == pytest.approx(dense.pci, abs=1e-8)
    assert sparse.eigenvalue == pytest.approx(dense.eigenvalue)
    assert sparse.next_eigenvalue == pytest.approx(dense.next_eigenvalue)
    again = complexity(sp.csr_array(m))
    assert again.eci.tobytes() == sparse.eci.tobytes()


def test_index_of_a_region_is_the_mean_of_its_activities() -> None:
    m = nested(30, 50)
    found = complexity(m)
    assert found.eci == pytest.approx((m @ found.pci) / m.sum(1))
    assert found.eci.mean() == pytest.approx(0, abs=1e-12)
    assert found.eci.std() == pytest.approx(1)
    assert np.corrcoef(found.eci, m.sum(1))[0, 1] > 0


def test_order_of_rows_and_columns_is_only_carried_along() -> None:
    m = nested(20, 30)
    rng = np.random.default_rng(3)
    rows, columns = rng.permutation(20), rng.permutation(30)
    found, other = complexity(m), complexity(m[rows][:, columns])
    assert other.eci == pytest.approx(found.eci[rows])
    assert other.pci == pytest.approx(found.pci[columns])


def test_two_regions_have_the_closed_form() -> None:
    found = complexity([[1, 1], [0, 1]])  # (M/k_r)(M/k_c)' = [[3/4, 1/4], [1/2, 1/2]], eigenvalues 1 and 1/4
    assert found.eigenvalue == pytest.approx(1 / 4)
    assert found.next_eigenvalue is None
    assert found.eci == pytest.approx([1, -1])
    assert found.pci == pytest.approx([3, -1])


def test_equal_regions_and_activities_have_equal_indices() -> None:
    m = np.repeat(np.repeat(nested(8, 10), 2, axis=0), 2, axis=1)
    found = complexity(m)
    assert found.eci[::2] == pytest.approx(found.eci[1::2])
    assert found.pci[::2] == pytest.approx(found.pci[1::2])


@pytest.mark.parametrize(
    ("m", "words"),
    [
        (
            [[1, 0], [0, 1], [0, 1]],
            "2 parts that share no activity, of regions x activities: 2 x 1, 1 x 1; .*largest",
        ),
        (np.eye(7), r"7 parts .* 1 x 1, \.\.\.;"),
        ([[1, 1], [1, 1]], "all regions have the same activities"),
        ([[1, 1, 0], [0, 1, 1], [1, 0, 1]], "the second and the third eigenvalue are one: 0.25"),
        ([[1, 1]], "at least two regions and two activities"),
        ([[1], [1]], "at least two regions and two activities"),
        ([[1, 0], [1, 0]], r"columns \(activities\) without any 1: 1;"),
        ([[1, 1], [0, 0]], r"rows \(regions\) without any 1: 1;"),
        ([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], "neither up nor down with diversity"),
        ([[2, 1], [0, 1]], "0 or 1"),
    ],
)
def test_what_has_no_complexity_is_refused(m: object, words: str) -> None:
    with pytest.raises(IndicatorError, match=words):
        complexity(m)
    with pytest.raises(IndicatorError, match=words):
        complexity(sp.csr_array(np.array(m, float)))


def test_parts_are_found_by_the_sparse_solver_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DENSE", 3)
    m = sp.block_diag([nested(12, 15), nested(20, 30, 1)], format="csr")
    with pytest.raises(IndicatorError, match=r"2 parts that share no activity, .*: 20 x 30, 12 x 15"):
        complexity(m)


def test_reflections_tend_to_the_indices() -> None:
    m = np.triu(np.ones((30, 30)))
    found = complexity(m)
    assert (found.eigenvalue, found.next_eigenvalue) == pytest.approx((1 / 4, 1 / 9))
    regions, activities = reflections(m, 18)[0], reflections(m, 19)[1]
    assert np.corrcoef(regions, found.eci)[0, 1] > 0.999999
    assert np.corrcoef(activities, found.pci)[0, 1] > 0.999999


def test_no_reflection_is_diversity_and_ubiquity() -> None:
    m = nested(5, 6)
    diversity, ubiquity = reflections(m, 0)
    assert diversity.tolist() == m.sum(1).tolist()
    assert ubiquity.tolist() == m.sum(0).tolist()


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10**6))
def test_fitness_is_that_of_the_twin(rows: int, columns: int, seed: int) -> None:
    m = nested(rows, columns, seed)
    for found, twin in zip(fitness(sp.csr_array(m)), dense_fitness(m), strict=True):
        assert found == pytest.approx(twin)
        assert found.mean() == pytest.approx(1)


def test_fitness_that_vanishes_is_refused() -> None:
    with pytest.raises(IndicatorError, match="the fitness of region 1 is 0 to all digits"):
        fitness([[1, 1, 1], [1, 0, 0]], 10**5)


@pytest.mark.parametrize("function", [fitness, reflections])
@pytest.mark.parametrize(
    ("m", "rounds", "words"),
    [
        ([[1]], -1, "iterations: -1"),
        ([[1]], 2.5, "iterations: 2.5"),
        ([[1, 0]], 3, "columns"),
        ([[1], [0]], 3, "rows"),
        ([[3]], 3, "0 or 1"),
    ],
)
def test_bad_input_is_refused(function: Callable, m: object, rounds: int, words: str) -> None:
    with pytest.raises(IndicatorError, match=words):
        function(m, rounds)
