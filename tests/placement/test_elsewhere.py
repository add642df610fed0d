"""Trades that no chain has speak against the few products that name a segment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.placement.test_assign import city, small_catalogue

from chainmend.chain.model import Catalogue, Terms, Text, Trade
from chainmend.placement.assign import place
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from chainmend.dataset import Dataset


def catalogue() -> Catalogue:
    estate = Trade("estate", Text("房地产", "Real estate"), Terms(("房地产", "机器人餐厅"), ("real estate",)))
    return replace(small_catalogue(), elsewhere=(estate,))


def where(dataset: Dataset) -> list[str]:
    return place(dataset, catalogue())["segment_id"].to_list()


@pytest.mark.parametrize(
    ("text", "named", "words"),
    [
        ("房地产开发", [], 1),
        ("机器人餐厅", [], 1),  # the term of a segment within a longer word of another trade
        ("房地产用机器人", ["robot"], 1),
        ("别墅", [], 0),
        ("", [], 0),
    ],
)
def test_words_of_other_trades_are_counted(text: str, named: list[str], words: int) -> None:
    matches, elsewhere = TermIndex(catalogue()).read(text)
    assert ([m.segment_id for m in matches], elsewhere) == (named, words)


@pytest.mark.parametrize(("share", "placed"), [(0.29, []), (0.3, ["robot"])])
def test_a_firm_that_sells_more_of_another_trade_is_placed_nowhere(share: float, placed: list[str]) -> None:
    products = [("1", "机器人", share), ("1", "房地产开发", 0.3), ("1", "其他", 0.7 - share)]
    assert where(city({"1": {}}, products)) == placed


def test_a_code_that_agrees_outweighs_another_trade() -> None:
    products = [("1", "机器人", 0.1), ("1", "房地产开发", 0.9)]
    assert where(city({"1": {"industry_code": "3491"}}, products)) == ["robot"]


@pytest.mark.parametrize(("share", "placed"), [(0.049, ["battery"]), (0.05, [])])
def test_the_scope_is_not_heard_beside_products_of_another_trade(share: float, placed: list[str]) -> None:
    products = [("1", "房地产开发", share), ("1", "其他", 1 - share)]
    assert where(city({"1": {"scope_text": "锂电池制造"}}, products)) == placed


@pytest.mark.parametrize(
    ("scope", "placed"),
    [
        ("房地产开发；机器人餐厅；锂电池制造", []),
        ("房地产；锂电池制造；机器人制造", ["battery", "robot"]),
        ("房地产开发", []),
    ],
)
def test_a_scope_that_names_more_of_other_trades_places_nobody(scope: str, placed: list[Any]) -> None:
    assert where(city({"1": {"scope_text": scope}})) == placed


@pytest.mark.parametrize(
    ("scope", "share", "placed"),
    [
        ("房地产开发", 0.79, []),
        ("房地产开发", 0.8, ["robot"]),  # five sixths of what is read
        ("房地产开发；锂电池制造", 0.79, ["robot"]),  # the scope names a segment too
        ("经营", 0.79, ["robot"]),
    ],
)
def test_a_scope_of_other_trades_alone_weighs_with_their_products(
    scope: str, share: float, placed: list[Any]
) -> None:
    products = [("1", "机器人", share), ("1", "房地产开发", 0.16), ("1", "其他", 0.84 - share)]
    assert where(city({"1": {"scope_text": scope}}, products)) == placed
