"""The shipped chain of biomedicine and devices: complete, connected, and what an engineer expects of it."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Segment

EXPECTED = {
    "materials": (
        "intermediates chemical-apis fermentation-apis peptide-apis research-reagents culture-media "
        "chromatography-media excipients pharma-packaging tcm-slices plant-extracts ivd-raw-materials "
        "medical-materials"
    ),
    "equipment": (
        "bioprocess-equipment pharma-machinery sterile-filling life-instruments imaging-components"
    ),
    "medicines": (
        "oncology-drugs anti-infectives chronic-disease-drugs oral-solids injectables complex-formulations "
        "antibodies recombinant-proteins blood-products vaccines cell-gene-therapy radiopharmaceuticals "
        "tcm-patent"
    ),
    "devices": (
        "ivd-immuno ivd-molecular ivd-poct ivd-analysers ct-mri ultrasound endoscopes radiotherapy monitors "
        "respiratory dialysis surgical-instruments surgical-robots cardio-implants active-implants "
        "ortho-implants ophthalmic dental aesthetic infusion-consumables dressings home-devices "
        "hospital-equipment"
    ),
    "services": ("discovery-cro clinical-cro cdmo clinical-labs digital-health distribution"),
}
FLOWS = ("essential", "substitutable")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["bio"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"bio.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected
    assert 25 <= len(segments) <= 60


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("bio.intermediates", "bio.chemical-apis", "essential"),
        ("bio.chemical-apis", "bio.oral-solids", "essential"),
        ("bio.excipients", "bio.oral-solids", "essential"),
        ("bio.fermentation-apis", "bio.anti-infectives", "essential"),
        ("bio.pharma-packaging", "bio.injectables", "essential"),
        ("bio.sterile-filling", "bio.injectables", "essential"),
        ("bio.culture-media", "bio.antibodies", "essential"),
        ("bio.chromatography-media", "bio.antibodies", "essential"),
        ("bio.bioprocess-equipment", "bio.vaccines", "essential"),
        ("bio.chromatography-media", "bio.blood-products", "essential"),
        ("bio.tcm-slices", "bio.tcm-patent", "essential"),
        ("bio.ivd-raw-materials", "bio.ivd-immuno", "essential"),
        ("bio.imaging-components", "bio.ct-mri", "essential"),
        ("ic.sensor-chip-design", "bio.endoscopes", "essential"),
        ("ic.analog-design", "bio.monitors", "essential"),
        ("emb.servo-motors", "bio.surgical-robots", "essential"),
        ("bio.medical-materials", "bio.ortho-implants", "essential"),
        ("bio.ivd-analysers", "bio.clinical-labs", "essential"),
        ("bio.oral-solids", "bio.chemical-apis", None),
        ("bio.ct-mri", "bio.imaging-components", None),
    ],
)
def test_engineering_facts(catalogue: Catalogue, source: str, target: str, kind: str | None) -> None:
    assert next((d.kind for d in catalogue.segments[target].inputs if d.source == source), None) == kind


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("头孢克肟原料药", "bio.chemical-apis"),
        ("全自动化学发光免疫分析仪", "bio.ivd-analysers"),
        ("新型冠状病毒核酸检测试剂盒（荧光法）", "bio.ivd-molecular"),
        ("肌钙蛋白化学发光试剂盒", "bio.ivd-immuno"),
        ("四价流感病毒裂解疫苗", "bio.vaccines"),
        ("帕博利珠单克隆抗体注射液", "bio.antibodies"),
        ("数字化 X 射线平板探测器", "bio.imaging-components"),
        ("1.5T 超导磁共振成像系统", "bio.ct-mri"),
        ("中药复方丹参滴丸", "bio.tcm-patent"),
        ("冠脉药物洗脱支架系统", "bio.cardio-implants"),
        ("CHO 无血清培养基干粉", "bio.culture-media"),
        ("腹腔镜手术机器人", "bio.surgical-robots"),
        ("创新药 CDMO 服务", "bio.cdmo"),
    ],
)
def test_product_names_name_their_segment(
    index: TermIndex, catalogue: Catalogue, product: str, segment: str
) -> None:
    assert product not in catalogue.segments[segment].terms.zh, "a product name is not a term itself"
    assert [match.segment_id for match in index.find(product)] == [segment]


def test_the_segments_hang_together(catalogue: Catalogue, segments: dict[str, Segment]) -> None:
    neighbours: dict[str, set[str]] = {name: set() for name in segments}
    for s in segments.values():
        for d in s.inputs:
            if d.source in segments and d.kind in FLOWS:
                neighbours[s.id].add(d.source)
                neighbours[d.source].add(s.id)
    seen, todo = set(), [next(iter(segments))]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(neighbours[name])
    assert seen == set(segments)


def test_every_term_names_its_own_segment(index: TermIndex, segments: dict[str, Segment]) -> None:
    for s in segments.values():
        for term in (*s.terms.zh, *s.terms.en):
            assert s.id in [match.segment_id for match in index.find(term)], (s.id, term)


def test_every_judgement_has_its_reason_and_no_number_is_invented(segments: dict[str, Segment]) -> None:
    for s in segments.values():
        assert s.difficulty.reason is not None, s.id
        assert s.difficulty.readiness is not None, s.id
        assert (s.difficulty.concentration is None) == (s.difficulty.source is None), s.id


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
