"""All indicators of a city in one frame: intervals, what is unknown, what an outsider registers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from tests.indicators.few_firms import HOME, city_of

from chainmend import registry
from chainmend.chain.catalogue import load_catalogue
from chainmend.demo import make_city
from chainmend.errors import IndicatorError, RegistryError
from chainmend.indicators.city import City
from chainmend.indicators.measure import SCHEMA, measure, registered
from chainmend.indicators.reading import Reading
from chainmend.registry import entries, register


@pytest.fixture(scope="module")
def city() -> City:
    return City(make_city(firms=400, seed=1).now, load_catalogue("hangzhou-296x"))


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outsider's indicators, registered with the decorator of the built-in ones, for one test."""
    registered()
    monkeypatch.setattr(registry, "_entries", dict(registry._entries))

    @register("indicator", "x_output", name=("总", "Total"), unit="yuan", needs=("firms",), resample=True)
    def total(city: City) -> Iterator[Reading]:
        """Output of all firms on segments."""
        yield Reading("city", city.name, float(city.sizes.sum()), city.scope())

    @register("indicator", "x_unknown", name=("未知", "Unknown"), unit="1", needs=("firms",), resample=True)
    def unknown(city: City) -> Iterator[Reading]:
        """Nobody knows."""
        yield Reading("city", city.name, None, city.scope(), note=("无人知晓", "nobody knows"))

    @register("indicator", "x_rare", name=("罕见", "Rare"), unit="1", needs=("firms",), resample=True)
    def rare(city: City) -> Iterator[Reading]:
        """Known of the city itself, hardly ever of a draw."""
        yield Reading("city", city.name, 1.0 if city.draw is None else None, city.scope())

    @register("indicator", "x_same", name=("同", "Same"), unit="1", needs=("firms",), resample=True)
    def same(city: City) -> Iterator[Reading]:
        """The same whoever is drawn."""
        yield Reading("city", city.name, 0.25, city.scope())

    bounds = (0.0, 1.0)

    @register(
        "indicator",
        "x_share",
        name=("占比", "Share"),
        unit="share",
        needs=("firms",),
        resample=True,
        bounds=bounds,
    )
    def share(city: City) -> Iterator[Reading]:
        """A share near 1 that a draw moves to either side."""
        value = 0.98 if city.draw is None else float(city.draw["times"][0] > 1)
        yield Reading("city", city.name, value, city.scope())

    @register("indicator", "x_none", name=("无", "None"), unit="1", needs=("overrides",))
    def none(city: City) -> Iterator[Reading]:
        """Needs a table the made-up city does not have."""
        yield Reading("city", city.name, 1.0, city.scope())


def test_every_registered_indicator_says_what_it_is() -> None:
    found = registered()
    assert {"location_quotient", "hhi"} <= {e.id for e in found}
    for entry in found:
        assert all(entry.name), entry.id
        assert entry.unit, entry.id
        assert entry.needs, entry.id
        assert entry.doc.endswith("."), entry.id


def test_all_of_the_made_up_city(city: City) -> None:
    found = measure(city)
    frame = found.readings
    assert dict(frame.schema) == SCHEMA
    assert set(frame["indicator"]) | set(found.not_measured) == {e.id for e in entries("indicator")}
    scope = ("measure", "universe", "year", "months", "basis", "until")
    assert frame.select("indicator", "level", "subject", *scope).is_duplicated().sum() == 0
    assert frame.filter(pl.col("value").is_null() & pl.col("note_en").is_null()).is_empty()
    assert frame["value"].drop_nulls().is_finite().all()
    assert frame.filter(pl.col("source") == "").is_empty()
    assert measure(city).readings.equals(frame)


def test_an_interval_is_given_to_what_is_built_from_firms(mine: None, city: City) -> None:
    ids = ["x_output", "x_unknown", "x_rare", "x_none"]
    found = measure(city, ids, interval=True, draws=40)
    total, unknown, rare = found.readings.rows(named=True)
    assert total["low"] < total["value"] < total["high"]
    assert (unknown["value"], unknown["low"], unknown["note_zh"]) == (None, None, "无人知晓")
    assert (rare["value"], rare["low"]) == (1.0, None)  # of too few draws
    assert found.not_measured == {"x_none": ("缺少数据表 overrides", "needs the tables overrides")}
    again = measure(city, ids, interval=True, draws=40)
    assert again.readings.equals(found.readings)
    other = measure(city, ids, interval=True, draws=40, seed=1)
    assert other.readings["low"][0] != total["low"]


def test_the_interval_is_that_of_the_sum_of_drawn_firms(mine: None, city: City) -> None:
    """A sum of n firms drawn from n: the variance is the sum over regions of n times the variance within."""
    row = measure(city, ["x_output"], interval=True, draws=400).readings.row(0, named=True)
    firms = (
        city.parts.filter(pl.col("place") != "abroad")
        .group_by("firm_id", "region")
        .agg(pl.col("output").sum())
    )
    by_region = firms.group_by("region").agg(n=pl.len(), spread=pl.col("output").var(ddof=0))
    error = float(np.sqrt((by_region["n"] * by_region["spread"]).sum()))
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.2)


def test_an_interval_ends_where_the_value_cannot_be_and_is_none_where_no_draw_differs(
    mine: None, city: City
) -> None:
    same, share = measure(city, ["x_same", "x_share"], interval=True, draws=40).readings.rows(named=True)
    assert (same["value"], same["low"], same["high"]) == (0.25, None, None)
    assert 0 <= share["low"] < 0.98 < share["high"] == 1


def test_every_interval_is_around_its_value_and_within_what_the_indicator_can_be(city: City) -> None:
    again = [e for e in registered() if e.resample]
    frame = measure(city, [e.id for e in again], interval=True, draws=10).readings
    for entry in again:
        rows = frame.filter((pl.col("indicator") == entry.id) & pl.col("low").is_not_null())
        least, most = entry.bounds
        assert frame.filter(indicator=entry.id)["value"].drop_nulls().is_between(least, most).all(), entry.id
        assert (rows["low"] >= least).all(), entry.id
        assert (rows["high"] <= most).all(), entry.id
        assert rows["value"].is_between(rows["low"] - 1e-9, rows["high"] + 1e-9).all(), entry.id
    assert frame["low"].count() > 300


def test_a_city_whose_firms_are_on_no_segment_is_all_unknown() -> None:
    nowhere = city_of([{"city": HOME, "segment": "none", "output": 1.0}, {"city": "乙市", "segment": "none"}])
    found = measure(nowhere, interval=True, draws=2).readings
    of_segments = found.filter(level="segment")
    assert of_segments["value"].null_count() == of_segments.height > 0
    assert of_segments["note_zh"].null_count() == 0


def test_wrong_ids_and_too_few_draws_are_refused(city: City) -> None:
    with pytest.raises(RegistryError, match="unknown indicator nothing"):
        measure(city, ["nothing"])
    with pytest.raises(IndicatorError, match="draws=1"):
        measure(city, ["location_quotient"], interval=True, draws=1)


def test_age_counts_from_the_end_of_the_period(city: City) -> None:
    frame = measure(city).readings.filter(pl.col("months") < 12)
    assert (frame["age"] == (2025 - frame["year"]) * 12 + 12 - frame["months"]).all()
    assert measure(city).readings["age"].min() == 0
