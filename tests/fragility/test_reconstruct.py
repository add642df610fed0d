"""Estimated links, held against the published formulas in dense matrices and against closed forms."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from chainmend.chain.model import Catalogue, Chain, Cluster, Dependence, Segment, Stage, Text
from chainmend.errors import NetworkError
from chainmend.fragility.network import SupplyNetwork
from chainmend.fragility.reconstruct import Affinity, reconstruct
from chainmend.i18n import set_language

if TYPE_CHECKING:
    from chainmend.fragility.ensemble import Ensemble


def all_pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Supplier and buyer of every pair, n x n in rows."""
    return tuple(part.astype(np.int32) for part in np.divmod(np.arange(n * n), n))  # type: ignore[return-value]


def probabilities(drawn: Ensemble) -> np.ndarray:
    n = drawn.model.n_firms
    return drawn.model.probability(*all_pairs(n)).reshape(n, n)


def weights(drawn: Ensemble) -> np.ndarray:
    n = drawn.model.n_firms
    return drawn.model.expected(*all_pairs(n)).reshape(n, n)


def published(fitness: np.ndarray, links: float) -> np.ndarray:
    """p = z f / (1 + z f) without self-links, z such that `links` are expected (Cimini et al. 2015)."""
    f = fitness * (1 - np.eye(len(fitness)))
    z = np.exp(brentq(lambda t: (np.exp(t) * f / (1 + np.exp(t) * f)).sum() - links, -60, 60, xtol=1e-12))
    return z * f / (1 + z * f)


def sizes(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sales and purchases over three orders of magnitude, of the same sum."""
    rng = np.random.default_rng(seed)
    sales, purchases = rng.lognormal(0, 1.5, (2, n))
    return sales, purchases * sales.sum() / purchases.sum()


# The published models


def test_one_sector_is_the_density_corrected_gravity_model() -> None:
    sales, purchases = sizes(200)
    drawn = reconstruct(sales, ["a"] * 200, inputs=purchases, mean_degree=6, draws=1)
    expected = published(np.multiply.outer(sales, purchases), 6 * 200)
    assert probabilities(drawn) == pytest.approx(expected, rel=3e-4)
    # its weight s_out s_in / (W p), up to what a firm cannot sell to itself: the largest firm's share of the whole
    share = max(sales.max(), purchases.max()) / sales.sum()
    published_weight = np.multiply.outer(sales, purchases) / sales.sum()
    off = ~np.eye(200, dtype=bool)
    assert weights(drawn)[off] == pytest.approx(published_weight[off], rel=3 * share)


def test_several_sectors_are_the_stripe_corrected_model() -> None:
    """f = sales of the supplier x what the buyer buys of its sector, by the sectors' flows."""
    n, m = 150, 5
    rng = np.random.default_rng(3)
    sales, _purchases = sizes(n, 1)
    sector = np.arange(n) % m
    flows = rng.random((m, m))
    drawn = reconstruct(sales, sector, flows=flows, mean_degree=5, draws=1)
    sold = np.bincount(sector, sales)
    flow = flows / flows.sum(1, keepdims=True) * sold[:, None]  # what each sector sells to each
    buys = flow[:, sector] * (
        sales / sold[sector]
    )  # of each sector, by firm: needs are in proportion to output
    assert probabilities(drawn) == pytest.approx(published(sales[:, None] * buys[sector], 5 * n), rel=3e-4)


def test_firms_that_are_all_alike_have_the_density_as_probability() -> None:
    n = 40
    drawn = reconstruct(np.full(n, 3.0), ["a"] * n, density=0.25, draws=1)
    off = ~np.eye(n, dtype=bool)
    assert probabilities(drawn)[off] == pytest.approx(0.25, rel=1e-6)
    assert weights(drawn)[off] == pytest.approx(3 / (n - 1))
    net = drawn.networks[0]
    assert net.weight == pytest.approx(np.full(net.n_links, 3 / (n - 1) / 0.25))


def test_one_possible_link() -> None:
    drawn = reconstruct([8.0, 0.0], ["a", "b"], inputs=[0, 5], mean_degree=0.25, draws=4000)
    assert probabilities(drawn).tolist() == [[0, pytest.approx(0.5)], [0, 0]]
    there = [net.n_links for net in drawn]
    assert abs(np.mean(there) - 0.5) < 4 * 0.5 / np.sqrt(4000)
    assert np.concatenate([net.weight for net in drawn]) == pytest.approx(16)


# What comes out is what went in


@pytest.mark.parametrize("inputs", [False, True])
@pytest.mark.parametrize("places", [1, 4])
def test_expected_strengths_are_met(inputs: bool, places: int) -> None:
    n, m = 300, 6
    sales, purchases = sizes(n, 5)
    rng = np.random.default_rng(6)
    drawn = reconstruct(
        sales, rng.integers(0, m, n), inputs=purchases if inputs else None, mean_degree=8, draws=1,
        affinity=rng.choice([1, 0.5, 0.1], (m, m)), place=np.arange(n) % places,
        distance=100 * (1 - np.eye(places)),
    )  # fmt: skip
    assert weights(drawn).sum(1) == pytest.approx(sales, rel=1e-9)
    if inputs:
        assert weights(drawn).sum(0) == pytest.approx(purchases, rel=1e-6)
    assert probabilities(drawn).sum() == pytest.approx(8 * n, rel=2e-4)


def test_a_table_of_flows_that_fits_the_firms_is_kept() -> None:
    """No flow inside a sector, so nothing is shifted by what a firm cannot buy from itself."""
    flows = np.array([[0.0, 30.0, 10.0], [5.0, 0.0, 20.0], [2.0, 3.0, 0.0]])
    sector = np.arange(90) % 3
    rng = np.random.default_rng(2)
    sales, needs = rng.random((2, 90)) + 0.1
    sales *= (flows.sum(1) / np.bincount(sector, sales))[sector]
    needs *= (flows.sum(0) / np.bincount(sector, needs))[sector]
    drawn = reconstruct(sales, sector, inputs=needs, flows=flows * 7, mean_degree=4, draws=1)
    w = weights(drawn)
    found = [[w[np.ix_(sector == k, sector == j)].sum() for j in range(3)] for k in range(3)]
    assert np.array(found) == pytest.approx(flows, rel=1e-6)


@pytest.mark.parametrize("spread", [0.3, 2.5])
def test_draws_have_the_wanted_density_and_mean_strengths(spread: float) -> None:
    n, draws = 400, 200
    sales = np.random.default_rng(1).lognormal(0, spread, n)
    drawn = reconstruct(sales, np.arange(n) % 8, mean_degree=10, draws=draws, seed=4)
    links = np.array([net.n_links for net in drawn])
    assert links.mean() == pytest.approx(10 * n, rel=0.02)
    assert np.mean([net.out_strength for net in drawn], 0).sum() == pytest.approx(sales.sum(), rel=0.02)
    largest = np.argsort(sales)[-40:]
    sold = np.mean([net.out_strength[largest] for net in drawn], 0)
    assert sold == pytest.approx(sales[largest], rel=0.2)
    assert sold.sum() == pytest.approx(sales[largest].sum(), rel=0.02)


def test_pairs_are_drawn_as_often_as_their_probability_says() -> None:
    """Both ways of drawing, odds above 1 and below: standardised differences have variance 1."""
    n, draws = 60, 3000
    sales, purchases = sizes(n, 8)
    drawn = reconstruct(sales, np.arange(n) % 4, inputs=purchases, mean_degree=12, draws=draws, seed=9)
    p = probabilities(drawn).ravel()
    counts = np.zeros(n * n)
    for net in drawn:
        counts[net.supplier * n + net.buyer] += 1
    assert counts[p == 0].sum() == 0
    usual = (p > 0.01) & (p < 0.99)
    assert (p[usual] > 0.5).sum() > 100
    z = (counts - draws * p)[usual] / np.sqrt(draws * p * (1 - p))[usual]
    assert z.std() == pytest.approx(1, abs=4 / np.sqrt(2 * usual.sum()))
    assert abs(z.mean()) < 4 / np.sqrt(usual.sum())


@given(
    sales=st.lists(st.floats(0.01, 1e6), min_size=3, max_size=20),
    labels=st.lists(st.sampled_from("abc"), min_size=20, max_size=20),
    share=st.floats(0.01, 0.9),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_sizes(sales: list[float], labels: list[str], share: float) -> None:
    n = len(sales)
    drawn = reconstruct(sales, labels[:n], density=share, draws=2)
    p, w = probabilities(drawn), weights(drawn)
    assert ((p >= 0) & (p <= 1)).all()
    assert p.sum() == pytest.approx(share * n * (n - 1), rel=1e-3)
    assert np.diag(p).tolist() == np.diag(w).tolist() == [0.0] * n
    assert w.sum(1) == pytest.approx(np.array(sales), rel=1e-9)
    for net in drawn:
        assert (net.supplier != net.buyer).all()
        assert (net.weight > 0).all()


# What the weights mean


def odds(drawn: Ensemble, supplier: int, buyer: int) -> float:
    p = float(probabilities(drawn)[supplier, buyer])
    return p / (1 - p)


def catalogue(*edges: tuple[str, str, Any]) -> Catalogue:
    """Segments a, b, c, d, z with these dependences."""
    segments = tuple(
        Segment(name, Text(name, name), Text("", ""), "s", "c", "k",
                inputs=tuple(Dependence(*e) for e in edges if e[1] == name))
        for name in "abcdz"
    )  # fmt: skip
    chain = Chain("c", Text("链", "Chain"), "k", (Stage("s", Text("段", "Stage")),), segments)
    cluster = Cluster("k", Text("群", "Cluster"), "future", "open", (chain,))
    return Catalogue("x", "1", Text("目录", "Catalogue"), "GB/T 4754-2017", (cluster,))


def test_classes_of_the_catalogue_have_their_weights() -> None:
    """Four firms sell to z with the weight of their class, and to the three others as nobody names them."""
    given_ = catalogue(("a", "z", "essential"), ("b", "z", "substitutable"), ("c", "z", "irrelevant"))
    needs = [0.0, 0.0, 0.0, 0.0, 1.0]
    drawn = reconstruct([1.0] * 4 + [0.0], list("abcdz"), inputs=needs, essentiality=given_, mean_degree=0.4)
    assert weights(drawn)[:, 4] == pytest.approx([1, 1, 1, 1, 0])  # z is the only buyer
    other = reconstruct([1.0, 1, 1, 1, 1], list("abcdz"), essentiality=given_, mean_degree=0.5)
    share = weights(other)[:4, 4] / weights(other)[:4].sum(1)
    assert share == pytest.approx([1 / 1.003, 0.5 / 0.503, 0.1 / 0.103, 0.001 / 0.004])
    assert other.networks[0].essentiality[0].tolist() == [1, 1, 1, 1, 2]


def test_weights_of_classes_can_be_chosen() -> None:
    drawn = reconstruct(
        [1.0, 1.0, 1.0], ["a", "b", "c"], essentiality=[[0, 2, 1], [0, 0, 0], [0, 0, 0]], mean_degree=0.5,
        affinity=Affinity(essential=3, substitutable=1, irrelevant=1),
    )  # fmt: skip
    assert weights(drawn)[0] == pytest.approx([0, 0.75, 0.25])
    assert odds(drawn, 0, 1) == pytest.approx(3 * odds(drawn, 0, 2))


def test_odds_fall_with_distance_as_said() -> None:
    place = ["x", "y", "y"]
    drawn = reconstruct(
        [1.0, 1.0, 1.0], ["a"] * 3, mean_degree=0.5, place=place, distance=[[0, 99], [99, 0]], decay=0.5
    )
    assert weights(drawn)[1] == pytest.approx([1 / 11, 0, 10 / 11])
    assert weights(drawn)[0] == pytest.approx([0, 0.5, 0.5])
    assert odds(drawn, 1, 2) == pytest.approx(10 * odds(drawn, 1, 0))


def test_who_has_nobody_to_sell_to_is_named() -> None:
    drawn = reconstruct(
        [1.0, 2.0, 3.0], ["a", "b", "c"], affinity=[[0, 1, 0], [0, 0, 0], [1, 1, 9]], mean_degree=0.5
    )
    assert drawn.unsold.tolist() == [1]  # c could sell to itself, and to a and b
    assert weights(drawn).sum(1) == pytest.approx([1, 0, 3])


# The same again


NAMES = [f"firm {i}" for i in range(30)]


def links(net: SupplyNetwork) -> set[tuple[str, str, float]]:
    assert net.names is not None
    return {
        (net.names[i], net.names[j], w)
        for i, j, w in zip(net.supplier, net.buyer, net.weight.tolist(), strict=True)
    }


def named(order: np.ndarray, **more: Any) -> Ensemble:
    """Thirty firms given in `order`."""
    sales = np.arange(30) % 7 + 1.0
    labels = {NAMES[i]: "abc"[i % 3] for i in order}
    return reconstruct(sales[order], labels, mean_degree=4, **more)


def test_order_of_firms_is_irrelevant() -> None:
    straight = named(np.arange(30), draws=3, seed=11)
    mixed = named(np.random.default_rng(0).permutation(30), draws=3, seed=11)
    assert [links(a) for a in straight] == [links(b) for b in mixed]
    assert mixed.frame().sort("supplier", "buyer").equals(straight.frame().sort("supplier", "buyer"))


def test_order_of_numbered_firms_is_irrelevant_where_no_two_are_alike() -> None:
    sales, _purchases = sizes(50, 2)
    mixed = np.random.default_rng(0).permutation(50)
    one, other = (reconstruct(s, ["a"] * 50, mean_degree=3, draws=1) for s in (sales, sales[mixed]))
    pairs = [{(sales[i], sales[j]) for i, j in zip(n.supplier, n.buyer, strict=True)} for n in one]
    again = [
        {(sales[mixed[i]], sales[mixed[j]]) for i, j in zip(n.supplier, n.buyer, strict=True)} for n in other
    ]
    assert pairs == again


def test_seeds_and_numbers_of_draws() -> None:
    few, many, other = (
        named(np.arange(30), draws=2, seed=1),
        named(np.arange(30), draws=5, seed=1),
        named(np.arange(30), draws=2, seed=2),
    )
    assert [links(a) for a in few] == [links(a) for a in many][:2]
    assert links(few.networks[0]) != links(few.networks[1])
    assert links(few.networks[0]) != links(other.networks[0])


def test_unit_of_money_is_irrelevant() -> None:
    sales, purchases = sizes(40, 3)
    yuan, wan = (
        reconstruct(sales * unit, ["a", "b"] * 20, inputs=purchases, mean_degree=4, draws=2)
        for unit in (1e4, 1.0)
    )
    for a, b in zip(yuan, wan, strict=True):
        assert (a.supplier.tolist(), a.buyer.tolist()) == (b.supplier.tolist(), b.buyer.tolist())
        assert a.weight == pytest.approx(b.weight * 1e4)


# Intervals and marks


def test_an_interval_is_the_quantiles_over_the_draws() -> None:
    drawn = reconstruct([1.0, 2.0, 3.0], ["a"] * 3, mean_degree=1, draws=101)
    numbers = {id(net): k for k, net in enumerate(drawn)}
    found = drawn.interval(lambda net: numbers[id(net)], level=0.8)
    assert (found.low, found.median, found.high) == pytest.approx((10, 50, 90))
    assert (found.level, found.draws, found.estimated) == (0.8, 101, True)
    both = drawn.interval(lambda net: np.array([numbers[id(net)], -1]))
    assert both.high == pytest.approx([95, -1])


def test_everything_says_that_it_is_estimated(tmp_path: Path) -> None:
    drawn = named(np.arange(30), draws=2)
    assert repr(drawn) == "Ensemble(estimated, 2 draws of 30 firms, mean degree 4, seed 0)"
    assert len(drawn) == 2
    assert drawn.frame()["estimated"].all()
    assert all(net.estimated for net in drawn)
    assert "estimated=True" in repr(drawn.networks[0])
    assert "estimated=True" in repr(drawn.interval(lambda net: net.n_links))
    opened = SupplyNetwork.open(drawn.networks[0].save(tmp_path / "estimate"))
    assert opened.estimated
    assert links(opened) == links(drawn.networks[0])


def test_a_frame_counts_how_often_a_link_was_drawn() -> None:
    drawn = named(np.arange(30), draws=4)
    frame = drawn.frame()
    assert frame["drawn"].sum() * 4 == sum(net.n_links for net in drawn)
    assert set(frame["drawn"].unique()) <= {0.25, 0.5, 0.75, 1.0}
    firms = {name: k for k, name in enumerate(NAMES)}
    supplier, buyer = ([firms[f] for f in frame[c]] for c in ("supplier", "buyer"))
    assert frame["weight"].to_list() == weights(drawn)[supplier, buyer].tolist()


def test_memory_does_not_grow_with_pairs() -> None:
    n = 6000
    sales = np.random.default_rng(0).lognormal(0, 1.5, n)
    tracemalloc.start()
    drawn = reconstruct(sales, np.arange(n) % 50, mean_degree=5, draws=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drawn.networks[0].n_links == pytest.approx(5 * n, rel=0.1)
    assert peak < n * n  # bytes: an eighth of one dense matrix


# Bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output": [1, -1, 2]}, r"output, row 1: -1\.0; expected: a finite number of at least 0"),
        ({"output": [1, float("nan"), 2]}, r"output, row 1: nan"),
        ({"output": [0, 0, 0]}, r"output: no firm with a value above 0"),
        ({"output": [1, 2]}, r"output: shape \(2,\)"),
        ({"inputs": [1, 2]}, r"inputs: shape \(2,\)"),
        ({"mean_degree": 2}, r"6 expected links; expected: more than 0 and fewer than the 6 possible ones"),
        ({"mean_degree": 0}, r"0 expected links"),
        ({"density": 0.5}, r"both or neither of `mean_degree` and `density`"),
        ({"mean_degree": None}, r"both or neither"),
        ({"affinity": [[1]]}, r"affinity: shape \(1, 1\); expected: \(2, 2\)"),
        ({"affinity": [[1, 1], [-2, 1]]}, r"affinity, row 1, column 0: -2\.0"),
        ({"affinity": Affinity(substitutable=-1)}, r"affinity, row 0, column 0: -1\.0"),
        ({"flows": [[1, 2, 3]]}, r"flows: shape \(1, 3\)"),
        ({"place": [0, 1, 0], "distance": [[0]]}, r"distance: shape \(1, 1\); expected: \(2, 2\)"),
        ({"decay": -1, "distance": [[0]]}, r"decay: -1; expected: a finite number of at least 0"),
        ({"draws": 0}, r"draws: 0; expected: a whole number of at least 1"),
        ({"seed": -1}, r"seed: -1; expected: a whole number of at least 0"),
        ({"inputs": [9, 1, 1], "affinity": [[0, 1], [0, 0]]}, r"inputs: .*cannot be met|expected links"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"output": [1.0, 2.0, 3.0], "mean_degree": 1} | change
    with pytest.raises(NetworkError, match=message):
        reconstruct(arguments.pop("output"), ["a", "a", "b"], **arguments)


def test_sales_that_no_purchases_can_take_are_refused() -> None:
    """a sells to c only and b to d only, but d needs most."""
    affinity = [[0, 0, 1, 0], [0, 0, 0, 1], [0] * 4, [0] * 4]
    with pytest.raises(NetworkError, match=r"inputs: sales and purchases cannot be met together"):
        reconstruct([1.0, 1, 0, 0], list("abcd"), inputs=[0, 0, 1, 9], affinity=affinity, mean_degree=0.25)


def test_intervals_need_two_draws_and_a_share() -> None:
    drawn = reconstruct([1.0, 2.0, 3.0], ["a"] * 3, mean_degree=1, draws=1)
    with pytest.raises(NetworkError, match="draws: one draw; expected: at least two"):
        drawn.interval(lambda net: net.n_links)
    with pytest.raises(NetworkError, match="level: 1; expected: a share above 0 and below 1"):
        reconstruct([1.0, 2.0], ["a"] * 2, mean_degree=0.5).interval(lambda net: net.n_links, level=1)
    set_language("zh")
    with pytest.raises(NetworkError, match="只有一次抽样"):
        drawn.interval(lambda net: net.n_links)
