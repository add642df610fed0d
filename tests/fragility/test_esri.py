"""ESRI: closed forms, which firms and weights count, and what must not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.networks import power_law
from tests.fragility.compare import FIELDS, assert_same
from tests.oracle.dense import dense_cascade

from chainmend.errors import NetworkError
from chainmend.fragility.esri import Esri
from chainmend.fragility.network import SupplyNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")


@pytest.mark.parametrize("n", [2, 40])
def test_a_chain(way: str, n: int) -> None:
    """Firm k of n takes everything behind it along, and everything before it for want of demand."""
    net = SupplyNetwork.from_edges(
        range(n - 1), range(1, n), np.linspace(1, 2, n - 1), sector=range(n), essentiality="leontief"
    )
    found = net.esri(weights=np.ones(n))
    k = np.arange(n)
    np.testing.assert_allclose(found.downstream, (n - k) / n, atol=1e-9)
    np.testing.assert_allclose(found.upstream, (k + 1) / n, atol=1e-9)
    np.testing.assert_allclose(found.total, 1.0, atol=1e-9)
    assert found.steps.tolist() == (np.maximum(k, n - 1 - k) + 1).tolist()
    assert found.converged.all()


def test_a_ring_takes_everyone_both_ways(way: str) -> None:
    n = 31
    net = SupplyNetwork.from_edges(
        range(n), np.roll(range(n), -1), np.ones(n), sector=range(n), essentiality="leontief"
    )
    found = net.esri()
    for name in FIELDS:
        np.testing.assert_allclose(getattr(found, name), 1.0, atol=1e-9)
    assert found.steps.tolist() == [n] * n


@pytest.mark.parametrize("essentiality", ["linear", "leontief"])
def test_a_star_of_buyers_and_one_of_suppliers(way: str, essentiality: str) -> None:
    """A hub takes all its partners along on one side; each of them takes its share of the hub on the other."""
    m = 50
    hub, others = np.zeros(m, int), np.arange(1, m + 1)
    sizes = np.arange(1.0, m + 1)
    label = ["hub"] + ["other"] * m
    share = sizes / sizes.sum()
    sells = SupplyNetwork.from_edges(hub, others, sizes, sector=label, essentiality=essentiality)
    found = sells.esri(weights=np.ones(m + 1))
    np.testing.assert_allclose(found.downstream, [1] + [1 / (m + 1)] * m, atol=1e-9)
    np.testing.assert_allclose(found.upstream, np.append(1, 1 + share) / (m + 1), atol=1e-9)
    np.testing.assert_allclose(found.total, np.append(m + 1, 1 + share) / (m + 1), atol=1e-9)
    buys = SupplyNetwork.from_edges(others, hub, sizes, sector=label, essentiality=essentiality)
    found = buys.esri(weights=np.ones(m + 1))
    np.testing.assert_allclose(found.upstream, [1] + [1 / (m + 1)] * m, atol=1e-9)
    np.testing.assert_allclose(found.downstream, np.append(1, 1 + share) / (m + 1), atol=1e-9)
    assert found.steps.tolist() == [2, *np.where(share > 0.01, 2, 1)]


def test_a_monopoly_in_both_ways_of_counting(way: str) -> None:
    """The published program takes an empty market as one of size 1, in whatever unit."""
    for unit, felt in ((5.0, 1.0), (1.0, 1.0), (0.25, 0.25), (1e-6, 1e-6)):
        net = SupplyNetwork.from_edges([0], [1], [unit], sector=["a", "b"], market=["a", "b"])
        weights = [1.0, 3.0]
        published = net.esri(firms=[0], weights=weights)
        scale_free = net.esri(firms=[0], weights=weights, scale_free=True)
        assert published.downstream[0] == pytest.approx((1 + 3 * felt) / 4, abs=1e-9)
        assert scale_free.downstream[0] == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("essentiality", ["linear", "leontief"])
def test_two_suppliers_of_one_input(way: str, essentiality: str) -> None:
    """Shares 3/4 and 1/4 of all the buyer buys: the same whether it needs them together or each in part."""
    net = SupplyNetwork.from_edges(
        [0, 1], [2, 2], [3.0, 1.0], sector=["a", "a", "b"], essentiality=essentiality
    )
    found = net.esri(weights=[1, 1, 2])
    np.testing.assert_allclose(found.downstream, [(1 + 2 * 0.75) / 4, (1 + 2 * 0.25) / 4, 0.5], atol=1e-9)
    np.testing.assert_allclose(found.upstream, [0.25, 0.25, 1.0], atol=1e-9)
    # with a market the other one steps in, as far as it has sales of its own: 1/1 and min(1, 1/3)
    rivals = SupplyNetwork.from_edges(
        [0, 1], [2, 2], [3.0, 1.0], sector=["a", "a", "b"], market=["a", "a", "b"], essentiality=essentiality
    )
    found = rivals.esri(weights=[1, 1, 2])
    np.testing.assert_allclose(found.downstream, [(1 + 2 * 0.75) / 4, (1 + 2 * 0.25 / 3) / 4, 0.5], atol=1e-9)


def test_essential_inputs_are_counted_by_kind_and_substitutable_ones_by_all_that_is_bought(way: str) -> None:
    """Firm 4 buys of kinds a (essential; two suppliers), b (substitutable), c (irrelevant)."""
    net = SupplyNetwork.from_edges(
        [0, 1, 2, 3], [4, 4, 4, 4], [2.0, 6.0, 8.0, 4.0], sector=["a", "a", "b", "c", "d"],
        essentiality=[[1, 1, 1, 2], [1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1]],
    )  # fmt: skip
    found = net.esri(weights=[0, 0, 0, 0, 1])
    np.testing.assert_allclose(found.downstream, [2 / 8, 6 / 8, 8 / 20, 0, 1], atol=1e-9)


def test_linear_shares_add_up_over_several_steps(way: str) -> None:
    """0 sells to 1 and 2 (half of what each buys), both sell to 3: 3 loses half of each half."""
    net = SupplyNetwork.from_edges(
        [0, 0, 4, 4, 1, 2], [1, 2, 1, 2, 3, 3], [1.0, 1, 1, 1, 5, 5], sector=list("abcde")
    )
    found = net.esri(firms=[0, 3], weights=[0, 0, 0, 1, 0])
    np.testing.assert_allclose(found.downstream, [0.5, 1.0], atol=1e-9)
    # 3 buys all that 1 and 2 sell, they buy all that 0 and 4 sell
    assert net.esri(firms=[3], weights=np.ones(5)).upstream.tolist() == [pytest.approx(1.0)]


def test_a_firm_without_partners_costs_its_own_weight_in_one_step(way: str) -> None:
    net = SupplyNetwork.from_edges([0], [1], [1.0], sector=["a", "b", "c", "c"], market=["a", "b", "c", "c"])
    found = net.esri(firms=[2, 3], weights=[1, 2, 3, 4])
    for name in FIELDS:
        np.testing.assert_allclose(getattr(found, name), [0.3, 0.4], atol=1e-9)
    assert found.steps.tolist() == [1, 1]


@pytest.mark.parametrize("market", [None, ["a", "b"]])
def test_a_network_without_links_where_weights_are_given(way: str, market: Any) -> None:
    net = SupplyNetwork.from_edges([], [], [], sector=["a", "b"], market=market)
    assert net.esri(weights=[1, 3]).total.tolist() == [0.25, 0.75]
    with pytest.raises(NetworkError, match="weights: all weights are zero; expected: at least one firm"):
        net.esri()


def test_some_firms_by_number_or_name_in_their_own_order() -> None:
    net = power_law(300, seed=2)
    everyone = net.esri()
    some = net.esri(firms=[7, 299, 7, 0])
    assert some.firms.tolist() == [7, 299, 7, 0]
    assert_same(some, Esri(*(getattr(everyone, f)[[7, 299, 7, 0]] for f in everyone.__dataclass_fields__)))
    named = replace(net, names=tuple(f"f{i}" for i in range(300)))
    assert_same(named.esri(firms=["f7", "f299", "f7", "f0"]), some)
    assert_same(named.esri(firms=np.array([7, 299, 7, 0])), some)
    assert net.esri(firms=[]).total.tolist() == []


def test_weights_are_normalised_and_may_be_zero() -> None:
    net = power_law(300, seed=3)
    weights = np.random.default_rng(1).random(300) * (np.arange(300) % 3 > 0)
    assert_same(net.esri(weights=weights), net.esri(weights=weights * 1e6))
    assert_same(net.esri(), net.esri(weights=net.out_strength))
    alone = net.esri(weights=np.arange(300) == 5)
    assert alone.total[5] == pytest.approx(1.0)
    d, u, _steps = dense_cascade(net, np.arange(300) == 11, scale_free=False)
    assert alone.total[11] == pytest.approx(max(d[5], u[5]), abs=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"firms": [3]}, "no firm 3; expected: a number from 0 to 2"),
        ({"firms": ["x"]}, "no firm x; expected: a number from 0 to 2"),
        ({"firms": [0.5]}, "no firm 0.5"),
        ({"firms": np.array([True, False, True])}, "no firm True"),
        ({"weights": [1, 2]}, r"weights: shape \(2,\); expected: one value per firm \(3\)"),
        ({"weights": [1, -1, 2]}, "weights, row 1: -1.0; expected: a finite number of at least 0"),
        ({"weights": [1, 1, np.nan]}, "weights, row 2: nan"),
        ({"weights": [0, 0, 0]}, "all weights are zero"),
        ({"weights": ["a", "b", "c"]}, "weights: .*expected: numbers"),
        ({"tolerance": 0.0}, "tolerance: 0.0; expected: a number between 0 and 1"),
        ({"tolerance": 1.0}, "tolerance: 1.0; expected: a number between 0 and 1"),
        ({"tolerance": float("nan")}, "tolerance: nan"),
        ({"max_steps": 1.5}, r"max_steps: 1\.5; expected: a whole number of at least 1"),
        ({"workers": 0}, "workers: 0; expected: a whole number of at least 1"),
        ({"max_steps": 0}, "max_steps: 0; expected: a whole number of at least 1"),
        ({"engine": "spark"}, "engine: spark; expected: one of: threads, dask, cuda"),
    ],
)
def test_settings_out_of_their_range(options: Any, message: str) -> None:
    net = SupplyNetwork.from_edges([0, 1], [1, 2], [1.0, 1.0], sector=["a", "b", "c"])
    with pytest.raises(NetworkError, match=message):
        net.esri(**options)


def test_the_order_of_firms_is_irrelevant(way: str) -> None:
    net = power_law(400, seed=5)
    place = np.random.default_rng(0).permutation(400)  # firm i becomes firm place[i]
    back = np.argsort(place)
    other = SupplyNetwork.from_edges(
        place[net.supplier], place[net.buyer], net.weight, sector=net.sector[back],
        market=np.asarray(net.market)[back], essentiality=net.essentiality,
    )  # fmt: skip
    one, two = net.esri(), other.esri()
    assert_same(one, Esri(*(getattr(two, f)[place] for f in two.__dataclass_fields__)))


def test_the_unit_of_money_is_irrelevant_where_that_is_asked_for(way: str) -> None:
    net = power_law(400, seed=6)
    one = net.esri(scale_free=True)
    for unit in (1e-9, 1e8):
        assert_same(one, replace(net, weight=net.weight * unit).esri(scale_free=True))
    tiny = replace(net, weight=net.weight * 1e-9)
    assert np.abs(tiny.esri(scale_free=False).downstream - one.downstream).max() > 1e-3


def test_how_many_threads_and_batches_is_irrelevant() -> None:
    net = power_law(900, seed=7)
    one = net.esri(workers=1)
    assert_same(one, net.esri(workers=3))
    halves = [net.esri(firms=range(450)), net.esri(firms=range(450, 900))]
    assert_same(
        one, Esri(*(np.concatenate([getattr(h, f) for h in halves]) for f in one.__dataclass_fields__))
    )
