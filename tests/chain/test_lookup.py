"""A newcomer's words lead to the segment an engineer expects."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chain.test_catalogue import write

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.lookup import find, near, neighbours

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue

# What an engineer of the field expects first; where two are equally right, either.
EXPECTED = {
    "光刻机": {"ic.lithography"},
    "减速器": {"emb.harmonic-reducers", "emb.rv-reducers"},
    "隔膜": {"nee.separators"},
    "车规级芯片": {"icv.automotive-chips"},
    "光模块": {"com.optical-transceivers"},
    "伺服电机": {"emb.servo-motors"},
    "CMOS图像传感器": {"ic.sensor-chip-design"},
    "碳纤维": {"mat.carbon-fibre"},
    "体外诊断试剂": {"bio.ivd-immuno"},
    "轮毂": {"icv.wheels"},
}
ENGLISH = {
    "lithography machine": {"ic.lithography"},
    "reducer": {"emb.harmonic-reducers", "emb.rv-reducers"},
    "separator": {"nee.separators"},
    "automotive chip": {"icv.automotive-chips"},
    "optical transceiver": {"com.optical-transceivers"},
    "servo motor": {"emb.servo-motors"},
    "CMOS image sensor": {"ic.sensor-chip-design"},
    "carbon fibre": {"mat.carbon-fibre"},
    "alloy wheel": {"icv.wheels"},
}


@pytest.fixture(scope="module")
def city() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder: Path = tmp_path_factory.mktemp("toys")
    return load_catalogue(write(folder))


@pytest.mark.parametrize(("term", "expected"), [*EXPECTED.items(), *ENGLISH.items()])
def test_the_segment_an_engineer_expects_comes_first(city: Catalogue, term: str, expected: set[str]) -> None:
    first = find(city, term)[: len(expected)]
    assert {m.segment.id for m in first} == expected


@pytest.mark.parametrize("term", EXPECTED)
def test_it_has_something_up_or_downstream(city: Catalogue, term: str) -> None:
    into, out = neighbours(city, find(city, term)[0].segment)
    assert into
    assert out


@pytest.mark.parametrize(
    ("term", "by", "text"),
    [
        ("toy.robots", "id", "toy.robots"),
        ("机器人", "name", "机器人"),
        ("ROBOTS", "name", "Robots"),
        ("玩具机器人", "term", "玩具机器人"),
        ("toy  Robot", "term", "toy robot"),
        ("3491", "code", "3491 工业机器人制造"),
        ("C3491", "code", "3491 工业机器人制造"),
        ("349", "code", "3491 工业机器人制造"),
        ("工业机器人制造", "class", "3491 工业机器人制造"),
        ("示例公司", "firm", "示例公司"),
        ("会走", "what", "会走的玩具"),
        ("大型玩具机器人", "term", "玩具机器人"),
    ],
)
def test_every_kind_of_text_leads_there(toys: Catalogue, term: str, by: str, text: str) -> None:
    first = find(toys, term)[0]
    assert (first.segment.id, first.by, first.text) == ("toy.robots", by, text)


@pytest.mark.parametrize("term", ["381800", "3818", "硅 片", "ｗａｆｅｒｓ"])
def test_customs_codes_widths_and_spaces(toys: Catalogue, term: str) -> None:
    assert [m.segment.id for m in find(toys, term)] == ["chip.wafers"]


@pytest.mark.parametrize("term", ["", "  ", "obots", "3", "光伏", "zzz"])
def test_what_names_nothing(toys: Catalogue, term: str) -> None:
    """The end of a Latin word, one digit, and a term that excludes a segment lead nowhere."""
    assert find(toys, term) == []


def test_an_abbreviation_is_not_the_beginning_of_a_word(city: Catalogue) -> None:
    found = {m.segment.id for m in find(city, "AI")}
    assert "ai.ai-servers" in found
    assert "geq.air-separation" not in found


def test_equal_before_held_and_near_in_length_before_far(city: Catalogue) -> None:
    found = find(city, "碳纤维")
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)
    assert found[0].score > found[1].score


def test_all_scores_stay_below_an_equal_text_of_their_kind(city: Catalogue) -> None:
    for term in EXPECTED:
        for m in find(city, term):
            assert 0 < m.score <= 100
            assert m.score < 80 or m.text.replace(" ", "") == term or m.by == "name"


def test_essential_neighbours_come_first(toys: Catalogue) -> None:
    into, out = neighbours(toys, toys.segments["toy.robots"])
    assert [(d.source, d.kind) for d in into] == [
        ("toy.gears", "essential"),
        ("chip.wafers", "substitutable"),
    ]
    assert out == []


def test_a_firm_leads_to_the_segments_it_is_typical_of_the_most_central_first(city: Catalogue) -> None:
    found = find(city, "海康威视")
    assert {m.by for m in found} == {"firm"}
    places = [m.segment.firms.index("海康威视") for m in found]
    assert places == sorted(places)
    first = [m.segment for m in found if m.segment.firms[0] == "海康威视"]
    ties = [len(s.inputs) + len(city.downstream[s.id]) for s in first]
    assert ties == sorted(ties, reverse=True)
    assert first[0].id == "vis.network-cameras"
    full = find(city, "杭州海康威视数字技术股份有限公司")
    assert [m.segment.id for m in full[: len(found)]] == [m.segment.id for m in found]


def test_a_firm_comes_before_words_that_hold_its_name(toys: Catalogue) -> None:
    gears, robots = toys.segments["toy.gears"], toys.segments["toy.robots"]
    firm, word = replace(gears, firms=("会走",)), replace(robots, firms=())
    chain = replace(toys.chains["toy"], segments=(word, firm))
    cluster = replace(next(c for c in toys.clusters if c.id == "toys"), chains=(chain,))
    found = find(replace(toys, clusters=(cluster,)), "会走")
    assert [(m.segment.id, m.by) for m in found] == [("toy.gears", "firm"), ("toy.robots", "what")]


def test_a_code_leads_upstream_first(city: Catalogue) -> None:
    found = [m.segment.id for m in find(city, "3973")]
    assert found[0] == "ic.logic-foundry"
    for earlier, later in (
        ("memory-manufacturing", "advanced-packaging"),
        ("mems-manufacturing", "packaging"),
    ):
        assert found.index(f"ic.{earlier}") < found.index(f"ic.{later}")
    # the code stands first with a packager, second with a design house
    assert found.index("ic.test-services") < found.index("ic.processor-design")


def test_a_slip_of_the_pen_has_neighbours(city: Catalogue, toys: Catalogue) -> None:
    assert "光刻机" in near(city, "光克机")
    assert "lithography machine" in near(city, "litography machine")
    assert near(toys, "qqq") == []


@given(st.text(max_size=12))
def test_any_text_is_answered(toys: Catalogue, term: str) -> None:
    found = find(toys, term)
    assert len({m.segment.id for m in found}) == len(found)
    assert all(0 < m.score <= 100 for m in found)
    assert len(near(toys, term)) <= 5


def test_the_order_of_clusters_does_not_matter(city: Catalogue) -> None:
    turned = replace(city, clusters=city.clusters[::-1])
    for term in ("芯片", "3973", "servo"):
        assert [m.segment.id for m in find(turned, term)] == [m.segment.id for m in find(city, term)]
