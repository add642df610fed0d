"""The arrays of the kernels hold the impact matrices of the definition, grouped as the production function needs it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.networks import power_law
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.dense import impacts
from tests.oracle.test_cascade_properties import networks

from chainmend.errors import NetworkError
from chainmend.fragility.network import SupplyNetwork
from chainmend.fragility.plan import ALONE, LINEAR, Plan, build_plan


def owners(row: Any) -> Any:
    """The firm each entry of compressed rows belongs to."""
    return np.repeat(np.arange(len(row) - 1), np.diff(row))


def matrix(n: int, rows: Any, columns: Any, values: Any) -> Any:
    found = np.zeros((n, n))
    np.add.at(found, (rows, columns), values)
    assert np.count_nonzero(found) == len(values)  # every pair once
    return found


def groups(plan: Plan) -> list[list[tuple[int, int]]]:
    """Pairs of supplier and buyer that are added up, in the order of the pulled links."""
    found: list[list[tuple[int, int]]] = []
    for buyer, link in zip(owners(plan.pull_row), plan.pull, strict=True):
        if link["first"]:
            found.append([])
        found[-1].append((int(link["supplier"]), int(buyer)))
    return found


def wanted_groups(net: SupplyNetwork, kind: Any) -> set[frozenset[tuple[int, int]]]:
    """The links a buyer adds up: of one essential kind, or of all substitutable ones."""
    sums: dict[Any, set[tuple[int, int]]] = {}
    for i, j in zip(net.supplier.tolist(), net.buyer.tolist(), strict=True):
        if kind[i, j]:
            sums.setdefault((j, int(net.sector[i]) if kind[i, j] == 2 else -1), set()).add((i, j))
    return {frozenset(links) for links in sums.values()}


def assert_plan(net: SupplyNetwork) -> None:
    plan, n = build_plan(net), net.n_firms
    sales, _of_type, down, up, kind = impacts(net)
    close: dict[str, Any] = {"rtol": 1e-12, "atol": 0}
    pulled = matrix(n, plan.pull["supplier"], owners(plan.pull_row), plan.pull["impact"])
    pushed = matrix(n, owners(plan.push_row), plan.push["buyer"], plan.push["impact"])
    np.testing.assert_allclose(pulled, down, **close)
    assert np.array_equal(pushed, pulled)
    np.testing.assert_allclose(matrix(n, owners(plan.up_row), plan.up_buyer, plan.up_impact), up, **close)
    np.testing.assert_allclose(
        matrix(n, plan.back_supplier, owners(plan.back_row), plan.back_impact), up, **close
    )
    sums = groups(plan)
    assert {frozenset(g) for g in sums} == wanted_groups(net, kind)
    assert len(sums) == len(wanted_groups(net, kind))
    size = {link: len(g) for g in sums for link in g}
    slots: dict[int, set[frozenset[tuple[int, int]]]] = {}
    of = {link: frozenset(g) for g in sums for link in g}
    for i, link in zip(owners(plan.push_row).tolist(), plan.push, strict=True):
        j, slot = int(link["buyer"]), int(link["slot"])
        if slot >= 0:
            slots.setdefault(slot, set()).add(of[i, j])
            assert plan.slot_row[j] <= slot < plan.slot_row[j + 1]
            assert kind[i, j] == 2
            assert size[i, j] > 1
        else:
            assert slot == (ALONE if size[i, j] == 1 else LINEAR)
            assert slot == ALONE or kind[i, j] == 1
    assert sorted(slots) == list(range(plan.slot_row[-1]))
    assert all(len(g) == 1 for g in slots.values())  # a slot is one sum
    np.testing.assert_allclose(plan.out_strength, sales, **close)
    assert_markets(net, plan)


def assert_markets(net: SupplyNetwork, plan: Plan) -> None:
    if net.market is None:
        assert plan.market.size == plan.market_firm.size == plan.market_total.size == 0
        assert plan.market_row.tolist() == [0]
        return
    assert np.array_equal(plan.market, net.market)
    for k in range(len(plan.market_total)):
        members = plan.market_firm[plan.market_row[k] : plan.market_row[k + 1]]
        assert members.tolist() == np.flatnonzero(np.asarray(net.market) == k).tolist()
        assert plan.market_total[k] == pytest.approx(net.out_strength[members].sum())


@settings(max_examples=80, deadline=None)
@given(networks(), st.data())
def test_the_plan_of_a_random_network_holds_its_impact_matrices(edges: Any, data: st.DataObject) -> None:
    n = len(edges["sector"])
    for size in ("revenue", "costs"):
        if data.draw(st.booleans()):
            edges = edges | {
                size: data.draw(st.lists(st.sampled_from([0.0, 1.0, 7.0]), min_size=n, max_size=n))
            }
    assert_plan(SupplyNetwork.from_edges(**edges))


@pytest.mark.parametrize(
    "options", [{}, {"market": None, "essentiality": "leontief"}, {"essentiality": "linear"}]
)
def test_the_plan_of_a_larger_network(options: Any) -> None:
    assert_plan(power_law(150, seed=41, sectors=12, **options))


def test_a_plan_by_hand() -> None:
    """Buyer 3 needs kind a of 0 and 1 together, kind b of 2 alone, and buys c of 4 and d of 5 in shares."""
    net = SupplyNetwork.from_edges(
        [0, 1, 2, 4, 5, 6], [3, 3, 3, 3, 3, 3], [1.0, 3.0, 5.0, 4.0, 2.0, 5.0], sector=list("aabzcde"),
        essentiality=[[2] * 6, [2] * 6, [1] * 6, [1] * 6, [0] * 6, [2] * 6],
    )  # fmt: skip
    plan = net.plan
    assert plan.pull_row.tolist() == [0, 0, 0, 0, 5, 5, 5, 5]
    by_supplier = dict(zip(plan.pull["supplier"].tolist(), plan.pull["impact"].tolist(), strict=True))
    assert by_supplier == pytest.approx({0: 0.25, 1: 0.75, 2: 1.0, 4: 4 / 20, 5: 2 / 20})
    assert dict(zip(owners(plan.push_row).tolist(), plan.push["slot"].tolist(), strict=True)) == {
        0: 0, 1: 0, 2: ALONE, 4: LINEAR, 5: LINEAR,
    }  # fmt: skip
    assert plan.slot_row.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert plan.up_impact.tolist() == [1] * 6  # each sells all it sells to one


@pytest.mark.parametrize("market", [None, ["a", "a"]])
def test_the_plan_of_a_network_without_links(market: Any) -> None:
    plan = SupplyNetwork.from_edges([], [], [], sector=["a", "b"], market=market).plan
    assert plan.n_firms == 2
    for name in ("push", "pull", "up_impact", "back_impact"):
        assert len(getattr(plan, name)) == 0
    for name in ("push_row", "pull_row", "up_row", "back_row", "slot_row"):
        assert getattr(plan, name).tolist() == [0, 0, 0]
    assert plan.contracting


def test_losses_can_grow_only_where_less_revenue_is_given_than_is_sold_inside() -> None:
    net = power_law(100, seed=42, sectors=9)
    assert net.plan.contracting
    assert replace(net, revenue=net.out_strength * 1.5).plan.contracting
    assert not replace(net, revenue=net.out_strength * 0.9).plan.contracting


def test_a_plan_is_built_once_and_cannot_be_changed() -> None:
    net = power_law(100, seed=43, sectors=9)
    assert net.plan is net.plan
    assert net.plan.nbytes == sum(a.nbytes for a in net.plan)
    for array in net.plan:
        assert not array.flags.writeable
    assert net.weight.flags.writeable  # what was given stays as it was
    assert not np.shares_memory(net.plan.up_row, net.row)


def test_a_plan_on_disk_is_the_same(tmp_path: Path) -> None:
    plan = power_law(100, seed=44, sectors=9).plan
    plan.save(tmp_path)
    opened = Plan.open(tmp_path)
    for name in Plan._fields:
        a, b = getattr(opened, name), getattr(plan, name)
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
        assert not a.flags.writeable
    (tmp_path / "plan_push.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(NetworkError, match="save the network again"):
        Plan.open(tmp_path)
