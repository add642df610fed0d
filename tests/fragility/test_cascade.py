"""What any shock does to every firm, by name or number, alone or in a batch, summed up by groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from benchmarks.networks import power_law
from tests.oracle.dense import dense_cascade

from chainmend.errors import NetworkError
from chainmend.fragility.network import SupplyNetwork

SIDES = ("downstream", "upstream", "initial_downstream", "initial_upstream")


def chain(**options: Any) -> SupplyNetwork:
    """x sells to y, y to z; every input is essential."""
    columns = (["x", "y"], ["y", "z"], [1.0, 1.0])
    sector = {"x": "a", "y": "b", "z": "c"}
    return SupplyNetwork.from_edges(*columns, sector=sector, **{"essentiality": "leontief"} | options)


def assert_same(came: Any, wanted: Any, atol: float = 1e-12) -> None:
    for name in (*SIDES, "steps", "converged"):
        np.testing.assert_allclose(
            getattr(came, name), getattr(wanted, name), rtol=0, atol=atol, err_msg=name
        )


def test_part_of_a_chain_stops() -> None:
    """Half of y: z loses half of its only input, x half of its only demand."""
    found = chain().cascade([0, 0.5, 0], weights=[1, 2, 5])
    assert found.downstream.tolist() == [0, 0.5, 0.5]
    assert found.upstream.tolist() == [0.5, 0.5, 0]
    assert found.loss.tolist() == [0.5, 0.5, 0.5]
    assert found.total() == pytest.approx(0.5)
    assert isinstance(found.total(), float)
    assert found.initial_downstream.tolist() == found.initial_upstream.tolist() == [0, 0.5, 0]
    assert (found.steps.tolist(), found.converged.tolist()) == ([2], [True])
    assert found.weights.tolist() == [0.125, 0.25, 0.625]


def test_a_small_shock_ends_at_once_but_what_is_lost_is_kept() -> None:
    found = chain().cascade([0.01, 0, 0], tolerance=0.02)
    assert (found.downstream.tolist(), found.steps.tolist()) == ([0.01, 0.01, 0], [1])


def test_shocks_to_supply_and_to_demand_apart() -> None:
    """x cannot deliver, z does not want: y loses on both sides, and the losses are not added."""
    found = chain().cascade({"x": 0.3}, loss_upstream={"z": 0.8})
    np.testing.assert_allclose(found.downstream, [0.3, 0.3, 0.3])
    np.testing.assert_allclose(found.upstream, [0.8, 0.8, 0.8])
    np.testing.assert_allclose(found.loss, 0.8)
    none = chain().cascade([0.3, 0, 0], loss_upstream=[0, 0, 0])
    np.testing.assert_allclose(none.downstream, 0.3)
    assert none.upstream.tolist() == none.initial_upstream.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        ({"y": 0.5}, [0, 0.5, 0]),
        ({1: 0.5}, [0, 0.5, 0]),
        ({np.int64(1): 0.5, "z": 1}, [0, 0.5, 1]),
        ({}, [0, 0, 0]),
        ([0, 0.5, 1], [0, 0.5, 1]),
        ((0, 0.5, 1), [0, 0.5, 1]),
        (pl.Series([0.0, 0.5, 1.0]), [0, 0.5, 1]),
        (np.array([0, 1, 1], np.int8), [0, 1, 1]),
        ([False, True, True], [0, 1, 1]),
    ],
)
def test_a_shock_may_be_given_in_many_ways(loss: Any, wanted: list[float]) -> None:
    found = chain().cascade(loss)
    assert found.initial_downstream.tolist() == found.initial_upstream.tolist() == wanted
    assert found.downstream.shape == found.upstream.shape == found.loss.shape == (3,)
    assert found.steps.shape == found.converged.shape == (1,)


@pytest.mark.parametrize(
    "loss", [[{"x": 1.0}, {"y": 0.5, "z": 0.1}], ({0: 1.0}, {1: 0.5, 2: 0.1}), [[1, 0, 0], [0, 0.5, 0.1]]]
)
def test_several_shocks_at_once(loss: Any) -> None:
    net = chain()
    found = net.cascade(loss)
    assert found.initial_downstream.tolist() == [[1, 0, 0], [0, 0.5, 0.1]]
    assert found.downstream.tolist() == [[1, 1, 1], [0, 0.5, 0.5]]
    for s in range(2):
        alone = net.cascade(found.initial_downstream[s])
        assert found.downstream[s].tolist() == alone.downstream.tolist()
        assert found.upstream[s].tolist() == alone.upstream.tolist()
        assert found.steps[s] == alone.steps[0]
        assert found.total()[s] == pytest.approx(alone.total())
    assert found.total().shape == (2,)


def test_a_batch_of_one_is_a_batch_and_one_of_none_is_empty() -> None:
    assert chain().cascade([{"x": 1.0}]).downstream.tolist() == [[1, 1, 1]]
    assert chain().cascade([[1, 0, 0]]).total().shape == (1,)
    none = chain().cascade(np.zeros((0, 3)))
    assert (none.downstream.shape, none.steps.shape, none.total().shape) == ((0, 3), (0,), (0,))


def test_what_was_given_is_not_changed() -> None:
    loss = np.array([[0.5, 0, 0], [0, 1, 0]])
    kept = loss.copy()
    found = chain().cascade(loss)
    assert np.array_equal(loss, kept)
    loss[:] = 7
    assert np.array_equal(found.initial_downstream, kept)


def test_a_batch_gives_what_the_dense_matrices_give_however_many_threads() -> None:
    net = power_law(250, seed=31)
    rng = np.random.default_rng(2)
    down, up = (rng.random((7, 250)) * (rng.random((7, 250)) < 0.03) for _side in range(2))
    down[5] = 0.1
    one = net.cascade(down, loss_upstream=up, workers=1)
    assert_same(net.cascade(down, loss_upstream=up, workers=3), one, 0)
    for s in range(7):
        d, u, steps = dense_cascade(net, down[s], up[s])
        np.testing.assert_allclose(one.downstream[s], d, rtol=0, atol=1e-12)
        np.testing.assert_allclose(one.upstream[s], u, rtol=0, atol=1e-12)
        assert one.steps[s] == steps


def test_one_firm_alone_is_what_esri_says() -> None:
    net = power_law(300, seed=32)
    firms = [0, 5, 150, 299]
    for scale_free in (True, False):
        found = net.cascade(np.eye(300)[firms], scale_free=scale_free)
        index = net.esri(firms=firms, scale_free=scale_free)
        np.testing.assert_allclose(found.total(), index.total, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.downstream @ found.weights, index.downstream, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.upstream @ found.weights, index.upstream, rtol=0, atol=1e-9)
        assert found.steps.tolist() == index.steps.tolist()


def test_a_greater_shock_never_costs_a_firm_less() -> None:
    """At equal numbers of steps; a whole market that fails together included."""
    net = power_law(200, seed=33, sectors=40)
    rng = np.random.default_rng(3)
    start = rng.random(200) * (rng.random(200) < 0.05)
    whole = np.maximum(start, np.asarray(net.market) == 4)
    shares = np.stack([start * f for f in (0.1, 0.5, 0.9, 1.0)] + [whole, np.maximum(whole, 0.2)])
    with pytest.warns(RuntimeWarning, match="come to rest after 12 steps"):
        found = net.cascade(shares, tolerance=1e-300, max_steps=12)
    for losses in (found.downstream, found.upstream):
        assert (np.diff(losses, axis=0) >= -1e-12).all()
        assert (losses >= shares - 1e-12).all()
        assert (losses <= 1).all()
    assert np.diff(found.total()).min() > 0


def test_a_market_that_fails_together_cannot_be_replaced() -> None:
    """Two sellers of one kind: each alone is replaced in part, both together are not, in whatever unit."""
    for unit in (1.0, 1e-12, 1e12):
        net = SupplyNetwork.from_edges(
            [0, 1, 1], [2, 2, 3], np.array([1.0, 1.0, 3.0]) * unit, sector=list("aabc"), market=list("aabc")
        )
        found = net.cascade([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0]])
        # firm 0 sells 1 beside the other's 4; the other's 4 cannot be had from it
        np.testing.assert_allclose(found.downstream[:, 2], [0.5 * 1 / 4, 0.5, 1.0], atol=1e-12)
        np.testing.assert_allclose(found.downstream[:, 3], [0, 1, 1], atol=1e-12)


def test_two_ways_to_stop() -> None:
    """A long chain of halves: the total grows by less than a tenth of itself before losses of a firm do."""
    n = 8
    net = SupplyNetwork.from_edges(
        range(n - 1), range(1, n), np.ones(n - 1), sector=range(n), essentiality="leontief"
    )
    weights = np.array([100.0, *np.ones(n - 1)])
    change = net.cascade({0: 1.0}, weights=weights, tolerance=0.1, stop="change")
    total = net.cascade({0: 1.0}, weights=weights, tolerance=0.1, stop="total")
    assert (change.steps.tolist(), total.steps.tolist()) == ([n], [1])
    assert total.downstream.tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert change.downstream.tolist() == [1] * n
    # without a loss that counts at first: goes on when one comes, stops when none does
    nothing = net.cascade({0: 1.0}, weights=[0] * (n - 1) + [1], stop="total")
    assert nothing.steps.tolist() == [1]
    assert net.cascade({}, stop="total").steps.tolist() == [1]
    later = net.cascade({0: 1.0}, weights=[0, 1] + [0] * (n - 2), stop="total")
    assert later.steps.tolist() == [2]


def test_losses_by_group() -> None:
    net = chain()
    found = net.cascade([{"x": 0.5}, {"z": 1.0}], weights=[1, 2, 5])
    table = found.by(["up", "up", "down"])
    assert table.columns == [
        "scenario", "label", "firms", "weight", "downstream", "upstream", "loss",
        "initial_downstream", "initial_upstream",
    ]  # fmt: skip
    assert table.select("scenario", "label", "firms").rows() == [
        (0, "down", 1), (0, "up", 2), (1, "down", 1), (1, "up", 2),
    ]  # fmt: skip
    assert table["weight"].to_list() == pytest.approx([0.625, 0.375, 0.625, 0.375])
    assert table["downstream"].to_list() == pytest.approx([0.5, 0.5, 1, 0])
    assert table["upstream"].to_list() == pytest.approx([0, 0.5 * 1 / 3, 1, 1])
    assert table["loss"].to_list() == pytest.approx([0.5, 0.5, 1, 1])
    assert table["initial_downstream"].to_list() == pytest.approx([0, 0.5 / 3, 1, 0])
    # groups add up to the whole
    whole = table.group_by("scenario", maintain_order=True).agg((pl.col("loss") * pl.col("weight")).sum())
    assert whole["loss"].to_list() == pytest.approx(found.total().tolist())


@pytest.mark.parametrize("labels", [pl.Series([1, 1, 2]), np.array([1, 1, 2]), [1, 1, 2]])
def test_labels_of_groups_may_be_of_any_kind(labels: Any) -> None:
    table = chain().cascade({"y": 1.0}).by(labels)
    assert table.select("scenario", "label", "firms").rows() == [(0, 1, 2), (0, 2, 1)]


def test_a_group_without_weight_loses_nothing_that_counts() -> None:
    table = chain().cascade({"y": 1.0}, weights=[1, 1, 0]).by(["a", "a", "b"])
    assert table.filter(label="b").select("weight", "loss", "downstream").rows() == [(0, 0, 0)]


def test_the_size_of_a_firm_may_be_given() -> None:
    """Costs of twice what is bought here: half as much is lost; revenue of four times: a quarter."""
    net = chain(costs=[1.0, 2.0, 2.0], revenue=[4.0, 4.0, 1.0])
    found = net.cascade({"y": 1.0})
    assert found.downstream.tolist() == [0, 1, 0.5]
    assert found.upstream.tolist() == [0.25, 1, 0]


def test_a_cascade_that_is_given_up_says_so_at_the_line_that_asked() -> None:
    with pytest.warns(RuntimeWarning, match="1 of 2 cascades had not come to rest after 1 steps") as told:
        found = chain().cascade([{"x": 1.0}, {}], max_steps=1)
    assert found.converged.tolist() == [False, True]
    assert found.downstream[0].tolist() == [1, 1, 0]
    assert [warning.filename for warning in told] == [__file__]


def test_an_estimated_or_opened_network_is_followed_as_any_other(tmp_path: Any) -> None:
    net = power_law(200, seed=34)
    opened = SupplyNetwork.open(replace(net, estimated=True).save(tmp_path / "net"))
    assert opened.estimated
    assert_same(opened.cascade({3: 1.0, 9: 0.4}), net.cascade({3: 1.0, 9: 0.4}), 0)


NAN = float("nan")


@pytest.mark.parametrize(
    ("loss", "options", "message"),
    [
        ([1, 0], {}, r"loss: shape \(2,\); expected: \(3,\) or \(scenarios, 3\)"),
        ([[1, 0, 0, 0]], {}, r"loss: shape \(1, 4\); expected: \(3,\) or \(scenarios, 3\)"),
        (np.zeros((1, 1, 3)), {}, r"loss: shape \(1, 1, 3\)"),
        (0.5, {}, r"loss: shape \(\)"),
        ([], {}, r"loss: shape \(0,\)"),
        ([[0, 0, 0], [0, 1]], {}, "loss: .*expected: numbers"),
        ([0, NAN, 0], {}, "loss, scenario 0, firm 1: nan; expected: a share from 0 to 1"),
        ([[0, 0, 0], [0, 0, 1.5]], {}, r"loss, scenario 1, firm 2: 1\.5; expected: a share from 0 to 1"),
        ({"y": -0.1}, {}, r"loss, scenario 0, firm 1: -0\.1; expected: a share from 0 to 1"),
        ([{}, {"z": 2}], {}, r"loss, scenario 1, firm 2: 2\.0; expected: a share"),
        ({"y": "half"}, {}, "loss: .*half.*expected: numbers"),
        ({"w": 1}, {}, "no firm w; expected: the name of a firm"),
        ({3: 1}, {}, "no firm 3"),
        ({0.7: 1}, {}, "no firm 0.7"),
        ([0, 0, 0], {"loss_upstream": [0, 2, 0]}, r"loss_upstream, scenario 0, firm 1: 2\.0"),
        ([0, 0, 0], {"loss_upstream": [0, 0]}, r"loss_upstream: shape \(2,\)"),
        ([[0, 0, 0]] * 2, {"loss_upstream": [0, 0, 0]}, r"loss_upstream: shape \(1, 3\); expected: \(2, 3\)"),
        ([0, 0, 0], {"stop": "soon"}, 'stop: \'soon\'; expected: "change", "total"'),
        ([0, 0, 0], {"tolerance": 0}, "tolerance: 0; expected: a number between 0 and 1"),
        ([0, 0, 0], {"tolerance": "small"}, "tolerance: small; expected: a number between 0 and 1"),
        ([0, 0, 0], {"workers": -1}, "workers: -1; expected: a whole number of at least 1"),
        ([{"x": 1}, [0, 0, 1]], {}, "loss, scenario 1: list; expected: a mapping"),
        ([0, 0, 0], {"max_steps": 0}, "max_steps: 0; expected: a whole number of at least 1"),
        ([0, 0, 0], {"weights": [1, 1]}, r"weights: shape \(2,\); expected: one value per firm \(3\)"),
        ([0, 0, 0], {"weights": [1, -1, 1]}, r"weights, row 1: -1\.0; expected: a finite number"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(loss: Any, options: Any, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        chain().cascade(loss, **options)


def test_labels_for_other_firms() -> None:
    with pytest.raises(NetworkError, match="labels: labels for 2 firms; expected: 3"):
        chain().cascade({"x": 1.0}).by(["a", "b"])
