"""The shipped chain of new-energy equipment: complete, connected, and what an engineer expects of it."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from pathlib import Path

    from chainmend.chain.model import Catalogue, Segment

EXPECTED = {
    "materials": (
        "solar-polysilicon silver-paste pv-glass encapsulant-films lithium-salts cathode-precursors "
        "cathode-materials anode-materials electrolyte-salts electrolytes separators battery-foils "
        "conductive-agents cell-structural-parts fuel-cell-materials insulation"
    ),
    "production-equipment": "pv-production-equipment battery-equipment",
    "components": (
        "pv-wafers pv-cells junction-boxes-frames pv-mounting lithium-cells battery-packs "
        "solid-state-batteries other-storage-batteries lead-acid-batteries battery-management-systems "
        "hvdc-relays wind-blades wind-gearboxes wind-bearings wind-castings wind-generators wind-converters "
        "wind-towers"
    ),
    "systems": (
        "pv-modules pv-inverters storage-converters storage-thermal-safety energy-management-software "
        "energy-storage-systems wind-turbines electrolysers hydrogen-storage fuel-cell-systems "
        "generating-equipment transformers switchgear low-voltage-apparatus power-cables smart-meters "
        "grid-automation power-electronics-grid charging-equipment"
    ),
    "integration-services": "pv-plants wind-farms virtual-power-plants battery-recycling",
}
FLOWS = ("essential", "substitutable")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["nee"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"nee.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected
    assert 25 <= len(segments) <= 60


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("nee.solar-polysilicon", "nee.pv-wafers", "essential"),
        ("nee.pv-wafers", "nee.pv-cells", "essential"),
        ("nee.silver-paste", "nee.pv-cells", "essential"),
        ("nee.pv-cells", "nee.pv-modules", "essential"),
        ("nee.pv-glass", "nee.pv-modules", "essential"),
        ("nee.lithium-salts", "nee.cathode-materials", "essential"),
        ("nee.electrolyte-salts", "nee.electrolytes", "essential"),
        ("nee.separators", "nee.lithium-cells", "essential"),
        # what a solid electrolyte is for: it may do without the film
        ("nee.separators", "nee.solid-state-batteries", "substitutable"),
        ("nee.electrolytes", "nee.solid-state-batteries", None),
        ("nee.lithium-cells", "nee.energy-storage-systems", "essential"),
        ("ic.power-devices", "nee.pv-inverters", "essential"),
        ("ic.compound-devices", "nee.pv-inverters", "substitutable"),
        ("ic.analog-design", "nee.battery-management-systems", "essential"),
        ("nee.wind-blades", "nee.wind-turbines", "essential"),
        # direct-drive turbines have no gearbox, doubly-fed generators no magnets
        ("nee.wind-gearboxes", "nee.wind-turbines", "substitutable"),
        ("emb.rare-earth-magnets", "nee.wind-generators", "substitutable"),
        ("nee.fuel-cell-materials", "nee.fuel-cell-systems", "essential"),
        ("nee.fuel-cell-materials", "nee.electrolysers", "substitutable"),
        ("nee.insulation", "nee.transformers", "essential"),
        ("ic.polysilicon", "nee.pv-wafers", None),
    ],
)
def test_engineering_facts(segments: dict[str, Segment], source: str, target: str, kind: str | None) -> None:
    assert next((d.kind for d in segments[target].inputs if d.source == source), None) == kind


def test_sand_to_plant_is_one_path(catalogue: Catalogue) -> None:
    assert "nee.pv-plants" in catalogue.depends_on("nee.solar-polysilicon", FLOWS)
    assert "nee.energy-storage-systems" in catalogue.depends_on("nee.lithium-salts", FLOWS)
    assert "nee.wind-farms" in catalogue.depends_on("nee.wind-bearings", FLOWS)


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("湿法锂电池隔膜基膜", "nee.separators"),
        ("高镍三元正极材料及其制品", "nee.cathode-materials"),
        ("大尺寸 N 型单晶硅片", "nee.pv-wafers"),
        ("182 mm TOPCon 电池片产品", "nee.pv-cells"),
        ("双面双玻光伏组件", "nee.pv-modules"),
        ("户用组串式逆变器产品", "nee.pv-inverters"),
        ("方形磷酸铁锂电池电芯", "nee.lithium-cells"),
        ("海上风力发电机组制造", "nee.wind-turbines"),
        ("2.5 MW 风电齿轮箱总成", "nee.wind-gearboxes"),
        ("120 kW 直流充电桩", "nee.charging-equipment"),
        ("220 kV 油浸式电力变压器", "nee.transformers"),
        ("三相智能电能表系列", "nee.smart-meters"),
        ("工商业储能系统一体柜", "nee.energy-storage-systems"),
        ("碱性水电解制氢装置", "nee.electrolysers"),
    ],
)
def test_products_are_placed(index: TermIndex, product: str, segment: str) -> None:
    assert [match.segment_id for match in index.find(product)] == [segment]


@pytest.mark.parametrize(
    ("product", "other"),
    [
        ("电子级多晶硅", "nee.solar-polysilicon"),
        ("程控隔膜压滤机", "nee.separators"),
        ("锂电池隔膜生产线", "nee.lithium-cells"),
        ("高频电子变压器", "nee.transformers"),
        ("太阳能热水器", "nee.pv-plants"),
        ("逆变焊机用逆变器", "nee.pv-inverters"),
    ],
)
def test_what_sounds_alike_stays_out(index: TermIndex, product: str, other: str) -> None:
    assert other not in [match.segment_id for match in index.find(product)]


def test_each_judgement_has_its_reason(segments: dict[str, Segment]) -> None:
    for s in segments.values():
        assert s.difficulty.reason is not None, s.id
        assert s.difficulty.readiness is not None, s.id
        assert (s.difficulty.concentration is None) == (s.difficulty.source is None), s.id


def test_an_excluded_word_stands_in_no_term_of_its_segment(segments: dict[str, Segment]) -> None:
    for s in segments.values():
        for term in (*s.terms.zh, *s.terms.en):
            assert not any(word in term for word in s.terms.exclude), (s.id, term)


def test_codes_exist_in_the_classifications(segments: dict[str, Segment], shared: Path) -> None:
    folder = shared / "data" / "classifications"
    known = {}
    for name in ("hs6_desc", "gbt4754_2017"):
        with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
            known[name] = {row["code"] for row in csv.DictReader(lines)}
    for s in segments.values():
        assert set(s.hs) <= known["hs6_desc"], s.id
        assert set(s.codes) <= known["gbt4754_2017"], s.id
