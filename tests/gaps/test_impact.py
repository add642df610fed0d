"""What the supply network says of a segment, worked out on paper: systemic firms and fragile segments.

An etcher maker, a chip maker and a robot maker in a row, each the only one and essential to the next.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.gaps.city import catalogue, city, verdict, weights

from chainmend.gaps.finding import Hit, NotChecked
from chainmend.gaps.impact import CityImpact, Impact, city_impact
from chainmend.gaps.rules.fragile_segment import fragile_segment
from chainmend.settings import Network, Settings, Thresholds

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

ON = {"e": "etcher", "b": "chip", "a": "robot"}
LINKS = [("e", "b", 2025, 10.0), ("b", "a", 2025, 90.0)]


def row(etcher: str = "local", other: float | None = None) -> Dataset:
    """Outputs 10, 90, 900; the etcher maker is local or elsewhere; `other`: a firm that trades with nobody."""
    firms: dict[str, tuple[str, float | None]] = {
        "e": (etcher, 10.0),
        "b": ("local", 90.0),
        "a": ("local", 900.0),
    }
    return city(firms | ({"u": ("local", other)} if other else {}), LINKS)


def impact(dataset: Dataset, settings: Settings | None = None) -> CityImpact:
    found = city_impact(dataset, catalogue(), weights(ON), settings or Settings())
    assert isinstance(found, CityImpact)
    return found


def test_all_that_needs_a_segment_stops_with_it() -> None:
    found = impact(row())
    # without etchers no chips, without chips no robots; backwards everybody loses its only customer
    assert {s: (i.own, i.spread) for s, i in found.segments.items()} == {
        "etcher": (pytest.approx(0.01), pytest.approx(0.99)),
        "chip": (pytest.approx(0.09), pytest.approx(0.91)),
        "robot": (pytest.approx(0.9), pytest.approx(0.1)),
    }
    assert found.segments["etcher"].money == pytest.approx(1000.0)


def test_the_worst_source_is_the_only_country() -> None:
    etcher = impact(row("abroad")).segments["etcher"]
    (worst,) = etcher.sources
    assert (worst["kind"], worst["source"], worst["purchases"], worst["share"]) == (
        "origin",
        "JPN",
        10.0,
        1.0,
    )
    assert (etcher.own, worst["loss"]) == (0.0, pytest.approx(1.0))  # 990 of 990


def test_a_supplier_that_dominates_has_a_name() -> None:
    (source,) = impact(row()).segments["etcher"].sources
    assert (source["kind"], source["source"], source["name"]) == ("supplier", "e", "e")


@pytest.mark.parametrize(("segment", "firm"), [("etcher", "e"), ("chip", "b")])
def test_systemic_where_all_hangs_on_a_small_firm(segment: str, firm: str) -> None:
    found = verdict("systemic", segment, row(), ON)
    assert isinstance(found, tuple)
    (hit,) = found
    assert hit.firm_id == firm
    assert hit.facts["esri"] == pytest.approx(1.0)
    assert hit.loss == pytest.approx(1 - hit.facts["own_share"])


def test_a_firm_that_is_only_large_is_not_systemic() -> None:
    assert verdict("systemic", "robot", row(), ON) is None  # loses all, but is 0.9 of it


@pytest.mark.parametrize(("other", "fires"), [(98_999.0, True), (99_001.0, False)])
def test_systemic_above_a_share_of_the_city(other: float, fires: bool) -> None:
    found = verdict("systemic", "etcher", row(other=other), ON)  # 1000 of 1000 + other
    assert isinstance(found, tuple) is fires


@pytest.mark.parametrize(("ratio", "fires"), [(99.0, True), (101.0, False)])
def test_systemic_above_a_multiple_of_its_own_share(ratio: float, fires: bool) -> None:
    found = verdict("systemic", "etcher", row(), ON, Thresholds(systemic_ratio=ratio))  # 1 / 0.01
    assert isinstance(found, tuple) is fires


@pytest.mark.parametrize(("other", "fires"), [(98_009.0, True), (98_011.0, False)])
def test_fragile_above_a_share_beyond_its_own(other: float, fires: bool) -> None:
    found = verdict("fragile_segment", "etcher", row("abroad", other), ON)  # 990 of 990 + other
    assert isinstance(found, Hit) is fires


def test_a_source_whose_stop_costs_nothing_is_not_named() -> None:
    found = verdict("fragile_segment", "etcher", row("abroad"), ON)
    assert isinstance(found, Hit)
    assert "without" in found.summary[1]
    fact: Any = SimpleNamespace(worst_source="JPN", worst_source_loss=0.0004)
    source = {"kind": "origin", "source": "JPN", "loss": 0.0004}
    facts: Any = SimpleNamespace(impact={"etcher": Impact(1, 0.0, 0.5, 1.0, (source,))})
    told = fragile_segment(catalogue().segments["etcher"], fact, facts, Thresholds())
    assert isinstance(told, Hit)
    assert told.summary[1].endswith("50.0% of its output beyond the segment's own 0.0%")
    assert told.rows == (source,)


def test_fragile_takes_off_what_the_segment_loses_itself() -> None:
    dataset = city({"u": ("local", 10.0), "b": ("local", 90.0)}, [("u", "b", 2025, 1e-9)])
    assert (
        verdict("fragile_segment", "chip", dataset, {"b": "chip"}) is None
    )  # 0.9 is lost, all of it its own


def test_a_segment_without_a_firm_has_no_impact() -> None:
    assert (
        verdict("fragile_segment", "etcher", city({"b": ("local", 1.0), "a": ("local", 1.0)}, LINKS[1:]), ON)
        is None
    )


@pytest.mark.parametrize("rule", ["systemic", "fragile_segment"])
@pytest.mark.parametrize(
    ("dataset", "settings", "tables"),
    [
        (city({"b": ("local", 1.0)}), Settings(), ("supply_links",)),
        (row(), Settings(network=Network(enabled=False)), ()),
        (
            city({"c": ("country", 1.0), "d": ("country", 1.0)}, [("c", "d", 2025, 1.0)]),
            Settings(),
            ("firms",),
        ),
    ],
)
def test_what_cannot_be_computed_says_why(rule: str, dataset: Dataset, settings: Any, tables: Any) -> None:
    found = city_impact(dataset, catalogue(), weights(ON), settings)
    assert isinstance(found, NotChecked)
    assert found.tables == tables
    assert all(found.reason)


def test_facts_carry_the_losses() -> None:
    from chainmend.gaps.facts import segment_facts

    dataset = row("abroad")
    facts = segment_facts(dataset, catalogue(), weights(ON), Thresholds(), impact(dataset).segments)
    etcher, chip = facts.segments["etcher"], facts.segments["chip"]
    assert (etcher.knock_out_own, etcher.knock_out_loss) == (0.0, pytest.approx(1.0))
    assert (etcher.worst_source, etcher.worst_source_loss) == ("JPN", pytest.approx(1.0))
    assert (chip.top_esri_firm, chip.top_esri) == ("b", pytest.approx(1.0))
    assert etcher.top_esri is None  # nobody local is on it


def test_knock_outs_are_kept_as_they_are() -> None:
    frame = impact(row("abroad")).knock_outs
    assert frame.filter(pl.col("kind") == "segment")["segment_id"].to_list() == ["chip", "etcher", "robot"]
