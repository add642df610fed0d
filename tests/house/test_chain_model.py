"""What depends on what, by which paths."""

from __future__ import annotations

import pytest

from chainmend.chain.model import Catalogue, Chain, Cluster, Dependence, DependenceClass, Segment, Stage, Text


def catalogue(*edges: tuple[str, str, DependenceClass]) -> Catalogue:
    """A catalogue of one chain with the segments of `edges` (source, target, kind)."""
    ids = list(dict.fromkeys(name for edge in edges for name in edge[:2]))
    segments = tuple(
        Segment(
            id=name,
            name=Text(name, name),
            what=Text("", ""),
            stage="s",
            chain_id="c",
            cluster_id="k",
            inputs=tuple(Dependence(*edge) for edge in edges if edge[1] == name),
        )
        for name in ids
    )
    chain = Chain("c", Text("链", "Chain"), "k", (Stage("s", Text("段", "Stage")),), segments)
    cluster = Cluster("k", Text("群", "Cluster"), "future", "open", (chain,))
    return Catalogue("x", "1", Text("目录", "Catalogue"), "GB/T 4754-2017", (cluster,))


# wafer -> chip -> robot by essential paths, glue -> chip by a substitutable one
EDGES: tuple[tuple[str, str, DependenceClass], ...] = (
    ("wafer", "chip", "essential"),
    ("chip", "robot", "essential"),
    ("glue", "chip", "substitutable"),
    ("paint", "robot", "irrelevant"),
)


@pytest.mark.parametrize(
    ("segment", "kinds", "reached"),
    [
        ("wafer", ("essential",), {"chip", "robot"}),
        ("chip", ("essential",), {"robot"}),
        ("robot", ("essential",), set()),
        ("glue", ("essential",), set()),
        ("glue", ("essential", "substitutable"), {"chip", "robot"}),
        ("paint", ("essential", "substitutable"), set()),
        ("nothing", ("essential",), set()),
    ],
)
def test_what_depends_on_a_segment(
    segment: str, kinds: tuple[DependenceClass, ...], reached: set[str]
) -> None:
    assert catalogue(*EDGES).depends_on(segment, kinds) == reached


def test_a_ring_ends_and_a_segment_does_not_depend_on_itself() -> None:
    ring = catalogue(*EDGES, ("robot", "wafer", "essential"))
    assert ring.depends_on("wafer") == {"chip", "robot"}


def test_segments_chains_and_dependences_are_found_by_id_in_order() -> None:
    found = catalogue(*EDGES)
    assert list(found.segments) == ["wafer", "chip", "robot", "glue", "paint"]
    assert list(found.chains) == ["c"]
    assert [(d.source, d.target) for d in found.dependences] == [
        ("wafer", "chip"),
        ("glue", "chip"),
        ("chip", "robot"),
        ("paint", "robot"),
    ]
    assert [d.target for d in found.downstream["wafer"]] == ["chip"]


def test_a_text_is_taken_by_language() -> None:
    text = Text("光刻机", "Lithography")
    assert (text["zh"], text["en"], text.pair) == ("光刻机", "Lithography", ("光刻机", "Lithography"))
