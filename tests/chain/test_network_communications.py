"""The shipped chain of network communications: complete, connected, and what an engineer expects of it."""

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
        "fibre-chemicals quartz-materials cable-materials copper-clad-laminates pcb-chemicals pcb-equipment "
        "microwave-ceramics fibre-equipment"
    ),
    "devices": (
        "fibre-preforms optical-fibre optical-chips photonic-circuits network-chips passive-optics "
        "optical-subassemblies optical-connectors printed-circuits flexible-circuits rf-filters "
        "acoustic-filters frequency-devices rf-modules antennas rf-connectors acoustic-parts"
    ),
    "cables-modules": (
        "optical-cables submarine-cables communication-cables optical-transceivers wireless-modules "
        "communication-power"
    ),
    "systems": (
        "base-stations core-network optical-transport access-equipment switches-routers industrial-networks "
        "private-networks satellites satellite-ground navigation-equipment broadcast-equipment "
        "test-instruments"
    ),
    "terminals": (
        "terminal-parts home-terminals electronics-manufacturing smartphones rfid-cards iot-terminals"
    ),
    "security-software": (
        "network-software network-security-equipment cryptography security-software quantum-communication"
    ),
    "services": "network-engineering telecom-operators cloud-communications satellite-services iot-services",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["com"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"com.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("mat.copper-foil", "com.copper-clad-laminates", "essential"),
        ("com.copper-clad-laminates", "com.printed-circuits", "essential"),
        ("com.fibre-chemicals", "com.fibre-preforms", "essential"),
        ("com.fibre-preforms", "com.optical-fibre", "essential"),
        ("com.optical-fibre", "com.optical-cables", "essential"),
        ("ic.compound-substrates", "com.optical-chips", "essential"),
        ("com.optical-chips", "com.optical-subassemblies", "essential"),
        ("com.optical-chips", "com.optical-transceivers", "essential"),
        ("com.network-chips", "com.switches-routers", "essential"),
        ("com.optical-transceivers", "com.optical-transport", "essential"),
        ("com.antennas", "com.base-stations", "essential"),
        ("com.rf-filters", "com.base-stations", "essential"),
        ("ic.fpga-design", "com.base-stations", "essential"),
        ("com.acoustic-filters", "com.smartphones", "essential"),
        ("com.printed-circuits", "com.switches-routers", "essential"),
        ("ic.processor-design", "com.wireless-modules", "essential"),
        ("ic.mcu-design", "com.cryptography", "essential"),
        ("com.satellites", "com.satellite-services", "essential"),
        ("com.base-stations", "com.telecom-operators", "essential"),
        ("com.optical-cables", "com.optical-fibre", None),
        ("com.smartphones", "com.acoustic-filters", None),
    ],
)
def test_engineering_facts(catalogue: Catalogue, source: str, target: str, kind: str | None) -> None:
    found = {d.source: d.kind for d in catalogue.segments[target].inputs}
    assert found.get(source) == kind


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("G.652D 单模光纤", "com.optical-fibre"),
        ("24 芯层绞式光缆", "com.optical-cables"),
        ("400G 数据中心光模块", "com.optical-transceivers"),
        ("六层高密度互连印制电路板", "com.printed-circuits"),
        ("万兆三层以太网交换机", "com.switches-routers"),
        ("手机用声表面波滤波器", "com.acoustic-filters"),
        ("LTE Cat.1 无线通信模块", "com.wireless-modules"),
        ("5G 宏基站天线", "com.antennas"),
        ("下一代防火墙产品", "com.network-security-equipment"),
        ("金融数据密码机", "com.cryptography"),
        ("4K 智能网络机顶盒", "com.home-terminals"),
        ("石英晶体谐振器及组件", "com.frequency-devices"),
        ("optical modules for data centres", "com.optical-transceivers"),
    ],
)
def test_a_product_names_its_segment(index: TermIndex, product: str, segment: str) -> None:
    assert segment in {match.segment_id for match in index.find(product)}


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("光纤激光器", "com.optical-fibre"),
        ("光纤连接器", "com.optical-fibre"),
        ("铝合金防火门窗", "com.network-security-equipment"),
        ("手机摄像模组", "com.smartphones"),
        ("PCB 激光钻孔设备", "com.printed-circuits"),
        ("数字程控交换机", "com.switches-routers"),
    ],
)
def test_a_product_of_another_kind_does_not(index: TermIndex, product: str, segment: str) -> None:
    assert segment not in {match.segment_id for match in index.find(product)}


def test_every_judgement_has_its_reason_and_every_concentration_its_source(
    segments: dict[str, Segment],
) -> None:
    for s in segments.values():
        assert s.difficulty.reason is not None, s.id
        assert s.difficulty.readiness is not None, s.id
        assert (s.difficulty.concentration is None) == (s.difficulty.source is None), s.id


def test_an_excluded_word_does_not_stand_in_a_term(segments: dict[str, Segment]) -> None:
    for s in segments.values():
        assert s.terms.zh, s.id
        assert s.terms.en, s.id
        for term in (*s.terms.zh, *s.terms.en):
            assert not any(word in term for word in s.terms.exclude), (s.id, term)


def _column(path: Path, name: str) -> set[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return {row[name] for row in csv.DictReader(lines)}


def test_codes_exist_in_the_classifications(segments: dict[str, Segment], shared: Path) -> None:
    folder = shared / "data" / "classifications"
    hs = _column(folder / "hs6_desc.csv.gz", "code")
    gbt = _column(folder / "gbt4754_2017.csv.gz", "code")
    for s in segments.values():
        assert set(s.hs) <= hs, s.id
        assert set(s.codes) <= gbt, s.id
