"""A city's days after a shock, reckoned by hand on a chain of three firms: E (abroad) sells to C, C to R."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.fragility.test_city import made
from tests.gaps.city import catalogue

from chainmend.errors import NetworkError
from chainmend.fragility.path import CityPath, Course, follow, pool_paths
from chainmend.fragility.scenario import make_shock

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork


def path(city: CityNetwork | None = None, course: Course | None = None, **named: Any) -> CityPath:
    city = city or made()
    return follow(city, make_shock(city, catalogue(), **named), course)


def shares(found: CityPath, label: str) -> list[float]:
    return found.sectors.relative[:, found.sectors.labels.index(label)].tolist()


def test_a_maker_whose_only_supplier_stops_lives_on_its_stock() -> None:
    """Ten days of stock: two are free, from then on each day takes an eighth (psi 0.8) of what is left."""
    found = path(course=Course(20, stock=10, stop=None), origins=["JPN"])
    expected = [1.0, 1.0, 1.0, *((7 / 8) ** k for k in range(1, 18))]
    assert shares(found, "chip") == pytest.approx(expected)
    rows = {r["sector"]: r for r in found.by("sector").to_dicts()}
    assert set(rows) == {"chip", "robot"}  # the etchers are made elsewhere
    assert (rows["chip"]["stop_day"], rows["chip"]["recovery_day"]) == (
        8,
        None,
    )  # (7/8)^6 is the first below 1/2
    assert (rows["chip"]["lowest_day"], rows["chip"]["lowest"]) == (19, pytest.approx((7 / 8) ** 17))
    assert rows["chip"]["days_lost"] == pytest.approx(sum(1 - x for x in expected))
    assert rows["chip"]["lost"] == pytest.approx(rows["chip"]["days_lost"] * 100 / 365)
    assert rows["robot"]["stop_day"] > rows["chip"]["stop_day"]


def test_more_stock_puts_the_stop_off() -> None:
    days = [
        path(course=Course(400, stock=s, stop=None), origins=["JPN"]).sectors.days_to_stop(0.5)
        for s in (5, 10, 30, 60)
    ]
    assert days == sorted(days)
    assert len({d[0] for d in days}) == 4


def test_a_lost_customer_is_felt_on_the_next_day_and_until_the_day_after_it_is_back() -> None:
    """R takes half of what C makes and stops for five days; C's other customers go on."""
    found = path(course=Course(30, stop=5, recovery=0), firms=["R"])
    assert shares(found, "robot")[:6] == [0, 0, 0, 0, 0, 1]
    assert shares(found, "chip")[:6] == pytest.approx([1, 0.5, 0.5, 0.5, 0.5, 0.5])
    frame = found.by("sector")
    assert dict(frame.select("sector", "recovery_day").iter_rows()) == {"robot": 5, "chip": 6}
    assert dict(frame.select("sector", "stop_day").iter_rows()) == {"robot": 0, "chip": None}


def test_the_city_is_the_sum_of_what_its_firms_make() -> None:
    found = path(course=Course(10, stop=None), firms=["R"])
    city = found.of("city")
    assert city.normal.tolist() == [pytest.approx(400 / 365)]
    assert city.relative[:, 0].tolist() == pytest.approx([0.25] + [0.125] * 9)
    assert found.days_lost == pytest.approx(0.75 + 9 * 0.875)
    row = found.by("city").row(0, named=True)
    assert row["lost"] == pytest.approx(found.days_lost * 400 / 365)
    clusters = found.by("cluster_id")
    assert clusters["cluster_id"].to_list() == ["k"]
    assert clusters["lost"].sum() == pytest.approx(found.by("sector")["lost"].sum())


def test_a_firm_on_no_cluster_counts_under_none() -> None:
    firms = {"E": ("abroad", 900.0), "C": ("local", 100.0), "R": ("local", 300.0), "L": ("local", 50.0)}
    found = path(made(firms), Course(5), firms=["L"])
    by = {r["cluster_id"]: r["lowest"] for r in found.by("cluster_id").to_dicts()}
    assert by == {None: 0.0, "k": 1.0}


def test_what_a_segment_weighs_is_its_known_output_even_where_its_sales_are_more() -> None:
    firms = {"E": ("abroad", 900.0), "C": ("local", 20.0), "R": ("local", 300.0)}
    found = path(made(firms), Course(5, stop=None), firms=["C"])
    assert found.sectors.normal[found.sectors.labels.index("chip")] == pytest.approx(20 / 365)
    assert found.of("city").normal.sum() == pytest.approx(320 / 365)


def test_short_stocks_recover_because_firms_refill_as_fast_as_their_stocks_last() -> None:
    """With the sixty days of the literature a shortage of a kind of short stocks would feed on itself."""
    for stock in (1, 5, 15, 40):
        found = path(course=Course(600, stock=stock, stop=60, recovery=0), origins=["JPN"])
        assert found.of("city").recovery_day()[0] is not None


def test_nothing_stops_where_nothing_is_lost_and_the_unit_of_money_is_indifferent() -> None:
    big = made(
        {"E": ("abroad", 9e11), "C": ("local", 1e11), "R": ("local", 3e11)},
        [("E", "C", 2025, 1e10), ("C", "R", 2025, 5e10)],
    )
    one, other = (path(city, Course(40), origins=["JPN"]) for city in (made(), big))
    assert np.allclose(one.sectors.relative, other.sectors.relative, atol=1e-12)
    none = path(course=Course(40), origins=["JPN"], share=1e-300)
    assert np.allclose(none.sectors.relative, 1, atol=1e-9)


def test_a_larger_share_loses_more() -> None:
    lost = [path(course=Course(60), origins=["JPN"], share=s).days_lost for s in (0.2, 0.5, 1.0)]
    assert lost == sorted(lost)
    assert lost[0] < lost[2]


def test_every_day_of_every_series_can_be_written() -> None:
    found = path(course=Course(7), firms=["R"])
    daily = found.daily()
    assert daily.columns == ["day", "what", "label", "share", "production", "normal"]
    assert daily.height == 7 * (1 + 1 + 2)
    day = daily.filter((daily["day"] == 3) & (daily["what"] == "sector") & (daily["label"] == "chip"))
    assert day["share"].to_list() == pytest.approx([0.5])
    assert day["production"].to_list() == pytest.approx([0.5 * 100 / 365])


def test_draws_are_pooled_to_their_mean_and_an_interval() -> None:
    draws = [path(course=Course(10, stop=None), firms=["R"], share=s) for s in (0.2, 0.6, 1.0)]
    pooled = pool_paths(draws)
    lost = [d.days_lost for d in draws]
    assert pooled.days_lost == pytest.approx(np.mean(lost))
    assert pooled.sectors.total_loss == pytest.approx(pooled.days_lost)
    assert pooled.interval == pytest.approx((np.quantile(lost, 0.05), np.quantile(lost, 0.95)))
    one = pool_paths(draws[:1])
    assert (one.interval, one.days_lost) == (None, lost[0])


def test_a_shock_to_purchases_alone_has_no_time_path() -> None:
    with pytest.raises(NetworkError, match="another share than sales") as caught:
        path(firms=["R"], upstream_share=0.5)
    assert caught.value.do == "leave out --upstream-share or --days"
    assert path(firms=["R"], upstream_share=1.0).days_lost == path(firms=["R"]).days_lost


@pytest.mark.parametrize(
    ("course", "message"),
    [
        ({"below": 0.0}, "below: 0;"),
        ({"below": 1.5}, "below: 1.5;"),
        ({"below": float("nan")}, "below: nan;"),
    ],
)
def test_a_threshold_out_of_range_is_refused(course: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        Course(**course)


@pytest.mark.parametrize(
    ("course", "where"),
    [
        ({"days": 0}, "days"),
        ({"stock": 0.5}, "inventory_days"),
        ({"stop": 0}, "duration"),
        ({"recovery": -1}, "recovery"),
        ({"stock": float("nan")}, "inventory_days"),
    ],
)
def test_days_out_of_range_are_refused(course: dict[str, Any], where: str) -> None:
    with pytest.raises(NetworkError) as caught:
        path(course=replace(Course(), **course), firms=["R"])
    assert caught.value.where == where
