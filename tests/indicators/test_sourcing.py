"""Readings of what a city buys, and purchases of buyers drawn anew."""

from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
import pytest
from tests.gaps.city import catalogue, city, weights

from chainmend.indicators.city import City
from chainmend.indicators.measure import measure
from chainmend.indicators.reading import Reading
from chainmend.indicators.sourcing import (
    foreign_share,
    outside_share,
    purchase_dependence,
    self_sufficiency,
    source_hhi,
    sourcing,
)
from chainmend.indicators.split import Split
from chainmend.settings import Settings, Thresholds

FIRMS: dict[str, tuple[str, float | None]] = {
    "a": ("local", 1.0), "e": ("local", 1.0), "b": ("local", 1.0), "c": ("region", 1.0), "j": ("abroad", 1.0),
}  # fmt: skip
ON = {"b": "芯片代工", "c": "芯片代工", "j": "芯片代工"}
# chips bought here: 30 from here, 50 from the region, 20 from abroad; robots are only bought elsewhere
LINKS = [("b", "a", 2025, 30.0), ("c", "a", 2025, 50.0), ("j", "e", 2025, 20.0), ("a", "c", 2025, 9.0)]


def made(links: list[tuple[str, str, int, float]] = LINKS, **cuts: Any) -> City:
    dataset = city(FIRMS, links, makes=ON)
    return City(dataset, catalogue(), Settings(thresholds=Thresholds(**cuts)))


def of(readings: Any, subject: str = "chip") -> Reading:
    (found,) = [r for r in readings if r.subject == subject]
    assert isinstance(found, Reading)
    return found


def test_shares_of_the_last_year() -> None:
    town = made()
    assert of(self_sufficiency(town)).value == pytest.approx(0.3)
    assert of(outside_share(town)).value == pytest.approx(0.7)
    assert of(foreign_share(town)).value == pytest.approx(0.2)
    hhi = of(source_hhi(town))
    assert hhi.value == pytest.approx((5 / 7) ** 2 + (2 / 7) ** 2)
    assert hhi.note == ("以宁波市为主", "most from 宁波市")
    assert (hhi.scope.measure, hhi.scope.year) == ("purchases", 2025)


def test_what_nobody_here_bought_is_unknown_and_says_so() -> None:
    town = made()
    for indicator in (self_sufficiency, outside_share, foreign_share, source_hhi):
        readings = list(indicator(town))
        assert [r.subject for r in readings] == list(town.segments)
        robot = of(readings, "robot")
        assert robot.value is None
        assert robot.note
        assert robot.note[1] == "nobody here bought of it"
    local = of(source_hhi(made([("b", "a", 2025, 1.0)])))
    assert (local.value, local.note and local.note[1]) == (None, "nothing of it was bought outside")


def test_years_of_dependence() -> None:
    both_years = [*LINKS, *((s, b, 2024, v) for s, b, _year, v in LINKS)]
    found = of(purchase_dependence(made(both_years)))
    assert found.value == 2  # HHI 0.59, 0.7 from outside, 70 against 30 sold here
    assert found.note
    assert found.note[1] == "dependent: the tests hold in 2 of 3 years"
    assert of(purchase_dependence(made(both_years, origin_hhi=0.6))).value == 0
    once = of(purchase_dependence(made()))
    assert once.value is None
    assert once.note
    assert once.note[1] == "only 1 of 3 years can be judged; the others could decide it"
    assert of(purchase_dependence(made(both_years, minimum_purchases=100.01))).value is None


def test_buyers_drawn_anew() -> None:
    dataset = city(FIRMS, LINKS)
    split = Split.of(weights(dict.fromkeys("bcj", "chip")), catalogue())

    def bought(**times: float) -> Any:
        draw = pl.DataFrame({"firm_id": list(times), "times": list(times.values())})
        return sourcing(dataset, split, draw).latest("chip")

    once = bought(a=1.0, e=1.0, b=1.0, c=1.0)
    assert once == sourcing(dataset, split).latest("chip")
    twice = bought(a=2.0, b=1.0)  # `e` was not drawn
    assert (twice.purchases, twice.outside) == (160.0, 100.0)
    assert twice.self_sufficiency == pytest.approx(60 / 160)
    assert twice.foreign_share == 0
    assert bought(e=3.0).foreign_share == 1


def test_purchases_of_firms_that_are_no_longer_active_are_not_drawn() -> None:
    dataset = city(FIRMS, LINKS)
    gone = pl.when(pl.col("firm_id") == "e").then(pl.lit("deregistered")).otherwise("status")
    firms = dataset.tables["firms"].with_columns(status=gone)
    dataset = dataclasses.replace(dataset, tables=dict(dataset.tables) | {"firms": firms})
    draw = pl.DataFrame({"firm_id": ["a"], "times": [1.0]})
    split = Split.of(weights(dict.fromkeys("bcj", "chip")), catalogue())
    found = sourcing(dataset, split, draw).latest("chip")
    assert found is not None
    assert found.purchases == 100.0


def test_intervals_hold_the_shares() -> None:
    firms = FIRMS | {f"x{n}": ("local", 1.0) for n in range(30)}
    links = [(seller, f"x{n}", 2025, 1.0 + n) for n in range(30) for seller in ("b" if n % 3 else "j",)]
    town = City(city(firms, links, makes=ON), catalogue())
    rows = measure(town, ["self_sufficiency"], interval=True, draws=60).readings
    chip = rows.filter(pl.col("subject") == "chip").row(0, named=True)
    assert chip["low"] < chip["value"] < chip["high"]
    assert chip["low"] > 0
    assert chip["high"] < 1
    assert rows.filter(pl.col("subject") != "chip")["low"].null_count() == 2
