"""Agglomeration beyond chance; the printed values of REAT are in test_reat."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.indicators.few_firms import HOME, city_of

from chainmend.errors import IndicatorError
from chainmend.indicators.agglomeration import (
    EllisonGlaeser,
    agglomeration,
    cluster_index,
    ellison_glaeser,
    ellison_glaeser_by,
)

NAN = float("nan")


@st.composite
def industries(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sizes and regions of some firms, and what else there is in each region."""
    regions = draw(st.integers(2, 6))
    n = draw(st.integers(2, 12))
    sizes = np.array(draw(st.lists(st.integers(1, 100), min_size=n, max_size=n)), float)
    region = np.array(draw(st.lists(st.integers(0, regions - 1), min_size=n, max_size=n)))
    reference = np.array(draw(st.lists(st.integers(1, 1000), min_size=regions, max_size=regions)), float)
    return sizes, region, reference


def numbers(eg: EllisonGlaeser) -> list[float]:
    return [eg.gamma, eg.g, eg.hhi, eg.z or 0.0]


@given(industries(), st.randoms(use_true_random=False))
def test_no_units_no_order(firms: tuple[np.ndarray, ...], random: np.random.Generator) -> None:
    sizes, region, reference = firms
    eg = ellison_glaeser(sizes, region, reference)
    order = list(range(len(sizes)))
    random.shuffle(order)
    other = ellison_glaeser(3e4 * sizes[order], region[order], reference / 7)
    np.testing.assert_allclose(numbers(other), numbers(eg), rtol=1e-7, atol=1e-9)
    turned = ellison_glaeser(sizes, len(reference) - 1 - region, reference[::-1])
    np.testing.assert_allclose(numbers(turned), numbers(eg), rtol=1e-7, atol=1e-9)


@given(industries())
def test_parts_make_the_whole(firms: tuple[np.ndarray, ...]) -> None:
    """The formula as the design text has it, from s, x and z."""
    sizes, region, reference = firms
    eg = ellison_glaeser(sizes, region, reference)
    x, z = reference / reference.sum(), sizes / sizes.sum()
    s = np.array([z[region == r].sum() for r in range(len(x))])
    g, h = ((s - x) ** 2).sum(), (z**2).sum()
    assert math.isclose(eg.g, g, abs_tol=1e-12)
    assert math.isclose(eg.hhi, h)
    assert math.isclose(eg.gamma, (g / (1 - (x**2).sum()) - h) / (1 - h), rel_tol=1e-9, abs_tol=1e-9)
    assert 0 <= eg.g <= 2
    assert eg.gamma <= 1 / (1 - (x**2).sum()) * eg.g / (1 - h) + 1e-12


def test_expected_value_and_variance_under_chance() -> None:
    """Every way to throw three firms on two regions: gamma is 0 on average, z has mean 0 and variance 1."""
    sizes, x = np.array([5.0, 3.0, 2.0]), np.array([0.6, 0.4])
    throws = [np.array([a, b, c]) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    chance = [x[t].prod() for t in throws]
    found = [ellison_glaeser(sizes, t, x) for t in throws]
    z = np.array([eg.z for eg in found], float)
    assert math.isclose(np.dot(chance, [eg.gamma for eg in found]), 0, abs_tol=1e-12)
    assert math.isclose(np.dot(chance, z), 0, abs_tol=1e-12)
    assert math.isclose(np.dot(chance, z**2), 1)


def test_many_firms_in_one_of_many_regions_are_agglomerated() -> None:
    firms = np.ones(1000)
    here = ellison_glaeser(firms, np.zeros(1000, int), np.ones(50))
    assert math.isclose(here.gamma, 1)  # G = 1 - sum x^2 here, so all of it is agglomeration
    spread = ellison_glaeser(firms, np.arange(1000) % 50, np.ones(50))
    assert spread.gamma == pytest.approx(-1 / 999)


def test_interval_over_firms_drawn_anew() -> None:
    rng = np.random.default_rng(2)
    sizes, region, reference = rng.uniform(1, 9, 40), rng.integers(0, 4, 40), np.ones(4)
    plain = ellison_glaeser(sizes, region, reference)
    found = ellison_glaeser(sizes, region, reference, interval=True, seed=1)
    assert (found.gamma, plain.low) == (plain.gamma, None)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.gamma < found.high
    assert found == ellison_glaeser(
        np.append(sizes, 0), np.append(region, 1), reference, interval=True, seed=1
    )
    assert found != ellison_glaeser(sizes, region, reference, interval=True, seed=2)


def test_firms_without_size_are_no_firms() -> None:
    eg = ellison_glaeser([5, 5, 10, 0], [0, 0, 1, 1], [60, 40])
    assert eg == ellison_glaeser([5, 5, 10], [0, 0, 1], [60, 40])
    assert eg.firms == 3


def test_one_list_of_firms_is_its_own_reference() -> None:
    sizes, region, activity = [5, 5, 10, 4, 6], ["b", "b", "a", "b", "a"], ["x", "x", "x", "y", "y"]
    found = ellison_glaeser_by(sizes, region, activity)
    assert list(found) == ["x", "y"]
    assert found["x"] == ellison_glaeser(sizes[:3], [0, 0, 1], [14, 16])
    assert found["y"] == ellison_glaeser(sizes[3:], [0, 1], [14, 16])


@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_cluster_index_is_reat_s_product_where_nobody_lacks(
    regions: int, activities: int, data: st.DataObject
) -> None:
    def drawn(*shape: int) -> np.ndarray:
        n = int(np.prod(shape))
        values = data.draw(st.lists(st.integers(1, 99), min_size=n, max_size=n))
        return np.array(values, float).reshape(shape)

    e, b, a, p = drawn(regions, activities), drawn(regions, activities), drawn(regions), drawn(regions)
    whole = e.sum(axis=0)
    density = (e / a[:, None]) / (whole / a.sum())
    share = (e / p[:, None]) / (whole / p.sum())
    firm = (e / b) / (whole / b.sum(axis=0))
    np.testing.assert_allclose(cluster_index(e, b, a, p), density * share / firm, rtol=1e-9)
    np.testing.assert_allclose(
        cluster_index(9 * e, 2 * b, a / 3, 5 * p), cluster_index(e, b, a, p), rtol=1e-9
    )
    if regions == 1:
        np.testing.assert_allclose(cluster_index(e, b, a, p), 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ellison_glaeser([5], [0], [1, 1]),
            "sizes: one firm has the whole activity; expected: at least two",
        ),
        (lambda: ellison_glaeser([5, 0], [0, 1], [1, 1]), "one firm has the whole activity"),
        (lambda: ellison_glaeser([5, 5], [0, 0], [1, 0]), "reference: one region has everything"),
        (
            lambda: ellison_glaeser([5, 5], [0, 2], [1, 1]),
            r"region: regions \[0 2\]; expected: .*from 0 to 1",
        ),
        (lambda: ellison_glaeser([5, 5], [0, -1], [1, 1]), "from 0 to 1"),
        (lambda: ellison_glaeser([5, 5], [0.0, 1.0], [1, 1]), "whole number"),
        (lambda: ellison_glaeser([5, 5], [0], [1, 1]), "for each of 2 firms"),
        (lambda: ellison_glaeser([5, -5], [0, 1], [1, 1]), r"sizes\[1\]: -5.0"),
        (lambda: ellison_glaeser([5, NAN], [0, 1], [1, 1]), r"sizes\[1\]: nan"),
        (lambda: ellison_glaeser([], [], [1, 1]), "sizes"),
        (lambda: ellison_glaeser_by([1, 1], ["a", "b"], ["x", "y"]), "activity x: one firm has the whole"),
        (lambda: ellison_glaeser_by([1, 1], ["a"], ["x", "x"]), "region: 1 entries; expected: 2"),
        (lambda: cluster_index([[1.0]], [[1.0, 2.0]], [1], [1]), "firms: an array of shape"),
        (lambda: cluster_index([[1.0, 0.0]], [[1.0, 2.0]], [1], [1]), r"sizes\[:, 1\]: zeros only"),
        (lambda: cluster_index([[1.0], [1.0]], [[1.0], [1.0]], [1, 0], [1, 1]), r"area\[1\]"),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(IndicatorError, match=message):
        call()  # type: ignore[operator]


def test_registered_index_takes_all_segments_as_the_reference() -> None:
    rows = [
        (HOME, "ic.eda", 5.0),
        (HOME, "ic.eda", 5.0),
        ("乙市", "ic.eda", 7.0),
        (HOME, "ic.ip-cores", 4.0),
        ("乙市", "ic.ip-cores", 6.0),
        ("乙市", "ic.ip-cores", 5.0),
        (HOME, "ic.ip-cores", 5.0),
        (HOME, "ic.wet-chemicals", 8.0),
        ("乙市", "ic.wet-chemicals", 1.0),
    ]
    made = city_of([{"city": c, "segment": s, "output": x} for c, s, x in rows])
    found = {r.subject: r for r in agglomeration(made)}
    expected = ellison_glaeser_by([x for _c, _s, x in rows], [c for c, _s, _x in rows], list("xxxyyyyzz"))
    assert found["ic.ip-cores"].value == expected["y"].gamma
    for few in ("ic.eda", "ic.wet-chemicals"):  # 1 / H is 2.9 and 1.2 firms: chance says too little
        note = found[few].note
        assert found[few].value is None
        assert note is not None
        assert note[1].startswith("fewer than 3 firms in effect")
    alone = city_of([{"city": c, "segment": s, "output": x} for c, s, x in rows[2:4]])
    notes = {r.subject: r.note for r in agglomeration(alone)}
    assert notes["ic.eda"] is not None
    assert notes["ic.eda"][1].startswith("one firm has the whole segment")
    one = city_of([{"city": c, "segment": s, "output": x} for c, s, x in rows[:2]])
    note = {r.subject: r.note for r in agglomeration(one)}["ic.eda"]
    assert note is not None
    assert note[1].startswith("all firms are of one region")
