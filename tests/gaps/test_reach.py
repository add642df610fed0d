"""How near the nearest firms are: levels by names, kilometres by coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gaps.city import catalogue, city, weights

from chainmend.gaps.facts import SegmentFacts, segment_facts
from chainmend.gaps.reach import EARTH_KM, distance_km
from chainmend.scanning import scan
from chainmend.settings import Settings, Thresholds

HANGZHOU, SHANGHAI, NINGBO = (120.155, 30.274), (121.474, 31.230), (121.550, 29.875)


def at(place: tuple[float, float]) -> dict[str, float]:
    return {"lon": place[0], "lat": place[1]}


def chip(
    firms: dict[str, str], links: Any = None, about: Any = None, km: float = 150.0, **tables: Any
) -> SegmentFacts:
    """Facts of chips; `a` makes robots, everybody else chips."""
    on = {f: "robot" if f == "a" else "chip" for f in firms}
    made = city({f: (p, 1.0) for f, p in firms.items()}, links, about=about, **tables)
    return segment_facts(made, catalogue(), weights(on), Thresholds(near_km=km)).segments["chip"]


@pytest.mark.parametrize(
    ("places", "level"),
    [
        (("abroad",), "world"),
        (("abroad", "country"), "country"),
        (("country", "region"), "region"),
        (("region", "local"), "city"),
        ((), None),
    ],
)
def test_level_is_that_of_the_nearest_firm(places: tuple[str, ...], level: str | None) -> None:
    assert chip({"a": "local"} | {f"f{n}": p for n, p in enumerate(places)}).level == level


@pytest.mark.parametrize(("district", "level"), [("甲区", "district"), ("乙区", "city")])
def test_the_district_is_that_of_the_buyers(district: str, level: str) -> None:
    about = {"a": {"district": "甲区"}, "b": {"district": district}}
    assert chip({"a": "local", "b": "local"}, [("b", "a", 2025, 1.0)], about).level == level
    assert chip({"a": "local", "b": "local"}, None, about).level == "city"  # nobody knows where buyers are


def test_distances_between_cities() -> None:
    assert distance_km(*HANGZHOU, *SHANGHAI) == pytest.approx(165.1, abs=1.0)
    assert distance_km(0, 0, 180, 0) == pytest.approx(np.pi * EARTH_KM)
    assert distance_km(0, 0, 0, 90) == pytest.approx(np.pi / 2 * EARTH_KM)


@given(*[st.floats(-180, 180), st.floats(-90, 90)] * 2)
def test_distance_is_symmetric_and_at_most_half_round(a: float, b: float, c: float, d: float) -> None:
    there, back = distance_km(a, b, c, d), distance_km(c, d, a, b)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= np.pi * EARTH_KM + 1e-6


def test_near_ones_are_counted_whatever_the_borders() -> None:
    about = {"a": at(HANGZHOU), "s": at(SHANGHAI), "n": at(NINGBO)}
    found = chip({"a": "local", "s": "country", "n": "region", "x": "region"}, about=about)
    assert (found.suppliers_near, found.nearest_km) == (1, pytest.approx(141.6, abs=1.0))
    assert chip({"a": "local", "s": "country", "n": "region"}, about=about, km=170.0).suppliers_near == 2


def test_a_near_firm_across_the_border_counts_as_of_the_region() -> None:
    about = {"a": at(HANGZHOU), "s": at(SHANGHAI)}
    far, near = (chip({"a": "local", "s": "country"}, about=about, km=km) for km in (150.0, 170.0))
    assert (far.level, far.alternatives) == ("country", 0)
    assert (near.level, near.alternatives) == ("region", 1)


def test_a_missing_segment_says_how_far_the_nearest_firm_is() -> None:
    dataset = city(
        {"b": ("local", 1.0), "s": ("country", 1.0)},
        None,
        {"b": "芯片代工", "s": "刻蚀机"},
        about={"b": at(HANGZHOU), "s": at(SHANGHAI)},
    )
    found = {
        km: scan(dataset, catalogue(), Settings(thresholds=Thresholds(near_km=km))).findings.row(
            by_predicate=pl.col("kind") == "missing", named=True
        )
        for km in (150.0, 170.0)
    }
    assert "165 km away" in found[150.0]["summary_en"]
    assert {km: row["gap_class"] for km, row in found.items()} == {150.0: "regional", 170.0: "local"}


def test_a_local_firm_without_coordinates_is_where_its_district_is() -> None:
    districts = [{"district": "甲区"} | at(HANGZHOU)]
    about = {"a": at(HANGZHOU), "b": {"district": "甲区"}}
    assert chip({"a": "local", "b": "local"}, about=about, districts=districts).nearest_km == 0.0


def test_without_coordinates_distance_is_unknown() -> None:
    found = chip({"a": "local", "n": "region"})
    assert found.suppliers_near is found.nearest_km is None
    known_here = chip({"a": "local", "n": "region"}, about={"a": at(HANGZHOU)})
    assert known_here.suppliers_near is None  # the one there is could be anywhere
    assert chip({"a": "local"}, about={"a": at(HANGZHOU)}).suppliers_near == 0
