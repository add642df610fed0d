"""Specialisation, held against closed forms and what must not change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.indicators.few_firms import HOME, city_of

from chainmend.errors import ChainmendError, IndicatorError
from chainmend.i18n import set_language
from chainmend.indicators.specialisation import (
    hoover,
    hoover_specialisation,
    krugman,
    krugman_specialisation,
    location_quotient,
    location_quotients,
    presence,
)
from chainmend.indicators.stars import cluster_stars, stars

if TYPE_CHECKING:
    from chainmend.indicators.city import City

sizes_ = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 7), st.integers(1, 6)),
    elements=st.integers(0, 1000).map(float),
).filter(lambda x: x.sum() > 0)
pairs = st.integers(1, 9).flatmap(
    lambda n: st.tuples(*[hnp.arrays(np.float64, n, elements=st.integers(0, 99).map(float))] * 2)
)


def nonzero(pair: tuple[np.ndarray, np.ndarray]) -> bool:
    return bool(pair[0].sum() > 0 and pair[1].sum() > 0)


@given(sizes_)
def test_quotient_is_a_ratio_of_shares(x: np.ndarray) -> None:
    expected = np.zeros_like(x)
    for r, c in np.argwhere(x > 0):
        expected[r, c] = (x[r, c] / x[r].sum()) / (x[:, c].sum() / x.sum())
    np.testing.assert_allclose(location_quotient(x), expected, rtol=1e-12)


@given(sizes_)
def test_quotients_average_to_one(x: np.ndarray) -> None:
    """By the shares of regions, over every activity that exists."""
    mean = (x.sum(axis=1) / x.sum()) @ location_quotient(x)
    np.testing.assert_allclose(mean[x.sum(axis=0) > 0], 1, rtol=1e-12)


@given(sizes_, st.randoms(use_true_random=False))
def test_quotient_has_no_unit_and_no_order(x: np.ndarray, random: np.random.Generator) -> None:
    q = location_quotient(x)
    np.testing.assert_allclose(location_quotient(x * 1e6), q, rtol=1e-12)
    rows, columns = list(range(x.shape[0])), list(range(x.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    np.testing.assert_allclose(location_quotient(x[rows][:, columns]), q[rows][:, columns], rtol=1e-12)


@given(sizes_, st.integers(1, 4))
def test_a_region_cut_in_equal_parts_keeps_its_quotients(x: np.ndarray, parts: int) -> None:
    cut = np.vstack([x[1:], *[x[:1] / parts] * parts])
    q = location_quotient(cut)
    np.testing.assert_allclose(q[-1], location_quotient(x)[0], rtol=1e-12)


@given(sizes_)
def test_sparse_sizes_give_the_same_and_stay_sparse(x: np.ndarray) -> None:
    q, found = location_quotient(x), location_quotient(sp.csr_array(x))
    assert isinstance(found, sp.csr_array)
    np.testing.assert_allclose(found.toarray(), q, rtol=1e-12)
    assert (presence(found).toarray() == presence(q)).all() if q.any() else True
    dense, sparse = stars(x), stars(sp.coo_array(x))
    assert sp.issparse(sparse.size)
    assert (dense.count == sparse.count.toarray()).all()


def test_reference_stands_in_for_regions_that_are_not_there() -> None:
    x = np.array([[30.0, 10.0], [30.0, 50.0]])
    np.testing.assert_allclose(location_quotient(x[:1], x.sum(axis=0)), location_quotient(x)[:1])


def test_an_empty_region_or_activity_has_quotient_zero() -> None:
    assert location_quotient(np.array([[0.0, 0.0], [2.0, 0.0]])).tolist() == [[0, 0], [1, 0]]


@given(pairs.filter(nonzero))
def test_krugman_and_hoover(pair: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = pair
    k = krugman(a, b)
    assert 0 <= k <= 2 + 1e-12
    np.testing.assert_allclose(k, krugman(b, a), atol=1e-12)
    np.testing.assert_allclose(krugman(3 * a, 7 * b), k, atol=1e-12)
    np.testing.assert_allclose(krugman(a[::-1], b[::-1]), k, atol=1e-12)
    np.testing.assert_allclose(hoover(a, b), k / 2, atol=1e-12)
    assert krugman(a, a) == 0
    # what had to move, counted one way: the shares that are too large
    np.testing.assert_allclose(hoover(a, b), np.maximum(a / a.sum() - b / b.sum(), 0).sum(), atol=1e-12)


def test_structures_with_nothing_in_common() -> None:
    assert krugman([1, 0], [0, 5]) == 2
    assert hoover([1, 0, 0, 0]) == 0.75


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([[1, -2]], r"sizes\[0, 1\]: -2.0; expected: a finite number of at least 0"),
        ([[1], [NAN]], r"sizes\[1, 0\]: nan"),
        ([[INF, 1]], r"sizes\[0, 0\]: inf"),
        ([[0, 0]], "sizes: zeros only"),
        ([1, 2], r"sizes: an array of shape \(2,\); expected: regions x activities"),
        (np.empty((0, 3)), "shape"),
        ([["x"]], "expected: numbers"),
        ([[1, 1e308]], r"sizes\[0, 1\]: 1e\+308; expected: 0, or a number whose square"),
        ([[1], [1e-310]], r"sizes\[1, 0\]"),
        (sp.csr_array([[0.0, 4.0], [-1.0, 0.0]]), r"sizes\[1, 0\]: -1.0"),
        (sp.csr_array((2, 2)), "zeros only"),
    ],
)
def test_bad_sizes_are_refused_with_their_place(sizes: object, message: str) -> None:
    for function in (location_quotient, stars):
        with pytest.raises(IndicatorError, match=message) as caught:
            function(sizes)
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, ChainmendError)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: location_quotient([[1, 1]], [1, 0]), r"reference\[1\]: 0, though a region has 1.0"),
        (
            lambda: location_quotient([[1, 1]], [1]),
            r"reference: an array of shape \(1,\); expected: shape \(2,\)",
        ),
        (lambda: presence([[1.0]], cut=0), "cut: 0; expected: a finite number above 0"),
        (lambda: krugman([1, 2], [1, 2, 3]), "reference"),
        (lambda: krugman([0, 0], [1, 2]), "sizes: zeros only"),
        (lambda: hoover([]), "sizes"),
        (lambda: hoover([1, NAN]), r"sizes\[1\]: nan"),
        (lambda: hoover("ab"), "numbers"),
    ],
)
def test_other_bad_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(IndicatorError, match=message):
        call()  # type: ignore[operator]


def two_regions() -> City:
    """The home city: 30 of eda, 10 of cores; another: 30 and 50."""
    rows = [
        (HOME, "ic.eda", 30.0),
        (HOME, "ic.ip-cores", 10.0),
        ("乙市", "ic.eda", 30.0),
        ("乙市", "ic.ip-cores", 50.0),
    ]
    return city_of([{"city": c, "segment": s, "output": x} for c, s, x in rows])


def test_registered_quotients_and_distances_of_a_small_city() -> None:
    made = two_regions()
    found = {r.subject: r for r in location_quotients(made)}
    assert list(found) == list(made.segments)
    assert (found["ic.eda"].value, found["ic.ip-cores"].value) == (1.5, 0.5)
    assert found["ic.eda"].scope == made.scope("output")
    absent = found[next(s for s in made.segments if s not in ("ic.eda", "ic.ip-cores"))]
    assert absent.value is None
    assert absent.note is not None
    (k,), (h,) = krugman_specialisation(made), hoover_specialisation(made)
    assert (k.level, k.subject, k.value, h.value) == ("city", HOME, 0.5, 0.25)


@pytest.mark.parametrize(
    ("city", "why"),
    [(HOME, "one region"), ("乙市", "no firm on any segment")],
)
def test_registered_ones_say_why_they_know_nothing(city: str, why: str) -> None:
    made = city_of([{"city": city, "segment": "ic.eda", "output": 1.0}])
    for function in (location_quotients, cluster_stars, krugman_specialisation, hoover_specialisation):
        readings = list(function(made))
        assert {r.value for r in readings} == {None}
        assert all(r.note and why in r.note[1] for r in readings)


def test_messages_are_in_chinese_too() -> None:
    set_language("zh")
    with pytest.raises(IndicatorError, match="全部为零"):
        location_quotient([[0.0]])
