"""The shipped chain of intelligent connected vehicles: complete, connected, and what an engineer expects of it."""

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
    "chips-and-basics": (
        "automotive-chips automotive-power-modules automotive-sensors harnesses-connectors rubber-and-seals "
        "aluminium-castings vehicle-engineering"
    ),
    "mechanical-parts": (
        "wheels tyres wheel-bearings drivelines suspensions foundation-brakes engines aftertreatment "
        "transmissions body-panels automotive-glass seats interior-exterior-trim lamps passive-safety "
        "closures-hardware"
    ),
    "electric-and-intelligent": (
        "thermal-management drive-motors motor-controllers electric-drive-assemblies onboard-power "
        "brake-by-wire steering vehicle-controllers automotive-lidar automotive-cameras automotive-radars "
        "positioning-maps adas-controllers driving-software vehicle-software smart-cockpit telematics "
        "roadside-infrastructure"
    ),
    "vehicles": "new-energy-cars fuel-cars commercial-vehicles special-vehicles autonomous-vehicles",
    "services": "vehicle-testing charging-services mobility-services vehicle-recycling",
}
FLOWS = ("essential", "substitutable")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["icv"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"icv.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected
    assert 25 <= len(segments) <= 60


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("ic.mcu-design", "icv.automotive-chips", "essential"),
        ("ic.power-devices", "icv.automotive-power-modules", "essential"),
        ("icv.automotive-power-modules", "icv.motor-controllers", "essential"),
        ("emb.rare-earth-magnets", "icv.drive-motors", "essential"),
        ("icv.drive-motors", "icv.electric-drive-assemblies", "essential"),
        ("nee.battery-packs", "icv.new-energy-cars", "essential"),
        ("nee.battery-packs", "icv.fuel-cars", None),
        ("icv.engines", "icv.fuel-cars", "essential"),
        # a range extender or plug-in hybrid has an engine, a battery car has none
        ("icv.engines", "icv.new-energy-cars", "substitutable"),
        ("icv.wheels", "icv.new-energy-cars", "essential"),
        ("icv.automotive-chips", "icv.adas-controllers", "essential"),
        ("icv.automotive-lidar", "icv.adas-controllers", "substitutable"),
        ("icv.automotive-lidar", "icv.autonomous-vehicles", "essential"),
        ("ic.sensor-chip-design", "icv.automotive-cameras", "essential"),
        ("ic.rf-design", "icv.automotive-radars", "essential"),
        ("emb.imu", "icv.positioning-maps", "essential"),
        ("icv.foundation-brakes", "icv.brake-by-wire", "essential"),
        ("nee.charging-equipment", "icv.charging-services", "essential"),
        ("nee.fuel-cell-systems", "icv.commercial-vehicles", "substitutable"),
        ("emb.lidar", "icv.automotive-lidar", None),
    ],
)
def test_engineering_facts(segments: dict[str, Segment], source: str, target: str, kind: str | None) -> None:
    assert next((d.kind for d in segments[target].inputs if d.source == source), None) == kind


def test_chips_and_cells_reach_the_vehicle(catalogue: Catalogue) -> None:
    for source in ("ic.mcu-design", "icv.automotive-chips", "nee.separators", "icv.wheels"):
        assert "icv.new-energy-cars" in catalogue.depends_on(source, FLOWS), source


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("低压铸造铝合金轮毂系列", "icv.wheels"),
        ("第三代轮毂轴承单元", "icv.wheel-bearings"),
        ("32 位车规级 MCU 产品", "icv.automotive-chips"),
        ("长距车载激光雷达", "icv.automotive-lidar"),
        ("77 GHz 车载毫米波雷达", "icv.automotive-radars"),
        ("八百万像素车载摄像头", "icv.automotive-cameras"),
        ("扁线永磁驱动电机总成", "icv.drive-motors"),
        ("乘用车电动助力转向系统", "icv.steering"),
        ("EPB 电子驻车制动系统", "icv.brake-by-wire"),
        ("全钢载重子午线轮胎", "icv.tyres"),
        ("汽车空调压缩机总成", "icv.thermal-management"),
        ("双腔空气悬架总成", "icv.suspensions"),
        ("L2 级智能驾驶域控制器", "icv.adas-controllers"),
        ("6.6 kW 车载充电机", "icv.onboard-power"),
        ("增程式新能源乘用车", "icv.new-energy-cars"),
    ],
)
def test_products_are_placed(index: TermIndex, product: str, segment: str) -> None:
    assert [match.segment_id for match in index.find(product)] == [segment]


@pytest.mark.parametrize(
    ("product", "other"),
    [
        ("风电轮毂铸件", "icv.wheels"),
        ("洗衣机减速离合器", "icv.transmissions"),
        ("轮胎模具", "icv.tyres"),
        ("飞机自动驾驶仪", "icv.driving-software"),
        ("乘用车座椅", "icv.fuel-cars"),
        ("高铁制动闸片", "icv.foundation-brakes"),
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
