"""The shipped chain of modern textiles and apparel: complete, connected, and what an engineer expects of it."""

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
    "raw-materials": (
        "polyester-feedstock dissolving-pulp recycled-fibre-materials cotton raw-silk wool down "
        "dye-intermediates dyes auxiliaries printing-inks"
    ),
    "fibres-yarns": (
        "polyester-filament polyester-staple industrial-yarn polyamide spandex cellulosic-fibres "
        "acrylic-polypropylene functional-fibres cotton-yarn melange-yarn linen"
    ),
    "machinery": (
        "machine-parts fibre-machinery spinning-machinery weaving-machinery knitting-machinery "
        "dyeing-machinery digital-printers sewing-machinery"
    ),
    "fabrics": (
        "cotton-fabrics filament-fabrics silk-fabrics wool-fabrics knitted-fabrics dyeing-finishing "
        "digital-printing nonwovens coated-fabrics leather industrial-fabrics trims"
    ),
    "products": (
        "formal-wear fashion-wear sportswear underwear-knitwear down-wear accessories bedding "
        "home-furnishing-textiles technical-products footwear bags"
    ),
    "services": ("design-software textile-testing brand-commerce textile-markets textile-engineering"),
}
FLOWS = ("essential", "substitutable")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains["tex"].segments}


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


def test_every_expected_segment_stands_in_its_stage(segments: dict[str, Segment]) -> None:
    expected = {f"tex.{name}": stage for stage, names in EXPECTED.items() for name in names.split()}
    assert {s.id: s.stage for s in segments.values()} == expected
    assert 25 <= len(segments) <= 60


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("tex.polyester-feedstock", "tex.polyester-filament", "essential"),
        ("tex.polyester-feedstock", "tex.polyester-staple", "essential"),
        ("tex.dissolving-pulp", "tex.cellulosic-fibres", "essential"),
        ("mat.polyurethanes", "tex.spandex", "essential"),
        ("mat.polymer-monomers", "tex.polyamide", "essential"),
        ("tex.dye-intermediates", "tex.dyes", "essential"),
        ("tex.dyes", "tex.dyeing-finishing", "essential"),
        ("tex.auxiliaries", "tex.dyeing-finishing", "essential"),
        ("tex.dyeing-machinery", "tex.dyeing-finishing", "essential"),
        ("tex.raw-silk", "tex.silk-fabrics", "essential"),
        ("tex.cotton", "tex.cotton-yarn", "substitutable"),
        ("tex.cotton-yarn", "tex.cotton-fabrics", "essential"),
        ("tex.knitting-machinery", "tex.knitted-fabrics", "essential"),
        ("tex.industrial-yarn", "tex.industrial-fabrics", "essential"),
        ("tex.digital-printers", "tex.digital-printing", "essential"),
        ("tex.printing-inks", "tex.digital-printing", "essential"),
        ("emb.servo-motors", "tex.sewing-machinery", "substitutable"),
        ("tex.machine-parts", "tex.fibre-machinery", "essential"),
        ("tex.down", "tex.down-wear", "essential"),
        ("tex.polyester-filament", "tex.polyester-feedstock", None),
    ],
)
def test_engineering_facts(catalogue: Catalogue, source: str, target: str, kind: str | None) -> None:
    assert next((d.kind for d in catalogue.segments[target].inputs if d.source == source), None) == kind


@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("涤纶 FDY 丝", "tex.polyester-filament"),
        ("半消光聚酯切片", "tex.polyester-feedstock"),
        ("全自动电脑横机", "tex.knitting-machinery"),
        ("高速导带式数码喷墨印花机", "tex.digital-printers"),
        ("高强型分散染料系列", "tex.dyes"),
        ("水刺无纺布卷材", "tex.nonwovens"),
        ("真丝印花丝巾", "tex.accessories"),
        ("男士西服套装", "tex.formal-wear"),
        ("白鹅绒羽绒服", "tex.down-wear"),
        ("尼龙拉链及拉头", "tex.trims"),
        ("氨纶 20D 丝", "tex.spandex"),
        ("全棉床上用品套件", "tex.bedding"),
        ("再生涤纶短纤维", "tex.recycled-fibre-materials"),
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
