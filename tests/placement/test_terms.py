"""Which segments a text names."""

from __future__ import annotations

import pytest

from chainmend.chain.model import Catalogue, Chain, Cluster, Segment, Stage, Terms, Text
from chainmend.placement.terms import TermIndex


def index(**terms: Terms) -> TermIndex:
    segments = tuple(
        Segment(name, Text(name, name), Text("", ""), "s", "c", "k", terms=own) for name, own in terms.items()
    )
    chain = Chain("c", Text("链", "Chain"), "k", (Stage("s", Text("段", "Stage")),), segments)
    cluster = Cluster("k", Text("群", "Cluster"), "future", "open", (chain,))
    return TermIndex(Catalogue("x", "1", Text("目录", "Catalogue"), "GB/T 4754-2017", (cluster,)))


INDEX = index(
    robot=Terms(zh=("机器人",), en=("robot",), exclude=("扫地",)),
    welding=Terms(zh=("焊接机器人",)),
    gear=Terms(zh=("RV 减速器", "减速器")),
    vehicle=Terms(en=("AGV",)),
    eda=Terms(zh=("EDA",), en=("EDA",)),
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("机器人", ["robot"]),
        ("焊接机器人", ["welding"]),  # the term within the longer one does not count
        ("焊接机器人与移动机器人", ["robot", "welding"]),  # here it stands on its own besides
        ("扫地机器人", []),
        ("ＲＶ减速器", ["gear"]),
        ("Industrial ROBOTS", ["robot"]),  # plural
        ("robotics", []),
        ("probot", []),
        ("AGV小车", ["vehicle"]),  # Chinese beside Latin ends the word
        ("EDAX", []),
        ("eda软件", ["eda"]),
        ("服务", []),
        ("", []),
        ("   ", []),
    ],
)
def test_what_a_text_names(text: str, named: list[str]) -> None:
    assert [match.segment_id for match in INDEX.find(text)] == named


def test_the_match_says_by_which_term() -> None:
    assert [match.term for match in INDEX.find("RV减速器")] == ["RV 减速器"]


def test_one_term_of_two_segments_names_both() -> None:
    both = index(b=Terms(zh=("传感器",)), a=Terms(zh=("传感器",)))
    assert [match.segment_id for match in both.find("传感器")] == ["a", "b"]


def test_an_exclusion_concerns_its_own_segment_only() -> None:
    both = index(a=Terms(zh=("传感器",), exclude=("汽车",)), b=Terms(zh=("传感器",)))
    assert [match.segment_id for match in both.find("汽车传感器")] == ["b"]


def test_a_catalogue_without_terms_names_nothing() -> None:
    assert index(a=Terms()).find("机器人") == []
