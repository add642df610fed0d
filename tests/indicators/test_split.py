"""A sale is of what the buyer needs, where the seller makes several things."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gaps.city import catalogue, city

from chainmend.indicators.sourcing import sourcing
from chainmend.indicators.split import Split

# etchers go into chips, chips into robots
SEGMENTS = ("etcher", "chip", "robot")
INPUTS = {"chip": {"etcher"}, "robot": {"chip"}, "etcher": set[str]()}


def placed(on: dict[str, dict[str, float]]) -> pl.DataFrame:
    rows = [(firm, s, w) for firm, weights in on.items() for s, w in weights.items()]
    schema = {"firm_id": pl.String, "segment_id": pl.String, "weight": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def divided(on: dict[str, dict[str, float]], links: list[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """(supplier, segment) -> fen."""
    schema = {"supplier_id": pl.String, "buyer_id": pl.String, "fen": pl.Int64}
    frame = pl.LazyFrame(links, schema=schema, orient="row")
    found = Split.of(placed(on), catalogue()).divide(frame, [], ["fen"])
    return {(firm, s): fen for firm, s, fen in found.select("supplier_id", "segment_id", "fen").iter_rows()}


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        ({"chip": 1.0}, {"etcher": 100}),  # needs etchers, and no robots
        ({"robot": 1.0}, {"etcher": 60, "robot": 40}),  # needs chips: nothing tells them apart
        ({"chip": 0.01, "robot": 0.99}, {"etcher": 100}),  # any of its segments
        ({}, {"etcher": 60, "robot": 40}),  # on no segment
    ],
)
def test_what_a_maker_of_etchers_and_robots_sells(buyer: dict[str, float], expected: dict[str, int]) -> None:
    found = divided({"a": {"etcher": 0.6, "robot": 0.4}, "b": buyer}, [("a", "b", 100)])
    assert found == {("a", s): fen for s, fen in expected.items()}


def test_those_that_fit_share_by_weight() -> None:
    on = {"a": {"etcher": 0.2, "chip": 0.3, "robot": 0.5}, "b": {"chip": 0.5, "robot": 0.5}}
    assert divided(on, [("a", "b", 100)]) == {("a", "etcher"): 40, ("a", "chip"): 60}


def test_a_second_product_that_no_buyer_needs_is_no_purchase() -> None:
    """A chip maker sold its chips to a robot maker: nobody here bought the etchers it makes besides."""
    firms: dict[str, tuple[str, float | None]] = {"a": ("region", 9.0), "r": ("local", 5.0)}
    weights = placed({"a": {"chip": 0.7, "etcher": 0.3}, "r": {"robot": 1.0}})
    found = sourcing(city(firms, [("a", "r", 2025, 10.0)]), Split.of(weights, catalogue()))
    assert found.latest("etcher") is None
    chips = found.latest("chip")
    assert chips is not None
    assert chips.purchases == 10.0


firm_weights = st.dictionaries(st.sampled_from(SEGMENTS), st.integers(1, 9), max_size=3).map(
    lambda parts: {s: n / sum(parts.values()) for s, n in parts.items()}
)
firms = st.fixed_dictionaries(dict.fromkeys("abc", firm_weights))
sales = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abcx"), st.integers(1, 10**9)), max_size=12
)


@given(firms, sales, st.randoms(use_true_random=False))
def test_every_link_is_divided_whole_and_only_over_what_fits(
    on: dict[str, dict[str, float]], links: list[tuple[str, str, int]], shuffle: Any
) -> None:
    found = divided(on, links)
    mixed = links.copy()
    shuffle.shuffle(mixed)
    assert divided(on, mixed) == found
    expected: dict[tuple[str, str], float] = {}
    for seller, buyer, fen in links:
        needed = {i for s in on.get(buyer, {}) for i in INPUTS[s]}
        makes = {s: w for s, w in on[seller].items() if s in needed} or on[seller]
        for s, w in makes.items():
            expected[seller, s] = expected.get((seller, s), 0.0) + fen * w / sum(makes.values())
    assert found.keys() == expected.keys()
    for key, fen in expected.items():
        assert found[key] == pytest.approx(fen, abs=len(links))  # at most half a fen a link
