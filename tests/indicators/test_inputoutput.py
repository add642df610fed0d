"""Input-output: worked examples of the books, invariants, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chainmend.errors import ChainmendError, IndicatorError
from chainmend.indicators.inputoutput import (
    backward_linkages,
    direct_coefficients,
    downstreamness,
    forward_linkages,
    leontief_inverse,
    multipliers,
    total_requirements,
    upstreamness,
)

# Miller and Blair (2009), table 2.3: two sectors, final demand 350 and 1700
FLOWS = np.array([[150.0, 500.0], [200.0, 100.0]])
OUTPUT = np.array([1000.0, 2000.0])
A = np.array([[0.15, 0.25], [0.20, 0.05]])
L = np.array([[1.254125, 0.330033], [0.264026, 1.122112]])  # as the book prints it

tables = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, (n, n), elements=st.floats(0, 100)),
        arrays(np.float64, n, elements=st.floats(0.5, 100)),
        arrays(np.float64, n, elements=st.floats(0.5, 100)),
    )
)


def economy(drawn: tuple[Any, Any, Any]) -> tuple[Any, Any]:
    """A table in which final demand and value added are above 0 in every sector."""
    flows, final, added = drawn
    output = np.maximum(flows.sum(axis=1) + final, flows.sum(axis=0) + added)
    return flows, output


def test_the_example_of_miller_and_blair() -> None:
    assert direct_coefficients(FLOWS, OUTPUT) == pytest.approx(A)
    assert leontief_inverse(A) == pytest.approx(L, abs=1e-6)
    assert total_requirements(A, [350, 1700]) == pytest.approx(OUTPUT)
    assert total_requirements(A, [600, 1500]) == pytest.approx([1247.52, 1841.58], abs=0.01)
    assert multipliers(A) == pytest.approx(L.sum(axis=0), abs=1e-5)


def test_linkages_are_sums_of_the_inverse_over_their_average() -> None:
    average = L.sum() / 2
    assert backward_linkages(A) == pytest.approx(L.sum(axis=0) / average, abs=1e-5)
    assert forward_linkages(A) == pytest.approx(L.sum(axis=1) / average, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_a_table_that_balances(drawn: tuple[Any, Any, Any]) -> None:
    flows, output = economy(drawn)
    a = direct_coefficients(flows, output)
    final = output - flows.sum(axis=1)
    assert total_requirements(a, final) == pytest.approx(output, rel=1e-6)
    # value added per unit of output is wholly in the price: v' L = 1'
    assert multipliers(a, 1 - a.sum(axis=0)) == pytest.approx(np.ones(len(a)), rel=1e-6)
    series = sum((np.linalg.matrix_power(a, k) for k in range(1, 6)), np.eye(len(a)))
    inverse = leontief_inverse(a)
    assert (inverse >= series - 1e-9).all()
    for linkages in (backward_linkages(a), forward_linkages(a)):
        assert linkages.mean() == pytest.approx(1)
        assert (linkages > 0).all()


@settings(max_examples=60, deadline=None)
@given(tables, st.floats(0.001, 1000))
def test_steps_to_the_final_user(drawn: tuple[Any, Any, Any], unit: float) -> None:
    flows, output = economy(drawn)
    up, down = upstreamness(flows, output), downstreamness(flows, output)
    assert (up >= 1).all()
    assert (down >= 1).all()
    assert upstreamness(flows * unit, output * unit) == pytest.approx(up, rel=1e-6)
    # Fally (2012): steps ahead weighted by final use, and steps behind weighted by value added, are the same
    # total: output over final use
    final, added = output - flows.sum(axis=1), output - flows.sum(axis=0)
    assert added @ up == pytest.approx(output.sum(), rel=1e-6)
    assert final @ down == pytest.approx(output.sum(), rel=1e-6)
    mirrored = upstreamness(flows.T, output)
    assert mirrored == pytest.approx(down, rel=1e-9)


def test_steps_in_a_chain() -> None:
    flows = np.array([[0, 50, 0], [0, 0, 100], [0, 0, 0]])
    assert upstreamness(flows, [50, 100, 150]) == pytest.approx([3, 2, 1])
    assert upstreamness(flows, [100, 100, 150]) == pytest.approx([2, 2, 1])  # half to final users at once
    assert downstreamness(flows, [50, 100, 150]) == pytest.approx([1, 1.5, 2])


def test_corrections_of_upstreamness() -> None:
    flows = np.array([[0.0, 50.0], [0.0, 0.0]])
    # 100 are made, 50 are sold on; what lies in stock will go the same way
    assert upstreamness(flows, [100, 100]) == pytest.approx([1.5, 1])
    assert upstreamness(flows, [100, 100], inventories=[50, 0]) == pytest.approx([2, 1])
    assert upstreamness(flows, [100, 100], net_exports=[25, -10]) == pytest.approx([1 + 50 / 75, 1])
    assert upstreamness(flows, [100, 100], inventories=[-100, 0]) == pytest.approx([1.25, 1])
    both = upstreamness(flows, [100, 100], inventories=[20, 0], net_exports=[5, 0])
    assert both == pytest.approx([1 + 50 / 75, 1])


def test_a_sector_without_output() -> None:
    flows, output = np.array([[10.0, 0.0], [0.0, 0.0]]), np.array([20.0, 0.0])
    assert direct_coefficients(flows, output).tolist() == [[0.5, 0], [0, 0]]
    assert upstreamness(flows, output) == pytest.approx([2, 1])
    assert downstreamness(flows, output) == pytest.approx([2, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: direct_coefficients(FLOWS, [1000, -1]), "output[1]: -1.0"),
        (lambda: direct_coefficients(FLOWS, [1000, np.nan]), "output[1]: nan"),
        (lambda: direct_coefficients(FLOWS, [1000]), "output: an array of shape (1,)"),
        (lambda: direct_coefficients(FLOWS, [0, 0]), "output: zeros only"),
        (lambda: direct_coefficients(-FLOWS, OUTPUT), "flows[0, 0]: -150.0"),
        (lambda: direct_coefficients([["x"]], [1]), "flows: could not convert"),
        (lambda: direct_coefficients(FLOWS, [1000, 0]), "sectors 1: a sector without output buys"),
        (lambda: upstreamness(FLOWS, [0, 1000]), "sectors 0: a sector sells, and has nothing to sell"),
        (lambda: upstreamness(FLOWS, OUTPUT, inventories=[1000, 0]), "sectors 0: a sector sells"),
        (lambda: upstreamness(FLOWS, OUTPUT, net_exports=[np.inf, 0]), "net_exports: an array of shape (2,)"),
        (lambda: upstreamness(FLOWS, OUTPUT, net_exports=["x", 0]), "net_exports: could not convert"),
        (lambda: upstreamness(FLOWS, OUTPUT, inventories=[0]), "inventories: an array of shape (1,)"),
        (lambda: leontief_inverse(np.zeros((0, 0))), "coefficients: an array of shape (0, 0)"),
        (lambda: leontief_inverse([[0.1, 0.2]]), "coefficients: an array of shape (1, 2)"),
        (lambda: leontief_inverse([[np.inf]]), "coefficients[0, 0]: inf"),
        (lambda: leontief_inverse([[1.0]]), "coefficients: a spectral radius of 1"),
        (lambda: leontief_inverse([[0.5, 0.5], [0.5, 0.5]]), "coefficients: a spectral radius of 1"),
        (lambda: leontief_inverse([[0.2, 2.0], [2.0, 0.1]]), "coefficients: a spectral radius of 2.1"),
        (lambda: leontief_inverse([[0.2, 0], [0, 1.5]]), "coefficients: a spectral radius of 1.5"),
        (lambda: upstreamness([[0, 9], [9, 0]], [9, 9]), "flows over output: a spectral radius of 1"),
        (lambda: total_requirements(A, [-1, 2]), "demand[0]: -1.0"),
        (lambda: multipliers(A, [1, 2, 3]), "per_output: an array of shape (3,)"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(IndicatorError) as caught:
        call()
    assert str(caught.value).startswith(message)
    assert caught.value.expected
    assert isinstance(caught.value, ChainmendError)
    assert isinstance(caught.value, ValueError)
