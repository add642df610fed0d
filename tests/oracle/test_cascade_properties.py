"""What must hold of every cascade, on random networks, and that the dense twin gives the same losses and steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.dense import dense_cascade

from chainmend.fragility.network import SupplyNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")
FEW = settings(max_examples=60, deadline=None)
TINY = 1e-300  # any change goes on: all cascades take the same number of steps
SHARES = st.sampled_from([0.0, 0.0, 0.1, 0.37, 0.5, 0.999, 1.0])


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    """What `SupplyNetwork.from_edges` takes: few firms, some without links or alone in a sector; self-loops."""
    n = draw(st.integers(1, 10))
    firm = st.integers(0, n - 1)
    links = draw(st.lists(st.tuples(firm, firm, st.floats(0.01, 100)), min_size=1, max_size=4 * n))
    sector = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    m = len(set(sector))
    classes = draw(st.lists(st.sampled_from([0, 1, 2, 2]), min_size=m * m, max_size=m * m))
    return {
        "supplier": np.array([x[0] for x in links], int),
        "buyer": np.array([x[1] for x in links], int),
        "weight": np.array([x[2] for x in links], float),
        "sector": np.array(sector),
        "market": np.array(sector) if draw(st.booleans()) else None,
        "essentiality": np.reshape(classes, (m, m)),
    }


@st.composite
def shocked(draw: st.DrawFn) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """A network and the losses it starts with, downstream and upstream."""
    edges = draw(networks())
    n = len(edges["sector"])
    down, up = (np.array(draw(st.lists(SHARES, min_size=n, max_size=n))) for _side in range(2))
    return edges, down, up


def made(edges: dict[str, Any]) -> SupplyNetwork:
    return SupplyNetwork.from_edges(**edges)


@FEW
@given(shocked(), st.booleans(), st.sampled_from(["change", "total"]))
def test_the_dense_twin_gives_the_same_losses_and_steps(
    case: tuple[dict[str, Any], np.ndarray, np.ndarray], scale_free: bool, stop: Any
) -> None:
    edges, down, up = case
    net = made(edges)
    found = net.cascade(
        down, loss_upstream=up, tolerance=0.0123, scale_free=scale_free, stop=stop, max_steps=50
    )
    d, u, steps = dense_cascade(net, down, up, 0.0123, scale_free, stop, max_steps=50)
    assert np.allclose(found.downstream, d, rtol=0, atol=1e-9)
    assert np.allclose(found.upstream, u, rtol=0, atol=1e-9)
    assert found.steps.tolist() == [steps]


@FEW
@given(shocked())
def test_losses_are_shares_and_no_less_than_the_shock(
    case: tuple[dict[str, Any], np.ndarray, np.ndarray],
) -> None:
    edges, down, up = case
    found = made(edges).cascade(down, loss_upstream=up)
    for losses, start in ((found.downstream, down), (found.upstream, up), (found.loss, np.maximum(down, up))):
        assert (losses >= start).all()
        assert (losses <= 1).all()


@FEW
@given(shocked(), st.data())
def test_a_greater_shock_never_costs_less(
    case: tuple[dict[str, Any], np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    """At equal numbers of steps: a stopping test may end the greater cascade sooner."""
    edges, down, up = case
    n = len(down)
    more = np.array(data.draw(st.lists(SHARES, min_size=n, max_size=n)))
    net = made(edges)
    less = net.cascade(down, loss_upstream=up, tolerance=TINY, max_steps=30)
    greater = net.cascade(
        np.maximum(down, more), loss_upstream=np.maximum(up, more), tolerance=TINY, max_steps=30
    )
    assert (greater.downstream >= less.downstream - 1e-9).all()
    assert (greater.upstream >= less.upstream - 1e-9).all()


@FEW
@given(shocked(), st.randoms(use_true_random=False))
def test_the_order_of_firms_is_irrelevant(
    case: tuple[dict[str, Any], np.ndarray, np.ndarray], random: Any
) -> None:
    edges, down, up = case
    new = list(range(len(down)))
    random.shuffle(new)
    place = np.array(new)  # firm i becomes firm place[i]
    other = dict(edges)
    other["supplier"], other["buyer"] = place[edges["supplier"]], place[edges["buyer"]]
    for label in ("sector", "market"):
        if edges[label] is not None:
            other[label] = edges[label][np.argsort(place)]
    one = made(edges).cascade(down, loss_upstream=up, tolerance=0.0123)
    two = made(other).cascade(down[np.argsort(place)], loss_upstream=up[np.argsort(place)], tolerance=0.0123)
    assert np.allclose(two.downstream[place], one.downstream, rtol=0, atol=1e-9)
    assert np.allclose(two.upstream[place], one.upstream, rtol=0, atol=1e-9)
    assert one.steps.tolist() == two.steps.tolist()


@FEW
@given(shocked(), st.sampled_from([1e-12, 1e-4, 1e9]))
def test_the_unit_of_money_is_irrelevant(
    case: tuple[dict[str, Any], np.ndarray, np.ndarray], unit: float
) -> None:
    edges, down, up = case
    one = made(edges).cascade(down, loss_upstream=up, tolerance=0.0123, scale_free=True)
    two = made(edges | {"weight": edges["weight"] * unit}).cascade(
        down, loss_upstream=up, tolerance=0.0123, scale_free=True
    )
    assert np.allclose(two.downstream, one.downstream, rtol=0, atol=1e-9)
    assert np.allclose(two.upstream, one.upstream, rtol=0, atol=1e-9)


@FEW
@given(networks())
def test_a_firm_without_partners_costs_its_own_weight(edges: dict[str, Any]) -> None:
    n = len(edges["sector"]) + 1
    for label in ("sector", "market"):
        if edges[label] is not None:
            edges = edges | {label: np.append(edges[label], edges[label][0])}
    weights = np.arange(1.0, n + 1)
    found = made(edges).esri(firms=[n - 1], weights=weights)
    assert found.total.tolist() == pytest.approx([n / weights.sum()])
    assert found.steps.tolist() == [1]


def test_a_firm_that_buys_only_of_itself_keeps_its_loss() -> None:
    for essentiality in ("linear", "leontief"):
        net = SupplyNetwork.from_edges([0], [0], [5.0], sector=["a"], market=["a"], essentiality=essentiality)
        found = net.cascade([0.25])
        assert (found.downstream.tolist(), found.upstream.tolist()) == ([0.25], [0.25])


def test_a_firm_that_sells_nothing_takes_only_its_suppliers_along() -> None:
    """2 buys of 0 and 1 and sells nothing: no buyer loses, each supplier loses its share sold to 2."""
    net = SupplyNetwork.from_edges([0, 1, 1], [2, 2, 0], [4.0, 1.0, 3.0], sector=[0, 1, 2], market=[0, 1, 2])
    found = net.esri(firms=[2])
    assert (found.downstream.tolist(), found.upstream.tolist()) == ([0], [pytest.approx(0.5 + 0.5)])
    assert net.cascade([0, 0, 1]).upstream.tolist() == [1, 1, 1]


def test_the_only_firm_of_a_sector_cannot_be_replaced_in_whatever_unit() -> None:
    for unit in (1.0, 1e-6):
        net = SupplyNetwork.from_edges(
            [0], [1], [unit], sector=["a", "b"], market=["a", "b"], essentiality="leontief"
        )
        assert net.cascade([1, 0], scale_free=True).downstream.tolist() == [1, 1]
    # the published reference takes a market of which nothing is left as one of size 1
    assert net.cascade([1, 0], scale_free=False).downstream.tolist() == [1, pytest.approx(1e-6)]
