"""The chain map keeps names clear of each other, draws what depends on what, and shows every state and loss."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree

import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.lettering import width
from chainmend.chain.model import Catalogue, Cluster
from chainmend.desk.atlas.draw.chain_map import WIDTH, chain_map
from chainmend.desk.atlas.pulling import Pull, Stop
from chainmend.desk.atlas.reading import Atlas, Node
from chainmend.desk.atlas.states import STATES
from chainmend.i18n import Language, speaking

SIZES: dict[Language, float] = {"zh": 12.5, "en": 11.0}


@dataclass(frozen=True)
class Box:
    """What a name, a loss or a shape covers."""

    id: str
    what: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right - 0.5
            and other.left < self.right - 0.5
            and self.top < other.bottom - 0.5
            and other.top < self.bottom - 0.5
        )


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def atlas(catalogue: Catalogue) -> Atlas:
    """Every state and outputs from none to the largest in every chain."""
    nodes = {
        s.id: Node(s, STATES[i % len(STATES)], (), {"output": float(i * 37 % 100)}, frozenset())
        for i, s in enumerate(catalogue.segments.values())
    }
    return Atlas(catalogue, nodes, {}, exact=True)


def everything_hit(cluster: Cluster) -> Pull:
    """A pull that every segment loses something by: the most there can be to write."""
    first, *others = [s.id for chain in cluster.chains for s in chain.segments]
    nothing = cast("Any", SimpleNamespace())
    return Pull(
        Stop("segment", first), frozenset({first}), nothing, dict.fromkeys(others, 0.62), frozenset(), 2026
    )


def drawn(atlas: Atlas, cluster: Cluster, pull: Pull | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(chain_map(atlas, cluster, lambda id: f"?at={id}", lambda _n: {}, pull=pull))


def heads(svg: ElementTree.Element, size: float) -> Iterator[Box]:
    for text in svg.findall("text"):
        left, base = float(text.get("x") or 0), float(text.get("y") or 0)
        yield Box(
            "", "head", left, base - 0.86 * size, left + width(text.text or "", size), base + 0.2 * size
        )


def boxes(svg: ElementTree.Element, size: float) -> Iterator[Box]:
    for node in svg.iter("a"):
        id = node.get("data-id") or ""
        x, y = map(float, re.findall(r"-?[\d.]+", node.get("transform") or ""))
        for text in node.findall("text"):
            left, base = x + float(text.get("x") or 0), y + float(text.get("y") or 0)
            wide = float(text.get("textLength") or width(text.text or "", size))
            what = text.get("class") or "name"
            yield Box(id, what, left, base - 0.86 * size, left + wide, base + 0.2 * size)
        ring = next(c for c in node.findall("circle") if c.get("class") == "ring")
        r = float(ring.get("r") or 0) - 4
        yield Box(id, "shape", x - r, y - r, x + r, y + r)


@pytest.mark.parametrize("pulled", [False, True], ids=["state", "pull"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_names_shapes_or_losses_overlap(
    catalogue: Catalogue, atlas: Atlas, language: Language, pulled: bool
) -> None:
    counted = set()
    with speaking(language):
        for cluster in (c for c in catalogue.clusters if c.chains):
            svg, size = drawn(atlas, cluster, everything_hit(cluster) if pulled else None), SIZES[language]
            found = list(boxes(svg, size))
            counted.add(sum(b.what == "shape" for b in found))
            over = [
                (a, b) for i, a in enumerate(found) for b in found[i + 1 :] if a.id != b.id and a.meets(b)
            ]
            assert over == [], cluster.id
            above = list(heads(svg, size))
            assert min(b.top for b in above) >= 0, cluster.id
            assert [(a, b) for a in above for b in found if a.meets(b)] == [], cluster.id
            assert max(b.right for b in found) <= WIDTH + 0.5, cluster.id
    assert max(counted) == 60


def test_segments_stay_where_they_are_when_one_is_pulled(catalogue: Catalogue, atlas: Atlas) -> None:
    cluster = next(c for c in catalogue.clusters if c.chains)
    places = [
        {a.get("data-id"): a.get("transform") for a in drawn(atlas, cluster, pull).iter("a")}
        for pull in (None, everything_hit(cluster))
    ]
    assert places[0] == places[1]


def test_tab_goes_the_way_that_one_reads(catalogue: Catalogue, atlas: Atlas) -> None:
    cluster = max((c for c in catalogue.clusters if c.chains), key=lambda c: len(c.chains[0].segments))
    assert len(cluster.chains) == 1
    places = [
        tuple(map(float, re.findall(r"-?[\d.]+", a.get("transform") or "")))
        for a in drawn(atlas, cluster).iter("a")
    ]
    assert places == sorted(places)


def test_edges_leave_after_the_name_and_are_dashed_where_substitutable(
    catalogue: Catalogue, atlas: Atlas
) -> None:
    with speaking("zh"):
        for cluster in (c for c in catalogue.clusters if c.chains):
            svg = drawn(atlas, cluster)
            ends = {
                b.id: b.right
                for b in sorted(boxes(svg, SIZES["zh"]), key=lambda b: b.right)
                if b.what == "name"
            }
            kinds = {
                (d.source, s.id): d.kind for chain in cluster.chains for s in chain.segments for d in s.inputs
            }
            edges = [p for p in svg.iter("path") if (p.get("class") or "").startswith("e ")]
            assert edges
            for edge in edges:
                a, b = edge.get("data-a") or "", edge.get("data-b") or ""
                assert ("c2" in (edge.get("class") or "").split()) is (kinds[a, b] == "essential")
                start = float(re.findall(r"M(-?[\d.]+)", edge.get("d") or "")[0])
                ahead = float(re.findall(r"(-?[\d.]+) -?[\d.]+$", edge.get("d") or "")[0]) > start
                if ahead:
                    assert start >= ends[a], (a, b)


def test_the_area_of_a_shape_is_the_output(catalogue: Catalogue, atlas: Atlas) -> None:
    cluster = next(c for c in catalogue.clusters if c.chains)
    seen = []
    for node in drawn(atlas, cluster).iter("a"):
        of = atlas.nodes[node.get("data-id") or ""]
        circle = node.find("circle[@class='k-ok']")
        if circle is not None and of.output:
            seen.append((of.output, float(circle.get("r") or 0)))
    large = [(output, r) for output, r in seen if r > 4.3]
    assert len(large) > 3
    ratios = [r**2 / output for output, r in large]
    assert max(ratios) == pytest.approx(min(ratios), rel=0.03)


def test_a_pull_crosses_out_what_stops_and_prints_what_others_lose(
    catalogue: Catalogue, atlas: Atlas
) -> None:
    cluster = next(c for c in catalogue.clusters if c.chains)
    pull = everything_hit(cluster)
    svg = drawn(atlas, cluster, pull)
    for node in svg.iter("a"):
        crossed = [p for p in node.iter("path") if (p.get("class") or "") == "cross"]
        told = [t.text for t in node.findall("text") if t.get("class") == "lossn"]
        first = node.get("data-id") == pull.stop.id
        assert (len(crossed), told) == ((1, []) if first else (0, ["−62%"]))
