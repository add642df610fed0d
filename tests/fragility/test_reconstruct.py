"""Ensembles of estimated links: repeatable, marked, with intervals; what makes no sense is refused."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.oracle.dense import dense_cascade
from tests.oracle.gravity import sizes, weights

from chainmend.errors import NetworkError
from chainmend.fragility.network import SupplyNetwork
from chainmend.fragility.reconstruct import Affinity, reconstruct
from chainmend.i18n import set_language

if TYPE_CHECKING:
    from chainmend.fragility.ensemble import Ensemble

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


def test_the_interval_of_a_loss_is_that_of_the_links_it_goes_along() -> None:
    """The only supplier of an essential input stops: who has a link to it loses all, of 50 alike at odds of one."""
    buyers = 50
    drawn = reconstruct(
        [1.0] + [0.0] * buyers, ["a"] + ["b"] * buyers, inputs=[0.0] + [1.0] * buyers, essentiality="leontief",
        affinity=[[0, 1], [0, 0]], mean_degree=0.5 * buyers / (buyers + 1), draws=400,
    )  # fmt: skip
    stop = np.eye(buyers + 1)[0]
    found = drawn.interval(lambda net: dense_cascade(net, stop)[0][1:].mean())
    # quantiles of the binomial distribution (50, 0.5): 19, 25 and 31
    assert (found.low, found.median, found.high) == pytest.approx((0.38, 0.5, 0.62), abs=0.021)


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
