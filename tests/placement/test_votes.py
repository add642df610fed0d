"""What is too little to place a firm: a line of next to nothing, and less than half of a trade far away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.placement.test_assign import SEGMENTS, city, small_catalogue, weights

from chainmend.chain.model import Catalogue, Chain, Cluster, Segment, Stage, Text
from chainmend.placement.assign import place


@pytest.mark.parametrize(("share", "placed"), [(0.019, {}), (0.02, {"1": {"robot": 1.0}})])
def test_a_product_of_next_to_nothing_places_nobody(share: float, placed: dict[str, Any]) -> None:
    products = [("1", "机器人", share), ("1", "别墅", 1 - share)]
    assert weights(city({"1": {}}, products)) == placed


def test_a_product_of_next_to_nothing_counts_where_the_code_agrees() -> None:
    products = [("1", "机器人", 0.001), ("1", "别墅", 0.999)]
    assert weights(city({"1": {"industry_code": "3491"}}, products)) == {"1": {"robot": 1.0}}


@pytest.mark.parametrize(
    ("code", "share", "placed"),
    [
        ("7010", 0.49, {}),  # no segment has a code of division 70
        ("K7010", 0.49, {}),
        ("7010", 0.5, {"1": {"robot": 1.0}}),
        ("3499", 0.49, {"1": {"robot": 1.0}}),  # division 34 has segments
    ],
)
def test_a_firm_of_a_trade_far_from_the_catalogue_needs_half_of_its_sales(
    code: str, share: float, placed: dict[str, Any]
) -> None:
    products = [("1", "机器人", share), ("1", "别墅", 1 - share)]
    assert weights(city({"1": {"industry_code": code}}, products)) == placed


def test_the_scope_of_a_firm_of_a_far_trade_is_not_heard() -> None:
    firms = {"1": {"industry_code": "6621", "scope_text": "机器人销售"}, "2": {"scope_text": "机器人销售"}}
    assert weights(city(firms)) == {"2": {"robot": 1.0}}


def test_no_trade_is_far_from_a_catalogue_without_codes() -> None:
    bare = replace(
        small_catalogue(), clusters=(Cluster("k", Text("群", "Cluster"), "future", "open", (bare_chain(),)),)
    )
    products = [("1", "机器人", 0.1), ("1", "别墅", 0.9)]
    assert place(city({"1": {"industry_code": "7010"}}, products), bare).height == 1


def bare_chain() -> Chain:
    stage = Stage("s", Text("段", "Stage"))
    return Chain("c", Text("链", "Chain"), "k", (stage,), tuple(replace(s, codes=()) for s in SEGMENTS))


@pytest.mark.parametrize("word", ["批发", "零售", "贸易", "连锁", "wholesale "])
def test_goods_bought_to_be_sold_count_a_third(word: str) -> None:
    products = [("1", f"{word}机器人", 0.5), ("1", "锂电池", 0.5)]
    assert weights(city({"1": {}}, products)) == {
        "1": {"robot": pytest.approx(1 / 4), "battery": pytest.approx(3 / 4)}
    }


@pytest.mark.parametrize("product", ["运营商业务机器人", "工商业机器人", "商业航天机器人"])
def test_words_that_hold_a_word_of_trade_are_none(product: str) -> None:
    products = [("1", product, 0.5), ("1", "锂电池", 0.5)]
    assert weights(city({"1": {}}, products)) == {"1": {"robot": 0.5, "battery": 0.5}}


def test_a_clause_of_the_scope_counts_less_the_later_it_stands() -> None:
    found = weights(city({"1": {"scope_text": "咨询；锂电池制造；机器人制造"}}))
    assert found == {"1": {"battery": pytest.approx(2 / 3), "robot": pytest.approx(1 / 3)}}


def test_votes_of_one_chain_support_each_other() -> None:
    """Of 0.3 + 0.3 in one chain and 0.4 in another: (1 + 0.6) / 2 of each and (1 + 0.4) / 2 of the other."""
    products = [("1", "刻蚀机", 0.3), ("1", "机器人", 0.3), ("1", "锂电池", 0.4)]
    found = place(city({"1": {}}, products), two_chains())
    got = dict(found.select("segment_id", "weight").iter_rows())
    assert got == {
        s: pytest.approx(v / 0.76) for s, v in {"etch": 0.24, "robot": 0.24, "battery": 0.28}.items()
    }


@pytest.mark.parametrize("written", ["中微公司", "中微", "中微股份有限公司"])
@pytest.mark.parametrize("listed", ["中微公司", "中微"])
def test_a_firm_the_catalogue_names_is_known_with_or_without_its_legal_form(
    listed: str, written: str
) -> None:
    found = place(city({"1": {"name": written}, "2": {"name": "中微科技公司"}}), naming(listed))
    assert found.select("firm_id", "segment_id", "weight", "basis", "evidence").rows() == [
        ("1", "etch", 1.0, "named", f'[{{"named": "{listed}"}}]')
    ]


def test_a_firm_that_two_segments_name_in_two_ways_is_divided() -> None:
    segments = (replace(SEGMENTS[0], firms=("中微公司",)), replace(SEGMENTS[1], firms=("中微",)))
    found = place(city({"1": {"name": "中微公司"}}), of_segments(segments))
    assert found.select("segment_id", "weight").rows() == [("etch", 0.5), ("robot", 0.5)]


def naming(firm: str) -> Catalogue:
    return of_segments((replace(SEGMENTS[0], firms=(firm,)), *SEGMENTS[1:]))


def of_segments(segments: tuple[Segment, ...]) -> Catalogue:
    chain = Chain("c", Text("链", "Chain"), "k", (Stage("s", Text("段", "Stage")),), segments)
    return replace(
        small_catalogue(), clusters=(Cluster("k", Text("群", "Cluster"), "future", "open", (chain,)),)
    )


def two_chains() -> Catalogue:
    stages = (Stage("s", Text("段", "Stage")),)
    other = (replace(SEGMENTS[3], chain_id="d"),)
    chains = (
        Chain("c", Text("链", "Chain"), "k", stages, SEGMENTS[:3]),
        Chain("d", Text("链", "Chain"), "k", stages, other),
    )
    return replace(
        small_catalogue(), clusters=(Cluster("k", Text("群", "Cluster"), "future", "open", chains),)
    )
