"""The model behind estimated links, held against the published formulas in dense matrices and against closed forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.gravity import probabilities, published, sizes, weights

from chainmend.chain.model import Catalogue, Chain, Cluster, Dependence, Segment, Stage, Text
from chainmend.fragility.reconstruct import Affinity, reconstruct

if TYPE_CHECKING:
    from chainmend.fragility.ensemble import Ensemble

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


def test_sectors_are_drawn_independently() -> None:
    """Two suppliers alike but for their sector share a buyer as often as chance has it: in a quarter of all cases."""
    buyers, draws = 40, 200
    drawn = reconstruct(
        [1.0, 1.0] + [0.0] * buyers, ["a", "b"] + ["c"] * buyers, inputs=[0.0] * 2 + [1.0] * buyers,
        mean_degree=buyers / (buyers + 2), draws=draws,
    )  # fmt: skip
    both = sum((np.bincount(net.buyer, minlength=42) == 2).sum() for net in drawn) / (buyers * draws)
    assert both == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / (buyers * draws)))


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
