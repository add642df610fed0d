"""Made-up chains: segments in three stages, each with a product and a customs code of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chainmend.chain.model import Catalogue, Chain, Cluster, Dependence, Segment, Stage, Terms, Text

STAGES = {"up": 6, "mid": 5, "down": 4}
"""Segments of a chain in each stage."""
LENGTH = sum(STAGES.values())
_DIGITS = "零一二三四五六七八九"


def stage_of(segment: int) -> str:
    """Stage of a segment by its number."""
    place = segment % LENGTH
    return "up" if place < STAGES["up"] else "mid" if place < STAGES["up"] + STAGES["mid"] else "down"


def segment_id(segment: int) -> str:
    return f"c{segment // LENGTH:02}.s{segment:03}"


def product(segment: int) -> str:
    """The product that places a firm on the segment; all are equally long, so none stands within another."""
    return "示例品" + "".join(_DIGITS[int(d)] for d in f"{segment:03}")


def customs_code(segment: int) -> str:
    return f"{840000 + segment:06}"


def make_catalogue(chains: int, inputs: Mapping[int, Sequence[tuple[int, bool]]]) -> Catalogue:
    """Catalogue of so many chains; inputs: buyer -> (what goes into it, whether it is essential)."""
    stages = tuple(Stage(s, Text(s, s)) for s in STAGES)
    made = tuple(
        Chain(
            f"c{c:02}",
            Text(f"示例链{c}", f"Chain {c}"),
            "k",
            stages,
            tuple(_segment(n, inputs.get(n, ())) for n in range(c * LENGTH, (c + 1) * LENGTH)),
        )
        for c in range(chains)
    )
    cluster = Cluster("k", Text("示例集群", "Made-up cluster"), "future", "open", made)
    name = Text("示例目录", "Made-up catalogue")
    return Catalogue("planting", "1", name, "GB/T 4754-2017", (cluster,), fingerprint=f"planting-{chains}")


def _segment(number: int, inputs: Sequence[tuple[int, bool]]) -> Segment:
    id = segment_id(number)
    return Segment(
        id=id,
        name=Text(product(number), f"Product {number}"),
        what=Text("", ""),
        stage=stage_of(number),
        chain_id=f"c{number // LENGTH:02}",
        cluster_id="k",
        hs=(customs_code(number),),
        terms=Terms(zh=(product(number),)),
        inputs=tuple(
            Dependence(segment_id(s), id, "essential" if essential else "substitutable")
            for s, essential in inputs
        ),
    )
