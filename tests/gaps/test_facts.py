"""Facts of segments, each number worked out on paper."""

from __future__ import annotations

import polars as pl
import pytest
from tests.gaps.city import catalogue, city, weights

from chainmend.gaps.facts import SegmentFacts, segment_facts
from chainmend.settings import Thresholds

FIRMS = {
    "a": ("local", 300.0),
    "b": ("local", 100.0),
    "c": ("region", 200.0),
    "d": ("country", 400.0),
    "j": ("abroad", 900.0),
}
ON = {"a": "robot", "b": "chip", "c": "chip", "d": "robot", "j": "chip"}
# bought by `a` of chips: 30 from here, 50 from the region, 20 from abroad; `d` is no local buyer
LINKS = [("b", "a", 2025, 30.0), ("c", "a", 2025, 50.0), ("j", "a", 2025, 20.0), ("b", "d", 2025, 70.0)]


def of(segment: str, links: list[tuple[str, str, int, float]] | None = LINKS) -> SegmentFacts:
    return segment_facts(city(FIRMS, links), catalogue(), weights(ON), Thresholds()).segments[segment]


def test_firms_by_place() -> None:
    chip = of("chip")
    assert (chip.firms, chip.firms_region, chip.firms_country, chip.firms_abroad) == (1, 1, 0, 1)


def test_purchases() -> None:
    chip = of("chip")
    assert chip.purchases == 100.0
    assert chip.self_sufficiency == pytest.approx(0.3)
    assert chip.top_share == pytest.approx(0.5)
    assert chip.supplier_hhi == pytest.approx(0.3**2 + 0.5**2 + 0.2**2)
    assert chip.foreign_share == pytest.approx(0.2)
    assert chip.source_hhi == pytest.approx((5 / 7) ** 2 + (2 / 7) ** 2)
    assert chip.local_sales == 100.0  # 30 to a firm here and 70 to one elsewhere


def test_location_quotient_by_output() -> None:
    chip = of("chip")  # 100 of 400 here, 300 of 1000 in the country; firms abroad do not count
    assert chip.location_quotient == pytest.approx((100 / 400) / (300 / 1000))
    assert chip.share_of_country == pytest.approx(1 / 3)


def test_dependent_share_follows_essential_paths() -> None:
    assert [of(s).dependent_share for s in ("etcher", "chip", "robot")] == pytest.approx([1.0, 0.75, 0.0])


def test_without_links_nothing_is_known_of_purchases() -> None:
    chip = of("chip", None)
    assert chip.purchases is chip.self_sufficiency is chip.top_share is chip.source_hhi is None


def test_without_firms_from_outside_nothing_is_known_of_them() -> None:
    facts = segment_facts(city({"a": FIRMS["a"]}), catalogue(), weights({"a": "robot"}), Thresholds())
    robot = facts.segments["robot"]
    assert robot.firms_region is robot.firms_country is robot.location_quotient is None


def test_a_concentration_exactly_at_a_cut_is_not_above_it() -> None:
    from chainmend.gaps.facts import _world_facts
    from chainmend.indicators.customs import _year

    shares = {"USA": 0.6, "JPN": 0.1, "DEU": 0.1, "NLD": 0.1, "KOR": 0.1}  # squares sum to 0.4
    assert _world_facts([{"origin": o, "share": s} for o, s in shares.items()], "CHN")["world_hhi"] == 0.4
    imports = [("USA", 11), ("JPN", 6), ("DEU", 1), ("NLD", 1), ("KOR", 1)]  # 160 / 400
    assert _year(2025, imports, []).import_hhi == 0.4


def test_age_is_since_the_last_year_in_which_somebody_bought() -> None:
    aged = [("b", "a", 2023, 1.0), ("c", "d", 2025, 1.0)]  # `d` is no local buyer
    assert [of("chip", links).data_age_days for links in (LINKS, aged, None)] == [
        0,
        731,
        None,
    ]  # to 2025-12-31


def test_alternatives_are_those_near_less_the_one_that_dominates() -> None:
    assert of("chip").alternatives == 1  # one here and one in the region, which has most of the purchases
    assert of("chip", None).alternatives == 2
    assert of("etcher").alternatives == 0


def test_every_fact_has_a_column_of_its_type() -> None:
    frame = segment_facts(city(FIRMS, LINKS), catalogue(), weights(ON), Thresholds()).frame()
    assert frame.height == 3
    assert frame.schema["level"] == pl.String
    assert frame.schema["nearest_km"] == pl.Float64
    assert frame.schema["suppliers_near"] == pl.Int64
    assert frame["segment_id"].to_list() == ["etcher", "chip", "robot"]
