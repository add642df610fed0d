"""What holds of the shipped integrated-circuit chain and of no other: `test_clusters.py` has the rest."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from chainmend.chain.catalogue import load_catalogue

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Segment

FLOWS = ("essential", "substitutable")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["ic"].segments}


def _kind(segments: dict[str, Segment], source: str, target: str) -> str | None:
    return next((d.kind for d in segments[target].inputs if d.source == source), None)


def test_the_chain_is_told_apart_finely(segments: dict[str, Segment]) -> None:
    assert len(segments) >= 35


def test_everything_upstream_reaches_the_chips_that_are_sold(
    catalogue: Catalogue, segments: dict[str, Segment]
) -> None:
    chips = {s.id for s in segments.values() if s.stage == "design"}
    for name in segments:
        reached = catalogue.depends_on(name, FLOWS)
        assert name in chips or reached & chips, name
        # `depends_on` never names the segment itself, so a ring shows as a way back to a direct input
        assert not reached & {d.source for d in segments[name].inputs}, name


def test_every_chip_rests_on_fabrication_and_packaging_and_goes_into_devices(
    catalogue: Catalogue, segments: dict[str, Segment]
) -> None:
    makers = {"ic.power-devices", "ic.compound-devices"}  # they fabricate themselves
    for s in segments.values():
        if s.stage == "design":
            essential = {d.source for d in s.inputs if d.kind == "essential"}
            assert essential & {"ic.packaging", "ic.advanced-packaging"}, s.id
            assert ("ic.logic-foundry" in essential) != (s.id in makers), s.id
            users = {d.target for d in catalogue.downstream[s.id]}
            assert any(catalogue.segments[u].cluster_id != "integrated-circuits" for u in users), s.id


def test_lithography_reaches_the_camera_the_server_and_the_car_by_essential_paths(
    catalogue: Catalogue,
) -> None:
    for source in ("ic.lithography", "ic.photoresists", "ic.silicon-wafers", "ic.logic-foundry", "ic.eda"):
        reached = catalogue.depends_on(source)
        assert {"vis.network-cameras", "ai.servers", "icv.automotive-chips", "com.smartphones"} <= reached


def test_inputs_come_from_no_later_stage(catalogue: Catalogue, segments: dict[str, Segment]) -> None:
    order = [stage.id for stage in catalogue.chains["ic"].stages]
    backwards = {
        (d.source, s.id)
        for s in segments.values()
        for d in s.inputs
        if d.source in segments and order.index(segments[d.source].stage) > order.index(s.stage)
    }
    # machines and their materials serve each other; from fabrication on nothing runs back
    assert {order.index(segments[source].stage) for source, _target in backwards} <= {
        order.index("equipment")
    }


def test_only_segments_of_the_chain_and_materials_go_into_it(segments: dict[str, Segment]) -> None:
    sources = {d.source for s in segments.values() for d in s.inputs}
    assert {s for s in sources - set(segments) if not s.startswith("mat.")} == set()
    fed = {s.stage for s in segments.values() if any(d.source.startswith("mat.") for d in s.inputs)}
    assert fed == {"materials", "equipment"}, "quartz, ceramics and light alloys go into parts of equipment"


def test_every_design_needs_eda(segments: dict[str, Segment]) -> None:
    designs = [s.id for s in segments.values() if s.id.endswith("-design")]
    assert len(designs) == 9
    assert all(_kind(segments, "ic.eda", name) == "essential" for name in designs)


def test_every_machine_is_built_of_components(segments: dict[str, Segment]) -> None:
    machines = [s.id for s in segments.values() if s.stage == "equipment"]
    for name in machines:
        if name != "ic.equipment-components":
            assert _kind(segments, "ic.equipment-components", name) == "essential", name


def test_terms_say_more_than_the_field_as_a_whole(segments: dict[str, Segment]) -> None:
    broad = {"芯片", "半导体", "设备", "集成电路", "材料", "晶圆", "封装", "chip", "semiconductor", "ic"}
    for s in segments.values():
        assert not broad & {*s.terms.zh, *s.terms.en}, s.id


def test_concentrations_are_what_the_cited_shares_give(
    segments: dict[str, Segment], root: Path, shared: Path
) -> None:
    folder = shared / "data" / "eto_chip_supply_chain"
    with gzip.open(folder / "providers.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        countries = {r["provider_id"] for r in csv.DictReader(lines) if r["provider_type"] == "country"}
    with gzip.open(folder / "provision.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["provider_id"] in countries and r["share_provided"]]
    named = yaml.safe_load(
        (root / "src/chainmend/intake/sources/chipchain_map.yaml").read_text(encoding="utf-8")
    )
    main = {entry["segment"]: key for key, entry in reversed(named["inputs"].items())}
    main["ic.test-equipment"] = "N120"
    cited = [s for s in segments.values() if s.difficulty.source == "eto"]
    assert len(cited) >= 10
    for s in cited:
        shares = [float(r["share_provided"]) for r in rows if r["provided_id"] == main[s.id]]
        hhi = sum((x / sum(shares)) ** 2 for x in shares)
        assert s.difficulty.concentration == pytest.approx(hhi, abs=0.006), s.id


def test_a_term_within_a_term_of_another_segment_is_excluded_there(segments: dict[str, Segment]) -> None:
    def plain(text: str) -> str:
        return text.lower().replace(" ", "")

    for a in segments.values():
        words = [plain(word) for word in a.terms.exclude]
        for b in segments.values():
            for longer in map(plain, b.terms.zh if a is not b else ()):
                within = any(plain(term) in longer for term in a.terms.zh)
                assert not within or any(word in longer for word in words), (a.id, b.id, longer)
