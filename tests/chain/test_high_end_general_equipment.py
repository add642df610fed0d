"""The shipped chain of general equipment: complete, connected, and what an engineer expects of it."""

from __future__ import annotations

import csv
import gzip
from itertools import chain as joined
from typing import TYPE_CHECKING

import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from pathlib import Path

    from chainmend.chain.model import Catalogue, Segment

EXPECTED = {
    "basic-parts": ("castings forgings bearings gearboxes power-transmission fasteners seals"),
    "drives-and-control": (
        "hydraulics pneumatics electric-motors inverters-drives cnc-systems spindles-and-tables "
        "cutting-tools control-systems"
    ),
    "instruments": (
        "process-instruments analytical-instruments utility-meters testing-machines dimensional-metrology "
        "weighing"
    ),
    "machine-tools": (
        "cnc-machine-tools grinding-and-gear-machines laser-and-edm metal-forming foundry-and-furnaces "
        "welding-machines additive-manufacturing moulds plastics-machinery"
    ),
    "fluid-and-thermal": (
        "pumps vacuum-equipment air-compressors process-compressors fans valves control-valves "
        "pressure-vessels heat-exchangers air-separation refrigeration-compressors hvac-chillers "
        "filtration-separation"
    ),
    "handling-and-packaging": (
        "elevators elevator-parts forklifts cranes conveyors packaging-machinery printing-machinery "
        "power-tools"
    ),
    "systems-and-services": (
        "condition-monitoring process-plants industrial-gases maintenance-and-remanufacturing"
    ),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["geq"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"geq.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("geq.castings", "geq.cnc-machine-tools", "essential"),
        ("geq.cnc-systems", "geq.cnc-machine-tools", "essential"),
        ("emb.screws", "geq.cnc-machine-tools", "essential"),
        ("emb.linear-guides", "geq.cnc-machine-tools", "essential"),
        ("emb.precision-bearings", "geq.spindles-and-tables", "essential"),
        ("mat.cemented-carbides", "geq.cutting-tools", "essential"),
        ("mat.special-steel", "geq.bearings", "essential"),
        ("mat.electrical-steel", "geq.electric-motors", "essential"),
        ("ic.power-devices", "geq.inverters-drives", "essential"),
        ("geq.seals", "geq.pumps", "essential"),
        ("geq.process-compressors", "geq.air-separation", "essential"),
        ("geq.heat-exchangers", "geq.air-separation", "essential"),
        ("geq.air-separation", "geq.industrial-gases", "essential"),
        ("geq.elevator-parts", "geq.elevators", "essential"),
        ("emb.rare-earth-magnets", "geq.elevator-parts", "essential"),
        ("geq.hydraulics", "geq.forklifts", "essential"),
        ("geq.refrigeration-compressors", "geq.hvac-chillers", "essential"),
        ("geq.control-valves", "geq.process-plants", "essential"),
        ("mat.metal-powders", "geq.additive-manufacturing", "substitutable"),
        ("geq.cnc-machine-tools", "geq.castings", None),
        ("geq.elevators", "geq.elevator-parts", None),
    ],
)
def test_engineering_facts(segments: dict[str, Segment], source: str, target: str, kind: str | None) -> None:
    assert next((d.kind for d in segments[target].inputs if d.source == source), None) == kind


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("VMC850 立式加工中心", "geq.cnc-machine-tools"),
        ("双室平面磨床 M7130", "geq.grinding-and-gear-machines"),
        ("250kW 永磁变频螺杆空压机", "geq.air-compressors"),
        ("六万等级内压缩流程空分装置", "geq.air-separation"),
        ("3.5 吨内燃平衡重式叉车", "geq.forklifts"),
        ("无齿轮永磁曳引机", "geq.elevator-parts"),
        ("小机房乘客电梯", "geq.elevators"),
        ("气动薄膜单座调节阀", "geq.control-valves"),
        ("双端面集装式机械密封", "geq.seals"),
        ("PET 瓶装水灌装机", "geq.packaging-machinery"),
        ("二板式伺服注塑机", "geq.plastics-machinery"),
        ("卧式不锈钢多级离心泵", "geq.pumps"),
        ("钎焊板式换热器", "geq.heat-exchangers"),
        ("NB-IoT 物联网水表", "geq.utility-meters"),
    ],
)
def test_a_product_names_its_segment(index: TermIndex, product: str, segment: str) -> None:
    assert [match.segment_id for match in index.find(product)] == [segment]


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("加工中心数控系统", "geq.cnc-machine-tools"),
        ("电梯导轨", "geq.elevators"),
        ("医用制氧机组", "geq.air-separation"),
        ("车载空气压缩机", "geq.air-compressors"),
        ("无人叉车", "geq.forklifts"),
        ("注塑机模具", "geq.plastics-machinery"),
    ],
)
def test_a_product_of_another_trade_does_not(index: TermIndex, product: str, segment: str) -> None:
    assert segment not in [match.segment_id for match in index.find(product)]


def test_no_excluded_word_stands_in_a_term_and_every_judgement_has_its_reason(
    segments: dict[str, Segment],
) -> None:
    for s in segments.values():
        assert s.difficulty.reason is not None, s.id
        assert s.difficulty.readiness is not None, s.id
        for term in joined(s.terms.zh, s.terms.en):
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
