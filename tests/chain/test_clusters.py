"""The shipped chains of the clusters: complete, connected, and what an engineer expects of each."""

from __future__ import annotations

import csv
import gzip
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.chain import clusters

from chainmend.chain.catalogue import load_catalogue
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from tests.chain.clusters import Expectation

    from chainmend.chain.model import Catalogue, Segment

EXPECTATIONS: tuple[Expectation, ...] = tuple(
    import_module(f"{clusters.__name__}.{module.name}").EXPECTATION
    for module in pkgutil.iter_modules(clusters.__path__)
)
FACTS = [fact for e in EXPECTATIONS for fact in e.facts]
PRODUCTS = [pair for e in EXPECTATIONS for pair in e.products]
STRANGERS = [pair for e in EXPECTATIONS for pair in e.strangers]
FLOWS = ("essential", "substitutable")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> TermIndex:
    return TermIndex(catalogue)


@pytest.fixture(scope="module", params=EXPECTATIONS, ids=lambda e: e.chain)
def expectation(request: pytest.FixtureRequest) -> Expectation:
    return request.param


@pytest.fixture(scope="module")
def segments(catalogue: Catalogue, expectation: Expectation) -> dict[str, Segment]:
    return {s.id: s for s in catalogue.chains[expectation.chain].segments}


@pytest.fixture(scope="module")
def classifications(shared: Path) -> dict[str, set[str]]:
    known = {}
    for name in ("hs6_desc", "gbt4754_2017"):
        path = shared / "data" / "classifications" / f"{name}.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            known[name] = {row["code"] for row in csv.DictReader(lines)}
    return known


def test_every_chain_has_its_expectation(catalogue: Catalogue) -> None:
    # of embodied intelligence nobody has written down yet what an engineer expects
    assert sorted(e.chain for e in EXPECTATIONS) == sorted(set(catalogue.chains) - {"emb"})


def test_every_expected_segment_stands_in_its_stage(
    expectation: Expectation, segments: dict[str, Segment]
) -> None:
    expected = {id_: stage for stage, names in expectation.stages.items() for id_ in expectation.ids(names)}
    assert {s.id: s.stage for s in segments.values()} == expected
    assert 25 <= len(segments) <= 60


@pytest.mark.parametrize(("source", "target", "kind"), FACTS)
def test_engineering_facts(catalogue: Catalogue, source: str, target: str, kind: str | None) -> None:
    assert next((d.kind for d in catalogue.segments[target].inputs if d.source == source), None) == kind


def test_the_segments_hang_together(expectation: Expectation, segments: dict[str, Segment]) -> None:
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
    assert set(segments) - seen == set(expectation.ids(expectation.apart))


@pytest.mark.parametrize(("product", "segment"), PRODUCTS)
def test_a_product_names_its_segment(
    index: TermIndex, catalogue: Catalogue, product: str, segment: str
) -> None:
    assert product not in catalogue.segments[segment].terms.zh, "a product name is not a term itself"
    assert [match.segment_id for match in index.find(product)] == [segment]


@pytest.mark.parametrize(("product", "segment"), STRANGERS)
def test_a_product_of_another_trade_does_not(
    index: TermIndex, catalogue: Catalogue, product: str, segment: str
) -> None:
    assert segment in catalogue.segments
    assert segment not in [match.segment_id for match in index.find(product)]


def test_every_term_names_its_own_segment(index: TermIndex, segments: dict[str, Segment]) -> None:
    for s in segments.values():
        assert s.terms.zh, s.id
        assert s.terms.en, s.id
        for term in (*s.terms.zh, *s.terms.en):
            assert s.id in [match.segment_id for match in index.find(term)], (s.id, term)


def test_an_excluded_word_stands_in_no_term_of_its_segment(segments: dict[str, Segment]) -> None:
    for s in segments.values():
        # an excluded word inside a term would make the term useless
        for term in (*s.terms.zh, *s.terms.en):
            assert not any(word in term for word in s.terms.exclude), (s.id, term)


def test_every_judgement_has_its_reason_and_every_concentration_its_source(
    segments: dict[str, Segment],
) -> None:
    for s in segments.values():
        assert s.difficulty.reason is not None, s.id
        assert s.difficulty.readiness is not None, s.id
        assert (s.difficulty.concentration is None) == (s.difficulty.source is None), s.id


def test_codes_exist_in_the_classifications(
    segments: dict[str, Segment], classifications: dict[str, set[str]]
) -> None:
    for s in segments.values():
        assert set(s.hs) <= classifications["hs6_desc"], s.id
        assert set(s.codes) <= classifications["gbt4754_2017"], s.id


def test_chips_and_cells_reach_the_vehicle(catalogue: Catalogue) -> None:
    for source in ("ic.mcu-design", "icv.automotive-chips", "nee.separators", "icv.wheels"):
        assert "icv.new-energy-cars" in catalogue.depends_on(source, FLOWS), source


def test_sand_to_plant_is_one_path(catalogue: Catalogue) -> None:
    assert "nee.pv-plants" in catalogue.depends_on("nee.solar-polysilicon", FLOWS)
    assert "nee.energy-storage-systems" in catalogue.depends_on("nee.lithium-salts", FLOWS)
    assert "nee.wind-farms" in catalogue.depends_on("nee.wind-bearings", FLOWS)


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
