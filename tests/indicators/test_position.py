"""Who is who in a table of figures, what is ranked with what, and what is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError, ScopeError
from chainmend.indicators.peers import sides
from chainmend.indicators.position import Line, growth_between, position
from chainmend.indicators.scope import Figure, Scope
from chainmend.tables import TABLES, empty

INDUSTRY = "规上工业"


def row(
    subject: str, year: int, value: float | None, growth: float | None = None, **more: Any
) -> dict[str, Any]:
    """Value added in 亿元, unless `more` says otherwise."""
    usual = {
        "measure": "value_added",
        "universe": INDUSTRY,
        "months": 12,
        "basis": "nominal",
        "unit": "亿元",
        "bound": "exact",
        "source": "made up",
    }
    return usual | {"subject": subject, "year": year, "value": value, "growth": growth} | more


def dataset(*rows: dict[str, Any], firms: tuple[str, ...] = ()) -> Dataset:
    table = TABLES["statistics"].validate(pl.DataFrame(rows, schema=empty("statistics").schema))
    columns = empty("firms").schema
    names = pl.DataFrame([{"firm_id": c, "name": c, "city": c} for c in firms], schema=columns)
    tables = {"firms": names, "statistics": table}
    return Dataset(Place("杭州市", "浙江省"), dt.date(2025, 6, 30), tables)


# worked example: three cities, all of them with ten years of value added
PEERS = (
    row("杭州市", 2015, 2903),
    row("杭州市", 2023, 4200),
    row("杭州市", 2024, 4409, 0.06),
    row("宁波市", 2015, 2600),
    row("宁波市", 2023, 4800),
    row("宁波市", 2024, 5040),
    row("嘉兴市", 2015, 1500),
    row("嘉兴市", 2024, 2500, 0.07),
)


def one(lines: tuple[Line, ...], kind: str) -> Line:
    (line,) = (x for x in lines if x.kind == kind)
    return line


def test_value_growth_and_compound_growth_are_ranked_among_the_peers() -> None:
    found = position(dataset(*PEERS))
    assert (found.city, found.structure, found.left_out) == ("杭州市", (), ())
    value, growth, compound = (one(found.scale, k) for k in ("value", "growth", "compound_growth"))
    assert (value.value, value.unit, value.age) == (440.9e9, "CNY", 6)
    assert value.standing is not None
    assert (value.standing.rank, value.standing.of) == (2, 3)
    assert value.standing.above == ("宁波市", pytest.approx(63.1e9))
    assert value.standing.below == ("嘉兴市", pytest.approx(190.9e9))
    # Ningbo's growth is computed, 5040 / 4800 = 5 %; Hangzhou's and Jiaxing's are published
    assert (growth.value, growth.stated, growth.unit) == (0.06, True, "1")
    assert growth.standing is not None
    assert growth.standing.universe == ("嘉兴市", "杭州市", "宁波市")
    assert growth.standing.below == ("宁波市", pytest.approx(0.01))
    assert (compound.since, compound.stated) == (2015, False)
    assert compound.value == pytest.approx(0.0475, abs=5e-5)
    assert compound.standing is not None
    assert compound.standing.rank == 3


def test_the_universe_as_a_subject_and_the_short_name_are_the_city() -> None:
    for name in (INDUSTRY, "杭州"):
        found = position(dataset(row(name, 2024, 4409), row("宁波市", 2024, 5040)))
        standing = one(found.scale, "value").standing
        assert standing is not None
        assert standing.universe == ("宁波市", name)


def test_the_citys_own_name_goes_before_the_universe() -> None:
    found = position(dataset(row(INDUSTRY, 2024, 4000), row("杭州市", 2024, 4409)))
    assert one(found.scale, "value").value == 440.9e9
    (left,) = found.left_out
    assert (left.figure.subject, left.why[1]) == (INDUSTRY, "杭州市 has this figure already")


def test_a_city_is_known_by_its_ending_or_from_the_firms() -> None:
    rows = (row("杭州市", 2024, 1), row("Ulm", 2024, 2), row("延边自治州", 2024, 3), row("296X", 2024, 4))
    found = sides(dataset(*rows, firms=("Ulm",)))
    assert sorted(found.peers) == ["Ulm", "延边自治州"]
    assert [x.subject for x in found.parts] == ["296X"]
    assert sorted(sides(dataset(*rows)).peers) == ["延边自治州"]


def test_two_spellings_of_one_peer_are_one_peer() -> None:
    found = sides(
        dataset(row("宁波市", 2024, 1), row("宁波", 2024, 2), row("宁波", 2023, 2), firms=("宁波市",))
    )
    ((_name, series),) = found.peers.items()
    ((_key, years),) = series.items()
    assert sorted(years) == [2023, 2024]
    assert len(found.left_out) == 1


def test_a_single_city_has_no_rank_and_that_is_no_first_place() -> None:
    found = position(dataset(*PEERS[:3]))
    assert [line.standing for line in found.scale] == [None, None, None]
    assert one(found.scale, "value").missing == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"months": 11}, "not the same cumulated months"),
        ({"basis": "real"}, "not the same price basis"),
        ({"universe": "全部工业"}, "not the same universe"),
        ({"year": 2022}, "not the same year"),
        ({"unit": "吨"}, "in 吨, and the city's figure in CNY"),
        ({"measure": "revenue"}, "the city has no figure of this measure"),
        ({"months": 9, "basis": "real"}, "not the same cumulated months, price basis"),
    ],
)
def test_a_peer_on_another_scope_is_left_out_with_the_reason(change: dict[str, Any], why: str) -> None:
    found = position(dataset(row("杭州市", 2024, 4409), row("宁波市", 2024, 5040) | change))
    value = one(found.scale, "value")
    assert value.standing is None
    assert value.missing == (() if "measure" in change else ("宁波市",))
    (left,) = found.left_out
    assert left.figure.subject == "宁波市"
    assert left.why[1].startswith(why)


def test_one_peer_without_the_number_leaves_the_rank_open_below() -> None:
    found = position(dataset(*PEERS, row("绍兴市", 2022, 2000)))
    standing = one(found.scale, "value").standing
    assert standing is not None
    assert (standing.rank, standing.of, standing.worst, standing.missing) == (2, 3, 3, ("绍兴市",))


def test_a_bound_is_ranked_as_a_bound() -> None:
    rows = (row("杭州市", 2024, None, 0.05), row("宁波市", 2024, None, 0.04, bound="lower"))
    growth = one(position(dataset(*rows)).scale, "growth")
    assert growth.standing is not None
    assert (growth.standing.rank, growth.standing.best, growth.standing.worst) == (1, 1, 2)


def test_of_cumulated_periods_of_one_year_the_longest_is_told() -> None:
    quarters = [row("杭州市", 2025, 100.0 * m, 0.01 * m, months=m) for m in (3, 6, 9)]
    cluster = [row("某集群", year, None, 0.1, months=m) for year, m in ((2024, 12), (2025, 3), (2025, 9))]
    found = position(dataset(*quarters, row("杭州市", 2024, 900.0, months=12), *cluster))
    told = {(x.scope.year, x.scope.months) for x in found.scale}
    assert told == {(2025, 9), (2024, 12)}
    assert [(x.figure.scope.year, x.figure.scope.months) for x in found.left_out] == [(2025, 9)]


def test_counts_and_shares_are_structure() -> None:
    rows = (
        row("杭州市", 2025, 36, measure="firms_in_private_500", unit="家", universe="民营企业 500 强"),
        row("宁波市", 2025, 17, measure="firms_in_private_500", unit="家", universe="民营企业 500 强"),
        row(
            "杭州市",
            2025,
            60,
            0.1,
            measure="manufacturers_in_private_500",
            unit="%",
            universe="民营企业 500 强",
        ),
    )
    found = position(dataset(*rows))
    assert found.scale == ()
    first, second = found.structure
    assert (first.value, first.unit, first.standing and first.standing.rank) == (36, "家", 1)
    assert (second.kind, second.value, second.unit) == ("value", 0.6, "1")


def test_a_year_takes_its_figures_and_lists_the_others() -> None:
    found = position(dataset(*PEERS, row("杭州市", 2025, 2000, months=5)), year=2023)
    value = one(found.scale, "value")
    assert (value.scope.year, value.age) == (2023, 18)
    assert value.standing is not None
    assert value.standing.universe == ("宁波市", "杭州市")
    assert value.missing == ("嘉兴市",)
    assert [(x.figure.subject, x.figure.scope.months, x.why[1]) for x in found.left_out] == [
        ("杭州市", 5, "the city has no figure of it in 2023"),
        ("嘉兴市", 12, found.left_out[1].why[1]),
    ]
    assert found.left_out[1].why[1].startswith("not the same year: the city has value added")


def test_a_figure_without_numbers_says_so() -> None:
    found = position(dataset(row("杭州市", 2024, None), row("杭州市", 2023, 1, measure="revenue")))
    assert [x.why[1] for x in found.left_out] == ["neither its value nor its growth is known"]


def test_what_cannot_be_used() -> None:
    with pytest.raises(DatasetError, match="no table of statistics"):
        position(Dataset(Place("杭州市"), dt.date(2025, 6, 30), {"firms": empty("firms")}))
    with pytest.raises(
        DatasetError, match=r"no figure of 杭州市 in 2001; expected: years with figures: 2015, 2023, 2024"
    ):
        position(dataset(*PEERS), year=2001)
    with pytest.raises(DatasetError, match="rows whose subject is the city"):
        position(dataset(row("宁波市", 2024, 5040)))


def test_growth_between_keeps_to_what_two_values_can_say() -> None:
    scope = Scope("revenue", "industry", 2023)
    later = Scope("revenue", "industry", 2025)
    before = Figure("A", scope, 100)
    assert growth_between(before, Figure("A", later, 121)) == pytest.approx(0.1)
    for now in (Figure("A", later), Figure("A", later, 0), Figure("A", later, 121, bound="lower")):
        assert growth_between(before, now) is None
    real = [Figure("A", Scope("revenue", "industry", y, basis="real"), 100) for y in (2023, 2025)]
    assert growth_between(*real) is None
    with pytest.raises(ScopeError, match="months"):
        growth_between(before, Figure("A", Scope("revenue", "industry", 2025, 9), 121))
    with pytest.raises(ScopeError, match="earlier"):
        growth_between(before, before)
