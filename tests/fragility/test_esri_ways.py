"""Every way of computing ESRI against the others and the dense twin; shocks that must be looked at again."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.networks import power_law
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fragility.compare import FIELDS, assert_same, dense, twin
from tests.oracle.test_cascade_properties import networks

from chainmend.fragility.engines import Job, threads
from chainmend.fragility.esri import weights_of
from chainmend.fragility.network import SupplyNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")


@pytest.mark.parametrize(
    ("firms", "options", "settings"),
    [
        (300, {"seed": 11, "links": 3.0}, {}),
        (300, {"seed": 12, "links": 8.0, "sectors": 5}, {"scale_free": True}),
        (500, {"seed": 13, "links": 8.0, "market": None}, {}),
        (500, {"seed": 14, "links": 3.0, "essentiality": "leontief"}, {}),
        (400, {"seed": 15, "links": 8.0, "essentiality": "leontief", "market": None}, {}),
        (500, {"seed": 16, "links": 8.0, "essentiality": "linear"}, {"scale_free": True}),
        (400, {"seed": 17, "links": 3.0, "essentiality": "linear", "market": None}, {}),
        (400, {"seed": 18, "links": 8.0}, {"tolerance": 1e-3}),
        (300, {"seed": 19, "links": 8.0}, {"tolerance": 1e-5}),
        (300, {"seed": 20, "links": 3.0, "essentiality": "leontief"}, {"tolerance": 1e-5}),
        (300, {"seed": 21, "links": 8.0}, {"tolerance": 0.3}),
        (2000, {"seed": 22, "links": 3.0}, {}),
        (300, {"seed": 23, "links": 8.0, "sectors": 300}, {"scale_free": True}),
    ],
)
def test_narrow_wide_and_dense_give_the_same(way: str, firms: int, options: Any, settings: Any) -> None:
    net = power_law(firms, **options)
    chosen = np.arange(0, firms, max(1, firms // 500))
    found = net.esri(firms=chosen, **settings)
    assert_same(found, dense(net, chosen, **settings))
    assert len(np.unique(found.steps)) > 2


def test_lanes_are_used_and_filled_again(way: str, redone: list[int]) -> None:
    """More shocks than lanes go on past the frontier; hardly any needs the dense kernel."""
    net = power_law(600, seed=24)
    task = Job(1e-2, False, 1000, weights_of(net, None))
    worker = threads._Worker(net.plan, task, way == "wide")
    out = worker.solve(np.arange(600, dtype=np.int32))
    used = [state.any() for state in worker.states]
    assert any(used)
    assert (out["steps"] > 5).sum() > 64
    assert len(redone) < 6
    # a worker that has solved one batch is clean for the next
    assert np.array_equal(out, worker.solve(np.arange(600, dtype=np.int32)))


def test_a_network_reaches_lanes_of_one_shock_and_of_none(way: str) -> None:
    net = power_law(600, seed=25)
    everyone = net.esri()
    busiest = int(np.argmax(everyone.total))
    for firms in ([busiest], [busiest] * 33, [busiest] * 31 + [0] * 2):
        found = net.esri(firms=firms)
        np.testing.assert_allclose(found.total, everyone.total[firms], rtol=0, atol=1e-9)
        np.testing.assert_array_equal(found.steps, everyone.steps[firms])


@settings(max_examples=80, deadline=None)
@given(networks(), st.booleans(), st.booleans(), st.sampled_from([0.0123, 1.23e-5]), st.data())
def test_random_networks_against_dense_matrices(
    edges: Any, wide: bool, scale_free: bool, tolerance: float, data: st.DataObject
) -> None:
    """Few firms, some without sales, alone in a sector, or selling to themselves; sizes given now and then."""
    n = len(edges["sector"])
    for size in ("revenue", "costs"):
        if data.draw(st.booleans()):
            edges = edges | {
                size: data.draw(st.lists(st.sampled_from([0.0, 1.0, 50.0, 1e4]), min_size=n, max_size=n))
            }
    net = SupplyNetwork.from_edges(**edges)
    weights = data.draw(st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=n, max_size=n)) + np.eye(n)[0]
    task = Job(tolerance, scale_free, 60, weights_of(net, weights))
    worker = threads._Worker(net.plan, task, wide)
    rows = worker.solve(np.arange(n, dtype=np.int32))
    for firm, row in enumerate(rows):
        numbers, steps = twin(net, firm, weights, tolerance=tolerance, scale_free=scale_free, max_steps=60)
        assert [row[name] for name in FIELDS] == pytest.approx(numbers, abs=1e-9)
        assert row["steps"] == steps


@pytest.mark.parametrize("off", [-1e-10, -1e-13, 0.0, 1e-13, 1e-10])
@pytest.mark.parametrize("tolerance", [1e-2, 1e-5])
def test_a_shock_too_close_to_the_tolerance_is_redone(
    way: str, redone: list[int], off: float, tolerance: float
) -> None:
    """Firm 2 loses the tolerance and next to nothing more or less: one step or two, as the doubles say."""
    share = tolerance + off
    net = SupplyNetwork.from_edges([0, 1], [2, 2], [share, 1 - share], sector=["a", "b", "c"])
    found = net.esri(firms=[0], tolerance=tolerance, weights=[1, 1, 1])
    assert redone == [0]
    numbers, steps = twin(net, 0, [1, 1, 1], tolerance=tolerance, scale_free=False)
    assert [getattr(found, name)[0] for name in FIELDS] == pytest.approx(numbers, abs=1e-9)
    assert found.steps[0] == steps
    if off:
        assert steps == (2 if off > 0 else 1)


def test_a_shock_further_from_it_is_not(way: str, redone: list[int]) -> None:
    for share, steps in ((0.01 - 1e-7, 1), (0.01 + 1e-7, 2)):
        net = SupplyNetwork.from_edges([0, 1], [2, 2], [share, 1 - share], sector=["a", "b", "c"])
        assert net.esri(firms=[0]).steps.tolist() == [steps]
    assert redone == []


def rivals() -> SupplyNetwork:
    """Two firms of one market, the second in need of the first; sales below 1."""
    return SupplyNetwork.from_edges(
        [0, 0, 1, 1], [1, 2, 2, 3], [0.1, 0.2, 0.1, 0.3], sector=["a", "a", "b", "c"],
        market=["a", "a", "b", "c"], essentiality="leontief",
    )  # fmt: skip


def test_replaceability_that_falls_is_redone(way: str, redone: list[int]) -> None:
    """When the second has stopped as well, the published program takes both for replaceable: losses fall back."""
    net = rivals()
    found = net.esri(weights=np.ones(4))
    assert 0 in redone
    for firm in range(4):
        numbers, steps = twin(net, firm, np.ones(4), scale_free=False)
        assert [getattr(found, name)[firm] for name in FIELDS] == pytest.approx(numbers, abs=1e-9)
        assert found.steps[firm] == steps
    # nothing falls where an empty market counts as irreplaceable
    redone.clear()
    whole = net.esri(weights=np.ones(4), scale_free=True)
    assert redone == [] if way == "narrow" else set(redone) <= {0, 1}
    assert whole.downstream[0] == pytest.approx(1.0, abs=1e-9)
    assert found.downstream[0] < 0.9


def test_losses_that_may_grow_on_their_way_are_followed_densely(redone: list[int]) -> None:
    """Revenues below what is sold inside the network: impacts sum to more than one."""
    net = replace(power_law(300, seed=26), revenue=np.full(300, 0.5))
    assert not net.plan.contracting
    found = net.esri(firms=range(40))
    assert redone == list(range(40))
    for firm in (0, 17, 39):
        numbers, steps = twin(net, firm, net.out_strength, scale_free=False)
        assert [getattr(found, name)[firm] for name in FIELDS] == pytest.approx(numbers, abs=1e-9)
        assert found.steps[firm] == steps


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_cascade_that_is_given_up_says_so(way: str, most: int) -> None:
    net = power_law(300, seed=27)
    with pytest.warns(RuntimeWarning, match=rf"cascades had not come to rest after {most} steps") as told:
        found = net.esri(max_steps=most)
    assert [warning.filename for warning in told] == [__file__]  # whose call it was
    assert found.steps.max() == most
    assert 0 < found.converged.sum() < 300 or most == 1
    assert_same(found, dense(net, max_steps=most))
    whole = net.esri()
    assert (found.total <= whole.total + 1e-9).all()
    assert np.array_equal(found.converged, whole.steps <= most)


def test_a_cascade_that_ends_at_the_last_step_allowed_has_converged(way: str) -> None:
    net = SupplyNetwork.from_edges(
        range(4), range(1, 5), np.ones(4), sector=range(5), essentiality="leontief"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = net.esri(max_steps=5)
    assert found.converged.all()
    assert found.steps.tolist() == [5, 4, 3, 4, 5]


@pytest.mark.parametrize("part", [0.1, 0.5])
def test_costs_below_purchases_are_not_left_to_the_fast_kernels(
    way: str, redone: list[int], part: float
) -> None:
    """Losses grow on their way there, and with them whatever is cut off or rounded."""
    net = power_law(300, seed=4)
    net = replace(net, costs=net.in_strength * part)
    weights = net.out_strength
    found = net.esri(firms=range(0, 300, 30), max_steps=60)
    assert redone == list(range(0, 300, 30))
    for k, firm in enumerate(found.firms):
        numbers, steps = twin(net, int(firm), weights, tolerance=1e-2, scale_free=False, max_steps=60)
        assert [getattr(found, name)[k] for name in FIELDS] == pytest.approx(numbers, abs=1e-9)
        assert found.steps[k] == steps


def test_a_market_of_one_firm_is_not_redone(way: str, redone: list[int]) -> None:
    """Nothing is left of the market of whoever stops, but nobody's loss falls back for it."""
    net = power_law(200, sectors=200, seed=3)
    net.esri(scale_free=True)
    assert redone == []
    large = replace(net, weight=net.weight * 1e6)
    large.esri(scale_free=False)
    assert redone == []


def test_sales_next_to_nothing_do_not_open_a_market_again_and_again(way: str) -> None:
    """Products of such sales are zero in doubles; the list of markets has one place a market."""
    n = 40
    net = SupplyNetwork.from_edges(
        list(range(n - 1)), list(range(1, n)), [5e-324] * (n - 1), sector=["a"] * n, market=["a"] * n,
        essentiality="leontief",
    )  # fmt: skip
    found = net.esri(weights=np.ones(n))
    assert np.isfinite(found.total).all()
