"""The shipped chain of visual intelligence: complete, connected, and what an engineer expects of it."""

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
        "infrared-materials optics-equipment display-equipment liquid-crystals oled-materials "
        "display-photoresists"
    ),
    "components": (
        "optical-elements optical-filters micro-optics lenses lens-actuators camera-modules "
        "infrared-detectors imaging-cores vision-lighting led-chips led-packages"
    ),
    "displays": (
        "lcd-panels oled-panels backlights touch-modules display-modules led-displays commercial-displays "
        "televisions projectors xr-headsets"
    ),
    "front-end": (
        "network-cameras consumer-cameras thermal-cameras inspection-vision security-screening "
        "access-control smart-locks intercoms alarm-equipment traffic-sensing mobile-recorders "
        "optical-instruments"
    ),
    "back-end": (
        "recorders video-servers display-control video-conferencing broadcast-video pro-audio "
        "vision-algorithms video-platforms digital-twins"
    ),
    "integration": (
        "security-integration traffic-integration building-intelligence exhibition-content video-services"
    ),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["vis"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"vis.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("ic.sensor-chip-design", "vis.network-cameras", "essential"),
        ("ic.sensor-chip-design", "vis.camera-modules", "essential"),
        ("vis.lenses", "vis.camera-modules", "essential"),
        ("vis.optical-elements", "vis.lenses", "essential"),
        ("mat.special-glass", "vis.optical-elements", "essential"),
        ("mat.optical-films", "vis.lcd-panels", "essential"),
        ("vis.liquid-crystals", "vis.lcd-panels", "essential"),
        ("vis.oled-materials", "vis.oled-panels", "essential"),
        ("ic.display-driver-design", "vis.lcd-panels", "essential"),
        ("ic.deposition-equipment", "vis.led-chips", "essential"),
        ("vis.led-packages", "vis.led-displays", "essential"),
        ("vis.infrared-detectors", "vis.thermal-cameras", "essential"),
        ("vis.micro-optics", "vis.xr-headsets", "essential"),
        ("ic.ai-chip-design", "vis.video-servers", "essential"),
        ("vis.network-cameras", "vis.security-integration", "essential"),
        ("com.switches-routers", "vis.security-integration", "essential"),
        ("vis.lcd-panels", "vis.televisions", "essential"),
        ("vis.camera-modules", "vis.lenses", None),
        ("vis.network-cameras", "ic.sensor-chip-design", None),
    ],
)
def test_engineering_facts(catalogue: Catalogue, source: str, target: str, kind: str | None) -> None:
    found = {d.source: d.kind for d in catalogue.segments[target].inputs}
    assert found.get(source) == kind


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("400 万星光级球型摄像机", "vis.network-cameras"),
        ("64 路网络硬盘录像机整机", "vis.recorders"),
        ("4K 超短焦激光电视", "vis.projectors"),
        ("P1.2 小间距 LED 显示屏", "vis.led-displays"),
        ("手持式红外热像仪", "vis.thermal-cameras"),
        ("手机后置摄像头模组", "vis.camera-modules"),
        ("模造玻璃非球面透镜", "vis.optical-elements"),
        ("蓝玻璃红外截止滤光片", "vis.optical-filters"),
        ("6 代柔性 AMOLED 面板", "vis.oled-panels"),
        ("分体式 VR 头显设备", "vis.xr-headsets"),
        ("PCB 自动光学检测设备", "vis.inspection-vision"),
        ("人脸识别智能门锁", "vis.smart-locks"),
        ("云视频会议系统", "vis.video-conferencing"),
        ("2.8-12 mm zoom lens for cameras", "vis.lenses"),
    ],
)
def test_a_product_names_its_segment(index: TermIndex, product: str, segment: str) -> None:
    assert segment in {match.segment_id for match in index.find(product)}


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("CMOS 图像传感器", "vis.camera-modules"),
        ("液晶面板驱动芯片", "vis.lcd-panels"),
        ("TFT-LCD 光刻胶", "vis.lcd-panels"),
        ("眼镜用光学镜片", "vis.optical-elements"),
        ("LED 显示驱动芯片", "vis.led-displays"),
        ("多路温度在线监测监控系统", "vis.video-platforms"),
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
