"""The shape of a network, held against closed forms and networkx."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.errors import NetworkError
from chainmend.fragility import topology
from chainmend.fragility.network import SupplyNetwork
from chainmend.i18n import set_language

if TYPE_CHECKING:
    import polars as pl

Links = list[tuple[int, int]]


def network(n: int, links: Links, sectors: list[str] | None = None, **more: object) -> SupplyNetwork:
    """A network of links of value 1."""
    supplier, buyer = ([e[k] for e in links] for k in (0, 1))
    return SupplyNetwork.from_edges(
        np.array(supplier, np.int32),
        np.array(buyer, np.int32),
        np.ones(len(links)),
        sector=sectors or ["a"] * n,
        **more,  # type: ignore[arg-type]
    )


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Links]:
    """Small graphs, loose ends, self-supply and links in both directions included."""
    n = draw(st.integers(1, 14))
    firm = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(firm, firm), max_size=24))


def directed(n: int, links: Links) -> nx.DiGraph:
    graph = nx.DiGraph(links)
    graph.add_nodes_from(range(n))
    return graph


def undirected(n: int, links: Links) -> nx.Graph:
    graph = nx.Graph([e for e in links if e[0] != e[1]])
    graph.add_nodes_from(range(n))
    return graph


def without(graph: nx.Graph, firm: int) -> tuple[int, int]:
    """(firms cut off from the largest part left of the firm's component, parts), by taking the firm out."""
    component = nx.node_connected_component(graph, firm) - {firm}
    sizes = [len(c) for c in nx.connected_components(graph.subgraph(component))]
    return len(component) - max(sizes, default=0), len(sizes)


# Articulation points


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_articulation_points_are_those_of_networkx(case: tuple[int, Links]) -> None:
    graph = undirected(*case)
    frame = topology.articulation_points(network(*case))
    assert set(frame["firm"]) == set(nx.articulation_points(graph))
    for firm, cut_off, parts in frame.rows():
        assert (cut_off, parts) == without(graph, firm)
    assert frame["cut_off"].is_sorted(descending=True)


def test_the_hub_of_a_star_cuts_off_all_but_one() -> None:
    frame = topology.articulation_points(network(7, [(0, i) for i in range(1, 7)]))
    assert frame.rows() == [(0, 5, 6)]


def test_a_chain_of_a_hundred_thousand_firms_is_no_recursion() -> None:
    n = 100_000
    frame = topology.articulation_points(network(n, [(i, i + 1) for i in range(n - 1)]))
    assert frame.height == n - 2
    assert frame["cut_off"][0] == n // 2 - 1
    assert (frame["parts"] == 2).all()


def test_a_ring_hangs_on_nobody() -> None:
    assert topology.articulation_points(network(5, [(i, (i + 1) % 5) for i in range(5)])).is_empty()


# Cores


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_core_numbers_are_those_of_networkx(case: tuple[int, Links]) -> None:
    assert topology.k_core(network(*case)).tolist() == [
        core for _, core in sorted(nx.core_number(undirected(*case)).items())
    ]


def test_core_numbers_of_a_larger_random_network() -> None:
    graph = nx.gnm_random_graph(400, 3000, seed=1, directed=True)
    expected = nx.core_number(nx.Graph(graph))
    assert topology.k_core(network(400, list(graph.edges))).tolist() == [expected[i] for i in range(400)]


def test_a_clique_with_a_tail() -> None:
    links = [(i, j) for i in range(5) for j in range(5) if i != j] + [(4, 5), (5, 6)]
    assert topology.k_core(network(8, links)).tolist() == [4, 4, 4, 4, 4, 1, 1, 0]


# Reach


@given(graphs(), st.data())
@settings(max_examples=150, deadline=None)
def test_reach_is_that_of_networkx(case: tuple[int, Links], data: st.DataObject) -> None:
    n, links = case
    firms = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3))
    steps = data.draw(st.none() | st.integers(0, 4))
    direction = data.draw(st.sampled_from(["downstream", "upstream"]))
    graph = directed(n, links)
    walked = graph if direction == "downstream" else graph.reverse()
    expected = nx.multi_source_dijkstra_path_length(walked, set(firms), cutoff=steps, weight=None)
    frame = topology.reach(network(n, links), firms, direction=direction, steps=steps)
    assert dict(frame.rows()) == {k: v for k, v in expected.items() if v > 0}
    assert frame.rows() == sorted(frame.rows(), key=lambda r: (r[1], r[0]))


@given(graphs(), st.none() | st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_counts_are_those_of_reaching_alone(case: tuple[int, Links], steps: int | None) -> None:
    net = network(*case)
    for firm, reached, far in topology.reach_counts(net, steps=steps).rows():
        alone = topology.reach(net, firm, steps=steps)
        assert (reached, far) == (alone.height, alone["steps"].max() or 0)


def test_steps_along_a_chain() -> None:
    net = network(6, [(i, i + 1) for i in range(5)])
    assert topology.reach(net, 2).rows() == [(3, 1), (4, 2), (5, 3)]
    assert topology.reach(net, 2, direction="upstream").rows() == [(1, 1), (0, 2)]
    assert topology.reach(net, [0, 3], steps=1).rows() == [(1, 1), (4, 1)]
    assert topology.reach_counts(net, [4, 0]).rows() == [(4, 1, 1), (0, 5, 5)]
    assert topology.reach(net, []).is_empty()


def test_only_essential_inputs_are_followed() -> None:
    # a is essential to b, b is not to c
    net = network(
        3, [(0, 1), (1, 2), (0, 2)], ["a", "b", "c"], essentiality=[[0, 2, 1], [0, 0, 1], [0, 0, 0]]
    )
    assert topology.reach(net, 0, essential_only=True).rows() == [(1, 1)]
    assert topology.reach(net, 2, direction="upstream", essential_only=True).is_empty()
    assert topology.reach(net, 0).rows() == [(1, 1), (2, 1)]


# Single suppliers


def by_hand(net: SupplyNetwork) -> set[tuple[int, str, int]]:
    """Single suppliers by counting, with nothing of the module."""
    sources: dict[tuple[int, str], list[int]] = {}
    for i in range(net.n_firms):
        for e in range(net.row[i], net.row[i + 1]):
            sources.setdefault((int(net.buyer[e]), net.sectors[net.sector[i]]), []).append(i)
    return {(j, s, who[0]) for (j, s), who in sources.items() if len(who) == 1 and who[0] != j}


@given(graphs(), st.data())
@settings(max_examples=100, deadline=None)
def test_single_suppliers_are_those_counted_by_hand(case: tuple[int, Links], data: st.DataObject) -> None:
    n, links = case
    labels = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    net = network(n, links, labels)
    frame = topology.single_suppliers(net)
    assert set(frame.select("buyer", "sector", "supplier").rows()) == by_hand(net)
    captive = topology.captive_buyers(net)
    assert captive["weight"].sum() == pytest.approx((frame["share"] * net.in_strength[frame["buyer"]]).sum())
    counted = {supplier: group["buyer"].n_unique() for (supplier,), group in frame.group_by("supplier")}
    assert dict(captive.select("supplier", "buyers").rows()) == counted


def test_shares_classes_and_names() -> None:
    net = SupplyNetwork.from_edges(
        ["ore", "ore2", "gas", "gas"], ["mill", "mill", "mill", "shop"], [5.0, 1.0, 2.0, 3.0],
        sector={"ore": "mine", "ore2": "mine", "gas": "gas", "mill": "steel", "shop": "steel"},
        essentiality=[[0, 0, 2], [0, 0, 1], [0, 0, 0]],
    )  # fmt: skip
    assert topology.single_suppliers(net).rows() == [
        ("mill", "gas", "gas", 0.25, 2),
        ("shop", "gas", "gas", 1.0, 2),
    ]
    assert topology.captive_buyers(net).rows() == [("gas", 2, 2, 5.0)]
    assert topology.reach(net, "ore").rows() == [("mill", 1)]


def test_self_supply_is_no_dependence_on_another() -> None:
    net = network(3, [(0, 0), (1, 1), (0, 1), (2, 0)], ["a", "a", "b"])
    assert topology.single_suppliers(net).select("buyer", "supplier").rows() == [(0, 2)]


# Whatever the network


MEASURES: list[Callable[[SupplyNetwork], pl.DataFrame]] = [
    topology.single_suppliers,
    topology.captive_buyers,
    topology.articulation_points,
    topology.reach_counts,
]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_network_without_links_gives_empty_frames_of_the_same_columns(
    measure: Callable[[SupplyNetwork], pl.DataFrame],
) -> None:
    empty, full = measure(network(2, [])), measure(network(2, [(0, 1)]))
    assert empty.schema == full.schema
    assert empty.height == (2 if measure is topology.reach_counts else 0)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_network_opened_from_disk_gives_the_same(
    measure: Callable[[SupplyNetwork], pl.DataFrame], tmp_path: Path
) -> None:
    net = network(5, [(0, 1), (1, 2), (3, 1), (2, 4)], ["a", "b", "b", "c", "c"])
    assert measure(SupplyNetwork.open(net.save(tmp_path / "net"))).equals(measure(net))


def test_what_makes_no_sense_is_refused() -> None:
    net = network(3, [(0, 1)])
    with pytest.raises(NetworkError, match=r"no firm 7; expected: a number from 0 to 2"):
        topology.reach(net, [0, 7])
    with pytest.raises(NetworkError, match=r"steps: -1; expected: a number of steps of at least 0"):
        topology.reach_counts(net, 0, steps=-1)
    with pytest.raises(NetworkError, match=r'direction: .sideways.; expected: "downstream", "upstream"'):
        topology.reach(net, 0, direction="sideways")  # type: ignore[arg-type]
    set_language("zh")
    with pytest.raises(NetworkError, match="不小于 0 的步数"):
        topology.reach(net, 0, steps=-1)
