"""A month against the band of its own past: closed forms, invariants, and the rule on a small city."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.gaps.city import catalogue, city, weights

from chainmend.errors import ChainmendError
from chainmend.gaps.distress import RUNNING, Judged, Month, distress, measures, monthly_distress
from chainmend.gaps.facts import segment_facts
from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.gaps.rules.distress import distress as rule
from chainmend.settings import Thresholds

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue

CODE = "848620"
MONTHS = [(y, m) for y in (2022, 2023, 2024) for m in range(1, 13)]
NOW = (2025, 1)


def calendar(n: int) -> list[Month]:
    """So many months from January 2022 on."""
    return [(2022 + i // 12, i % 12 + 1) for i in range(n)]


def volumes(quantities: list[float], **options: Any) -> list[Judged]:
    """What is said of the volume of a series that starts in January 2022, at a unit value of 2."""
    quantity = dict(zip(calendar(len(quantities)), quantities, strict=True))
    value = {month: 2 * q for month, q in quantity.items()}
    return [j for j in distress(value, quantity, **options) if j.measure == "volume"]


def last_volume(quantities: list[float], **options: Any) -> Judged:
    return volumes(quantities, **options)[-1]


def prices(unit_values: list[float], **options: Any) -> list[Judged]:
    """What is said of the unit value of a series, at a volume of 5."""
    months = calendar(len(unit_values))
    value = {month: 5 * u for month, u in zip(months, unit_values, strict=True)}
    found = distress(value, dict.fromkeys(months, 5.0), **options)
    return [j for j in found if j.measure == "unit_value"]


# --- closed forms


def test_median_and_mad_of_two_levels_in_turn() -> None:
    # logs are ln 100 and ln 400 in turn: median ln 200, every deviation ln 2, so the scale is 1.4826 ln 2
    found = last_volume([100.0, 400.0] * 18 + [3200.0])
    assert (found.year, found.month, found.months) == (2025, 1, 36)
    assert found.usual == pytest.approx(200)
    assert found.z == pytest.approx(math.log(3200 / 200) / (1.4826 * math.log(2)))  # 4 / 1.4826 = 2.698
    assert found.high == pytest.approx(200 * 2 ** (3 * 1.4826))
    assert found.low == pytest.approx(200 / 2 ** (3 * 1.4826))
    assert not found.rings


@pytest.mark.parametrize(("quantity", "rings"), [(4350.0, False), (4400.0, True), (9.1, True), (9.2, False)])
def test_it_rings_outside_the_band(quantity: float, rings: bool) -> None:
    # 200 × 2^4.4478 = 4365.0 and 200 / 2^4.4478 = 9.164
    assert last_volume([100.0, 400.0] * 18 + [quantity]).rings is rings


@pytest.mark.parametrize(("quantity", "rings"), [(87.0, False), (85.5, True), (116.0, False), (116.5, True)])
def test_a_series_that_never_moved_has_a_band_of_fifteen_hundredths(quantity: float, rings: bool) -> None:
    found = last_volume([100.0] * 36 + [quantity])
    assert found.z == pytest.approx(math.log(quantity / 100) / 0.05)
    assert found.rings is rings  # exp(-0.15) = 0.861, exp(0.15) = 1.162


@pytest.mark.parametrize(("quantity", "rings"), [(50.0, False), (49.9, True)])
def test_what_was_seen_before_does_not_ring_whatever_its_z(quantity: float, rings: bool) -> None:
    found = last_volume([100.0] * 20 + [50.0] + [100.0] * 15 + [quantity])
    assert found.z < -13
    assert found.low == 50
    assert found.rings is rings


def test_a_month_without_trade_rings_once() -> None:
    first, second = volumes([100.0] * 36 + [0.0, 0.0])[-2:]
    assert (first.value, first.z, first.rings) == (0.0, -math.inf, True)
    assert (second.low, second.rings) == (0.0, False)


def test_a_price_has_to_last_two_months() -> None:
    spike, after = prices([10.0] * 35 + [30.0, 10.0])[-2:], prices([10.0] * 36 + [30.0, 25.0])[-1]
    assert not any(j.rings for j in spike)
    assert (after.rings, after.value, after.high) == (True, 25.0, pytest.approx(10 * math.exp(0.15)))


def test_prices_that_jump_both_ways_do_not_ring() -> None:
    assert not prices([10.0] * 36 + [30.0, 3.0])[-1].rings


def test_two_months_running_are_held_against_the_months_before_both() -> None:
    found = prices([10.0] * 36 + [30.0, 30.0, 30.0])
    assert [j.rings for j in found[-3:]] == [False, True, False]  # the third: its band has seen the first


def test_volume_and_unit_value_are_told_apart() -> None:
    quantity = dict.fromkeys(MONTHS, 8.0) | {(2025, 1): 8.0, (2025, 2): 8.0}
    value = dict.fromkeys(MONTHS, 80.0) | {(2025, 1): 240.0, (2025, 2): 240.0}
    assert [j.measure for j in distress(value, quantity) if j.rings] == ["unit_value"]


@pytest.mark.parametrize(("traded", "judged"), [(24, True), (23, False)])
def test_two_thirds_of_the_band_need_trade(traded: int, judged: bool) -> None:
    assert bool(volumes([0.0] * (36 - traded) + [7.0] * traded + [7.0])) is judged
    short = volumes([7.0] * traded + [7.0])
    assert bool(short) is judged
    assert not judged or short[0].months == traded


def test_months_that_are_unknown_stay_unknown() -> None:
    quantity: dict[Month, float] = dict.fromkeys(MONTHS, 100.0) | {NOW: 90.0}
    value: dict[Month, float] = dict.fromkeys(quantity, 100.0)
    for month in MONTHS[:6]:
        del quantity[month]
    volume, unit_value = (j for j in distress(value, quantity, since=NOW))
    assert (volume.measure, volume.months) == ("volume", 30)
    assert (unit_value.measure, unit_value.months) == ("unit_value", 29)  # of two months running
    assert not distress(value, {NOW: 90.0})


def test_value_without_quantity_is_no_unit_value() -> None:
    found = measures({(2025, 1): 5.0, (2025, 2): 0.0}, {(2025, 1): 0.0, (2025, 2): 0.0})
    assert found == {"volume": {(2025, 2): 0.0}, "unit_value": {}}


def test_years_of_the_band() -> None:
    # in one year the low level is not in the band
    quantities = [10.0] * 24 + [100.0] * 12 + [50.0]
    assert not last_volume(quantities, years=3).rings
    assert last_volume(quantities, years=1).rings
    assert last_volume(quantities, years=1).months == 12


@pytest.mark.parametrize(
    ("value", "options"),
    [
        (-1.0, {}),
        (math.nan, {}),
        (math.inf, {}),
        (1.0, {"z": 0.0}),
        (1.0, {"z": math.nan}),
        (1.0, {"z": math.inf}),
        (1.0, {"years": 0}),
    ],
)
def test_bad_numbers_are_refused(value: float, options: dict[str, Any]) -> None:
    with pytest.raises(ChainmendError):
        distress({NOW: value}, {NOW: 1.0}, **options)
    if not options:
        with pytest.raises(ChainmendError):
            distress({NOW: 1.0}, {NOW: value})


def test_a_month_is_a_month() -> None:
    with pytest.raises(ChainmendError, match="2025-13"):
        distress({(2025, 13): 1.0}, {})


# --- invariants


amounts = st.one_of(st.just(0.0), st.floats(0.5, 2000.0))
series = st.lists(st.one_of(st.none(), st.tuples(amounts, amounts)), min_size=26, max_size=60)


def months_of(drawn: list[tuple[float, float] | None]) -> tuple[dict[Month, float], dict[Month, float]]:
    known = [(month, x) for month, x in zip(calendar(len(drawn)), drawn, strict=True) if x]
    return {month: x[0] for month, x in known}, {month: x[1] for month, x in known}


@settings(max_examples=50, deadline=None)
@given(series, st.integers(0, 60))
def test_what_comes_later_changes_nothing(drawn: list[tuple[float, float] | None], until: int) -> None:
    value, quantity = months_of(drawn)
    last = calendar(until + 1)[-1]
    early = distress(
        {m: x for m, x in value.items() if m <= last}, {m: x for m, x in quantity.items() if m <= last}
    )
    assert early == tuple(j for j in distress(value, quantity) if (j.year, j.month) <= last)


@settings(max_examples=50, deadline=None)
@given(series, st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_units_do_not_matter(drawn: list[tuple[float, float] | None], money: float, weight: float) -> None:
    value, quantity = months_of(drawn)
    one = distress(value, quantity)
    other = distress({m: x * money for m, x in value.items()}, {m: x * weight for m, x in quantity.items()})
    assert [(j.year, j.month, j.measure) for j in one] == [(j.year, j.month, j.measure) for j in other]
    for a, b in zip(one, other, strict=True):
        assert a.z == pytest.approx(b.z, rel=1e-6, abs=1e-6)
        near = min(abs(math.log(a.value / end)) if a.value and end else 1.0 for end in (a.low, a.high))
        assert a.rings == b.rings or near < 1e-9


@settings(max_examples=50, deadline=None)
@given(series, st.floats(1.0, 5.0), st.floats(1.0, 5.0))
def test_a_larger_z_never_rings_more(
    drawn: list[tuple[float, float] | None], one: float, other: float
) -> None:
    assume(one < other)
    few, many = (distress(*months_of(drawn), z=z) for z in (other, one))
    for a, b in zip(few, many, strict=True):
        assert b.rings or not a.rings
        assert a.low <= b.low <= a.usual <= b.high <= a.high


@settings(max_examples=50, deadline=None)
@given(series)
def test_it_rings_outside_the_band_and_nowhere_else(drawn: list[tuple[float, float] | None]) -> None:
    for j in distress(*months_of(drawn)):
        outside = not j.low <= j.value <= j.high
        assert j.rings == outside if RUNNING[j.measure] == 1 else outside or not j.rings
        assert j.months >= 24
        assert not j.rings or abs(j.z) > 3


# --- the customs of a segment, and the rule


def customs(
    quantities: dict[Month, float | None], partner: str = "JPN", hs: str = CODE, flow: str = "import"
) -> list[dict[str, Any]]:
    return [
        {"year": y, "month": m, "flow": flow, "hs": hs, "partner": partner,
         "value": 3.0 * (q or 1.0), "quantity": q}
        for (y, m), q in quantities.items()
    ]  # fmt: skip


OTHER = customs(dict.fromkeys([*MONTHS, NOW], 1.0), hs="999999")  # the customs hold these months
STEADY: dict[Month, float | None] = dict.fromkeys(MONTHS, 100.0)


def judged(rows: list[dict[str, Any]], of: Catalogue | None = None) -> tuple[Judged, ...]:
    found = monthly_distress(city({"a": ("local", 1.0)}, customs=rows), of or catalogue(), Thresholds())
    assert found is not None
    assert list(found) == ["etcher"]  # the one segment with a code
    return found["etcher"][CODE]


def verdict(
    rows: list[dict[str, Any]] | None,
    segment: str = "etcher",
    cuts: dict[str, Any] | None = None,
) -> Verdict:
    """What the rule says of a city with these customs and nothing else."""
    tables = {} if rows is None else {"customs": rows}
    dataset = city({"a": ("local", 1.0)}, None, None, **tables)
    t = Thresholds(**(cuts or {}))
    facts = segment_facts(dataset, catalogue(), weights({"a": "robot"}), t)
    return rule(catalogue().segments[segment], facts.segments[segment], facts, t)


def test_origins_are_added_up_and_the_own_country_is_none() -> None:
    rows = customs(STEADY | {NOW: 10.0}, "JPN") + customs(STEADY | {NOW: 20.0}, "DEU")
    rows += customs({NOW: 500.0}, "CHN")
    volume = next(j for j in judged(rows) if (j.year, j.month) == NOW)
    assert (volume.value, volume.usual) == (30.0, pytest.approx(200.0))
    assert volume.rings


def test_only_the_last_three_months_are_judged() -> None:
    assert {(j.year, j.month) for j in judged(customs(STEADY | {NOW: 100.0}))} == {
        (2024, 11),
        (2024, 12),
        NOW,
    }


def test_a_month_that_the_customs_hold_has_no_trade_and_another_is_unknown() -> None:
    alone, held = judged(customs(STEADY)), judged(customs(STEADY) + OTHER)
    assert [(j.year, j.month) for j in alone if j.rings] == []
    assert [(j.year, j.month, j.value) for j in held if j.rings] == [(*NOW, 0.0)]


def test_a_month_of_a_year_that_is_held_as_a_whole_is_unknown() -> None:
    whole = customs({(2025, 0): 1000.0})
    assert not [j for j in judged(customs(STEADY) + OTHER + whole) if (j.year, j.month) == NOW]


def test_exports_are_no_imports() -> None:
    rows = customs(STEADY) + customs({NOW: 100.0}, flow="export") + OTHER
    assert any(j.rings for j in judged(rows))


def test_a_missing_quantity_makes_the_month_unknown() -> None:
    rows = customs(STEADY | {NOW: 1.0}) + customs({NOW: None}, "DEU")
    assert not [j for j in judged(rows) if (j.year, j.month) == NOW]


def test_the_order_of_rows_does_not_matter() -> None:
    rows = customs(STEADY | {NOW: 0.1}) + customs(STEADY | {NOW: 0.2}, "DEU") + customs(STEADY, "USA")
    mixed = rows.copy()
    random.Random(1).shuffle(mixed)
    assert judged(rows) == judged(mixed)


def test_the_rule_fires_where_a_dependent_segment_gets_much_less() -> None:
    found = verdict(customs(STEADY | {NOW: 40.0}))
    assert isinstance(found, Hit)
    assert found.summary[1] == (
        "etcher: imports of customs code 848620 in 2025-01 were 40% of the usual amount,"
        " less than in any month of the 3 years before"
    )
    assert "2025 年 1 月" in found.summary[0]
    assert found.facts["dependent_by"] == "customs"
    (alarm,) = found.facts["alarms"]
    assert (alarm["measure"], alarm["value"], alarm["usual"]) == ("volume", 40.0, 100.0)
    assert found.thresholds == {"distress_z": 3.0, "distress_years": 3}
    assert alarm in found.rows


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ({NOW: 300.0}, "were 300% of the usual amount, more than"),
        ({(2024, 12): 100.0}, "nothing of customs code 848620 was imported in 2025-01"),
    ],
)
def test_the_rule_tells_more_and_nothing(months: dict[Month, float], words: str) -> None:
    found = verdict(customs(STEADY | months) + OTHER)
    assert isinstance(found, Hit)
    assert words in found.summary[1]


@pytest.mark.parametrize(("factor", "words"), [(2.0, "cost at least 200%"), (0.5, "cost at most 50%")])
def test_the_rule_tells_prices_that_last(factor: float, words: str) -> None:
    rows = customs(STEADY | {NOW: 100.0})
    dear = [
        r | {"value": r["value"] * factor} if (r["year"], r["month"]) in ((2024, 12), NOW) else r
        for r in rows
    ]
    found = verdict(dear)
    assert isinstance(found, Hit)
    assert words in found.summary[1]


def test_evidence_of_a_stop_has_no_infinity() -> None:
    found = verdict(customs(STEADY) + OTHER)
    assert isinstance(found, Hit)
    assert found.facts["alarms"][0]["z"] is None


@pytest.mark.parametrize("quantity", [95.0, 105.0, 87.0])
def test_the_rule_is_silent_within_the_band(quantity: float) -> None:
    assert verdict(customs(STEADY | {NOW: quantity})) is None


def test_the_rule_is_silent_of_a_segment_that_does_not_depend() -> None:
    rows = customs(STEADY | {NOW: 1.0})
    assert isinstance(verdict(rows), Hit)
    exported = customs(dict.fromkeys(MONTHS, 200.0), flow="export")
    assert verdict(rows + exported) is None


def test_the_cut_is_that_of_the_settings() -> None:
    rows = customs(STEADY | {NOW: 80.0})  # ln 0.8 / 0.05 = -4.46
    assert isinstance(verdict(rows), Hit)
    assert verdict(rows, cuts={"distress_z": 4.5}) is None


def test_what_cannot_be_judged_says_why() -> None:
    reasons = {
        "no monthly imports": verdict(None),
        "no monthly imports in": verdict(customs({(2024, 0): 1.0, (2025, 0): 1.0})),
        "no customs codes": verdict(customs(STEADY), "chip"),
        "24 with trade": verdict(customs(dict.fromkeys(MONTHS[:20], 1.0))),
        "customs of 4 years": verdict(customs(STEADY), cuts={"years_needed": 4, "years_window": 4}),
    }
    for words, found in reasons.items():
        assert isinstance(found, NotChecked), words
        assert words in found.reason[1]
        assert found.tables


def test_without_quantities_nothing_is_judged() -> None:
    found = verdict(customs(dict.fromkeys(MONTHS, None)))
    assert isinstance(found, NotChecked)
    assert "quantities" in found.reason[1]


def test_the_table_of_the_city_is_left_as_it_was() -> None:
    dataset = city({"a": ("local", 1.0)}, customs=customs(STEADY))
    before = dataset.table("customs").clone()
    monthly_distress(dataset, catalogue(), Thresholds())
    assert dataset.table("customs").equals(before)
    assert isinstance(before, pl.DataFrame)
