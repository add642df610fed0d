"""The shipped chain of artificial intelligence: complete, connected, and what an engineer expects of it."""

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
    "compute-parts": (
        "accelerator-boards memory-modules solid-state-drives motherboards thermal-parts server-power "
        "data-centre-cooling"
    ),
    "machines": (
        "servers ai-servers storage-systems personal-computers peripherals self-service-terminals wearables "
        "smart-hardware smart-controllers"
    ),
    "data": "data-labelling data-platforms data-exchange blockchain spatial-data",
    "software-models": (
        "operating-systems databases middleware virtualization ai-frameworks foundation-models "
        "model-services model-assurance speech-language"
    ),
    "infrastructure": "data-centre-engineering data-centres compute-services cloud-services",
    "applications": (
        "design-software manufacturing-software industrial-internet enterprise-software office-software "
        "finance-software government-software energy-software construction-software education-software "
        "commerce-software"
    ),
    "services": "ai-solutions system-integration software-outsourcing it-operations",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["ai"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"ai.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("ic.ai-chip-design", "ai.accelerator-boards", "essential"),
        ("ic.memory-manufacturing", "ai.accelerator-boards", "essential"),
        ("ic.advanced-packaging", "ai.accelerator-boards", "essential"),
        ("ai.accelerator-boards", "ai.ai-servers", "essential"),
        ("ic.processor-design", "ai.servers", "essential"),
        ("com.optical-transceivers", "ai.ai-servers", "essential"),
        ("ai.ai-servers", "ai.compute-services", "essential"),
        ("ai.data-centre-cooling", "ai.data-centre-engineering", "essential"),
        ("ai.data-centre-engineering", "ai.data-centres", "essential"),
        ("ai.data-labelling", "ai.foundation-models", "essential"),
        ("ai.ai-frameworks", "ai.foundation-models", "essential"),
        ("ai.ai-servers", "ai.foundation-models", "essential"),
        ("ai.foundation-models", "ai.model-services", "essential"),
        ("ai.operating-systems", "ai.databases", "essential"),
        ("ai.databases", "ai.finance-software", "essential"),
        ("vis.lcd-panels", "ai.personal-computers", "essential"),
        ("ai.model-services", "ai.ai-solutions", "essential"),
        ("ai.foundation-models", "ai.ai-frameworks", None),
        ("ai.data-centres", "ai.servers", None),
    ],
)
def test_engineering_facts(catalogue: Catalogue, source: str, target: str, kind: str | None) -> None:
    found = {d.source: d.kind for d in catalogue.segments[target].inputs}
    assert found.get(source) == kind


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("2U 双路机架式服务器", "ai.servers"),
        ("八卡 GPU 服务器", "ai.ai-servers"),
        ("PCIe 接口企业级固态硬盘", "ai.solid-state-drives"),
        ("DDR5 服务器内存条", "ai.memory-modules"),
        ("机房用精密空调机组", "ai.data-centre-cooling"),
        ("安可分布式数据库", "ai.databases"),
        ("国产桌面操作系统", "ai.operating-systems"),
        ("中文大语言模型研发", "ai.foundation-models"),
        ("银行核心系统开发", "ai.finance-software"),
        ("钢铁行业制造执行系统", "ai.manufacturing-software"),
        ("语音合成与语音识别软件", "ai.speech-language"),
        ("建筑工程造价软件", "ai.construction-software"),
        ("智能 POS 终端", "ai.self-service-terminals"),
        ("cloud computing platform", "ai.cloud-services"),
    ],
)
def test_a_product_names_its_segment(index: TermIndex, product: str, segment: str) -> None:
    assert segment in {match.segment_id for match in index.find(product)}


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("服务器处理器", "ai.servers"),
        ("机器人操作系统", "ai.operating-systems"),
        ("具身大模型", "ai.foundation-models"),
        ("机器人系统集成", "ai.system-integration"),
        ("3D 打印机", "ai.peripherals"),
        ("数据库审计系统", "ai.databases"),
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
