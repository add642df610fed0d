"""Relatedness density as a scan takes it: from ten cities on, against its definition."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.gaps.city import city, weights

from chainmend.gaps.density import LEAST_CITIES, densities
from chainmend.gaps.presence import present_firms
from chainmend.settings import Thresholds

if TYPE_CHECKING:
    from chainmend.dataset import Dataset


def country(cities: int) -> tuple[Dataset, pl.DataFrame]:
    """Home makes robots; the other cities, by turns, robots and chips, or chips and etchers."""
    firms, on, town = {"h": ("local", 6.0)}, {"h": "robot"}, {"h": "杭州市"}
    for n in range(cities - 1):
        for made in (("robot", "chip"), ("chip", "etcher"))[n % 2]:
            firms[f"{made}{n}"], on[f"{made}{n}"], town[f"{made}{n}"] = ("country", 3.0), made, f"city{n}"
    data = city(dict(firms))
    named = data.tables["firms"].with_columns(
        city=pl.col("firm_id").replace_strict(town, return_dtype=pl.String)
    )
    return dataclasses.replace(data, tables={"firms": named}), weights(on)


def density(cities: int) -> dict[str, float]:
    data, placed = country(cities)
    return densities(data, present_firms(data, placed, Thresholds()))


def test_by_its_definition() -> None:
    # robots in 6 of 11 cities (home and 5), chips in 10, of which each quotient says who has it; etchers in 5
    data, placed = country(11)
    firms = data.firms.join(placed, on="firm_id")
    total = firms["output"].sum()
    has: dict[str, set[str]] = {}
    for (town,), part in firms.group_by(["city"]):
        for segment in part["segment_id"]:
            here = part.filter(pl.col("segment_id") == segment)["output"].sum() / part["output"].sum()
            there = firms.filter(pl.col("segment_id") == segment)["output"].sum() / total
            if here / there >= 1:
                has.setdefault(segment, set()).add(town)
    names = sorted(has)
    phi = {
        (a, b): 0.0 if a == b else len(has[a] & has[b]) / max(len(has[a]), len(has[b]))
        for a in names
        for b in names
    }
    expected = {
        c: sum(phi[c, d] for d in names if "杭州市" in has[d]) / sum(phi[c, d] for d in names) for c in names
    }
    assert density(11) == pytest.approx(expected, abs=1e-6)
    assert 0 < density(11)["chip"] < 1


def test_few_cities_say_nothing() -> None:
    assert density(LEAST_CITIES - 1) == {}
    assert set(density(LEAST_CITIES)) == {"robot", "chip", "etcher"}
