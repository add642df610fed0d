"""Columns by stage, few crossings, no two boxes on one another, and the same picture for any order of the input."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.columns import grid
from chainmend.chain.layout import Layout, layout
from chainmend.chain.model import Catalogue, Chain, Cluster, Dependence, Segment, Stage, Text
from chainmend.errors import CatalogueError

CATALOGUE = load_catalogue("hangzhou-296x")
CLUSTERS = [c.id for c in CATALOGUE.clusters if any(chain.segments for chain in c.chains)]


def ids_of(cluster: str) -> list[str]:
    found = next(c for c in CATALOGUE.clusters if c.id == cluster)
    return [s.id for chain in found.chains for s in chain.segments]


def toy(stages: dict[str, str], inputs: list[tuple[str, str]], chains: int = 1) -> Catalogue:
    """A catalogue from ``{"a": "1"}``, segment a in stage 1, and pairs (source, target); ``c0.`` stands before ids."""

    def segment(name: str, chain: str) -> Segment:
        id = f"{chain}.{name}"
        into = tuple(Dependence(f"{chain}.{a}", id, "essential") for a, b in inputs if b == name)
        return Segment(id, Text(name, name), Text("", ""), stages[name], chain, "c", inputs=into)

    made = tuple(
        Chain(
            f"c{n}",
            Text("", ""),
            "c",
            tuple(Stage(s, Text(s, s)) for s in sorted(set(stages.values()))),
            tuple(segment(name, f"c{n}") for name in stages),
        )
        for n in range(chains)
    )
    return Catalogue("t", "1", Text("", ""), "x", (Cluster("c", Text("丙", "C"), "future", "open", made),))


def count_crossings(plan: Layout) -> int:
    """Crossings, pair by pair of lines between neighbouring columns."""
    lines = set()
    for link in plan.links:
        if not link.beside:
            for a, b in pairwise(plan.spots[id] for id in (link.source, *link.via, link.target)):
                left, right = (a, b) if a.column < b.column else (b, a)
                lines.add((left.column, left.row, right.row))
    return sum((p[1] - q[1]) * (p[2] - q[2]) < 0 for p, q in combinations(sorted(lines), 2) if p[0] == q[0])


def shuffled(catalogue: Catalogue, seed: int) -> Catalogue:
    """The same catalogue with clusters, chains, segments and inputs in another order."""
    rng = random.Random(seed)

    def mixed(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(rng.sample(items, len(items)))

    clusters = tuple(
        replace(
            c,
            chains=mixed(
                tuple(
                    replace(
                        chain,
                        segments=mixed(tuple(replace(s, inputs=mixed(s.inputs)) for s in chain.segments)),
                    )
                    for chain in c.chains
                )
            ),
        )
        for c in catalogue.clusters
    )
    return replace(catalogue, clusters=mixed(clusters))


def test_lines_that_need_not_cross_do_not() -> None:
    """Two pairs whose names stand crosswise: the one order without a crossing is found."""
    crosswise = toy({"a": "1", "b": "1", "x": "2", "y": "2"}, [("a", "y"), ("b", "x")])
    plan = layout(crosswise)
    assert plan.crossings == 0
    assert (plan.spots["c0.a"].y < plan.spots["c0.b"].y) == (plan.spots["c0.y"].y < plan.spots["c0.x"].y)


def test_complete_bipartite_graph_has_the_known_number_of_crossings() -> None:
    """K(3,3) drawn in two columns has C(3,2)^2 = 9 crossings in every order."""
    three = toy(dict.fromkeys("abc", "1") | dict.fromkeys("xyz", "2"), [(a, b) for a in "abc" for b in "xyz"])
    assert layout(three).crossings == 9


def test_long_line_passes_a_lane_in_each_column_between() -> None:
    plan = layout(
        toy({"a": "1", "b": "2", "c": "3", "d": "4"}, [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")])
    )
    (link,) = (x for x in plan.links if x.via)
    assert [plan.spots[id].column for id in link.via] == [1, 2]
    assert all(plan.spots[id].lane for id in link.via)


def test_line_that_goes_back_and_line_within_a_column_are_told() -> None:
    plan = layout(toy({"a": "1", "b": "2", "c": "2"}, [("b", "a"), ("b", "c")]))
    assert {(x.source, x.target): (x.back, x.beside) for x in plan.links} == {
        ("c0.b", "c0.a"): (True, False),
        ("c0.b", "c0.c"): (False, True),
    }


def test_tall_stage_is_split_along_what_goes_into_what() -> None:
    names = [f"s{n:02}" for n in range(14)]
    found = grid(toy(dict.fromkeys(names, "1"), list(pairwise(reversed(names)))), most=3)
    columns = [found.place[f"c0.{name}"][1] for name in reversed(names)]
    assert columns == sorted(columns)
    assert found.columns == 3
    assert [(h.first, h.last) for h in found.headings] == [(0, 2)]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_crossings_are_counted_right_and_fewer_than_in_the_order_of_the_file(cluster: str) -> None:
    ids = ids_of(cluster)
    plan = layout(CATALOGUE, ids)
    assert plan.crossings == count_crossings(plan)
    naive = {}
    for column in range(plan.grid.columns):
        inside = [id for id, spot in plan.spots.items() if spot.column == column]
        inside.sort(key=lambda id: (ids.index(id) if id in ids else len(ids), id))
        naive |= {id: replace(plan.spots[id], row=row) for row, id in enumerate(inside)}
    assert plan.crossings < count_crossings(replace(plan, spots=naive)) * 0.75


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_stages_stand_in_order_and_boxes_apart(cluster: str) -> None:
    plan = layout(CATALOGUE, ids_of(cluster), sizes={"emb.lidar": 3.0}, gap=0.25)
    order = {h.stage: (h.first, h.last) for h in plan.grid.headings}
    assert all(a[1] < b[0] for a, b in pairwise(order.values()))
    for id, spot in plan.spots.items():
        if not spot.lane:
            first, last = order[CATALOGUE.segments[id].stage]
            assert first <= spot.column <= last
    boxes_apart(plan, 0.25)


def boxes_apart(plan: Layout, gap: float) -> None:
    """Nothing in a column overlaps, two boxes have their gap, and rows follow heights."""
    for column in range(plan.grid.columns):
        spots = sorted((s for s in plan.spots.values() if s.column == column), key=lambda s: s.row)
        for a, b in pairwise(spots):
            need = 0.0 if a.lane or b.lane else gap
            if a.band == b.band:
                assert b.y - b.size / 2 - (a.y + a.size / 2) >= need - 1e-9
        for s in spots:
            top = plan.tops[s.band]
            assert top - 1e-9 <= s.y - s.size / 2
            assert s.y + s.size / 2 <= top + plan.heights[s.band] + 1e-9


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), cluster=st.sampled_from(CLUSTERS))
def test_order_of_the_input_does_not_matter(seed: int, cluster: str) -> None:
    ids = ids_of(cluster)
    other = layout(shuffled(CATALOGUE, seed), random.Random(seed).sample(ids, len(ids)), outside=True)
    assert layout(CATALOGUE, ids, outside=True) == other


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_chain_is_laid_out(data: st.DataObject) -> None:
    names = [f"s{n:02}" for n in range(data.draw(st.integers(1, 14)))]
    stages = {name: str(data.draw(st.integers(0, 4))) for name in names}
    pairs = [(a, b) for a, b in combinations(names, 2) if data.draw(st.integers(0, 4)) == 0]
    plan = layout(toy(stages, pairs, data.draw(st.integers(1, 3))))
    assert len([s for s in plan.spots.values() if not s.lane]) == len(names) * len(plan.tops)
    assert plan.crossings == count_crossings(plan)
    boxes_apart(plan, 0.25)


def test_chains_stand_one_below_the_other() -> None:
    plan = layout(toy({"a": "1", "b": "2"}, [("a", "b")], chains=2), band_gap=2.0)
    assert plan.tops == (0.0, 3.0)
    assert {s.band for id, s in plan.spots.items() if id.startswith("c1.")} == {1}


def test_neighbours_outside_stand_before_and_after() -> None:
    plan = layout(CATALOGUE, ids_of("embodied-intelligence"), outside=True)
    last = plan.grid.columns - 1
    assert plan.spots["<new-materials"].column == 0
    assert plan.spots[">intelligent-connected-vehicles"].column == last
    assert {s.column for s in plan.spots.values() if s.id.startswith("emb.")} <= set(range(1, last))


def test_nothing_to_show_and_unknown_segments() -> None:
    assert layout(CATALOGUE, []).spots == {}
    with pytest.raises(CatalogueError, match=r"unknown segment emb\.nothing"):
        layout(CATALOGUE, ["emb.nothing"])
