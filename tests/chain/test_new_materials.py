"""The shipped new-materials chain: complete, connected, and what an engineer expects of it."""

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
    "feedstocks": (
        "fluorochemicals industrial-silicon silicone-monomers polymer-monomers catalysts polymer-additives "
        "rare-earths refractory-metals quartz-sand"
    ),
    "polymers": (
        "engineering-plastics special-engineering-plastics modified-plastics polyolefins thermosets "
        "polyurethanes synthetic-rubbers fluoropolymers silicones adhesives coatings bioplastics separation-resins"
    ),
    "metals": (
        "special-steel electrical-steel stainless-and-corrosion-alloys superalloys titanium light-alloys "
        "copper-alloys cemented-carbides metal-powders soft-magnets precious-metals joining-materials"
    ),
    "inorganics": (
        "structural-ceramics electronic-ceramics special-glass quartz-products graphite nanocarbons "
        "superhard-materials artificial-crystals refractories"
    ),
    "fibres-films": (
        "pan-precursor carbon-fibre organic-fibres glass-fibre mineral-fibres polyester-films polyimide-films "
        "optical-films functional-tapes separation-membranes ion-membranes"
    ),
    "composites": (
        "polymer-composites high-temperature-composites copper-foil thermal-materials conductive-pastes"
    ),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["mat"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"mat.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("mat.fluorochemicals", "mat.fluoropolymers", "essential"),
        ("mat.fluoropolymers", "mat.ion-membranes", "essential"),
        ("mat.industrial-silicon", "mat.silicone-monomers", "essential"),
        ("mat.silicone-monomers", "mat.silicones", "essential"),
        ("mat.pan-precursor", "mat.carbon-fibre", "essential"),
        ("mat.carbon-fibre", "mat.high-temperature-composites", "essential"),
        ("mat.carbon-fibre", "mat.polymer-composites", "substitutable"),
        ("mat.thermosets", "mat.polymer-composites", "essential"),
        ("mat.quartz-sand", "mat.quartz-products", "essential"),
        ("mat.refractory-metals", "mat.cemented-carbides", "essential"),
        ("mat.polymer-monomers", "mat.engineering-plastics", "essential"),
        ("mat.catalysts", "mat.polyolefins", "essential"),
        ("mat.polymer-additives", "mat.modified-plastics", "essential"),
        ("mat.polyester-films", "mat.optical-films", "essential"),
        ("mat.precious-metals", "mat.conductive-pastes", "essential"),
        ("mat.refractory-metals", "mat.superalloys", "essential"),
        ("mat.polymer-composites", "mat.carbon-fibre", None),
        ("mat.silicones", "mat.silicone-monomers", None),
    ],
)
def test_engineering_facts(segments: dict[str, Segment], source: str, target: str, kind: str | None) -> None:
    assert next((d.kind for d in segments[target].inputs if d.source == source), None) == kind


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("单组分脱醇型硅酮密封胶", "mat.adhesives"),
        ("航空级对位芳纶长丝", "mat.organic-fibres"),
        ("12K 高强型碳纤维纱", "mat.carbon-fibre"),
        ("卷式低压反渗透膜元件", "mat.separation-membranes"),
        ("无卤增强改性尼龙粒料", "mat.modified-plastics"),
        ("50W600 冷轧无取向硅钢卷", "mat.electrical-steel"),
        ("定向凝固高温合金铸锭", "mat.superalloys"),
        ("ER50-6 气保焊丝", "mat.joining-materials"),
        ("99 瓷氧化铝陶瓷环", "mat.structural-ceramics"),
        ("锰锌铁氧体 EE 型", "mat.soft-magnets"),
        ("增强型质子交换膜卷材", "mat.ion-membranes"),
        ("GCr15 轴承钢圆钢", "mat.special-steel"),
    ],
)
def test_a_product_names_its_segment(index: TermIndex, product: str, segment: str) -> None:
    assert [match.segment_id for match in index.find(product)] == [segment]


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("血液透析用中空纤维膜", "mat.separation-membranes"),
        ("铝合金型材门窗", "mat.light-alloys"),
        ("珠宝首饰用铂金材料饰品", "mat.precious-metals"),
        ("半导体用石英玻璃环", "mat.quartz-products"),
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


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("mat.rare-earths", "emb.rare-earth-magnets", "essential"),
        ("mat.special-steel", "emb.precision-bearings", "essential"),
        ("mat.light-alloys", "emb.structural-parts", "essential"),
        ("mat.carbon-fibre", "emb.structural-parts", "substitutable"),
    ],
)
def test_robots_rest_on_materials(catalogue: Catalogue, source: str, target: str, kind: str) -> None:
    assert {d.source: d.kind for d in catalogue.segments[target].inputs}[source] == kind
