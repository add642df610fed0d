"""Indicators read off a small table of figures whose answers are known by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.indicators.test_position import PEERS, dataset, row

from chainmend.chain.catalogue import load_catalogue
from chainmend.errors import DatasetError
from chainmend.indicators.city import City
from chainmend.indicators.measure import registered

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.indicators.reading import Reading

AI, VISION, CIRCUITS = "人工智能", "视觉智能", "集成电路"


@pytest.fixture(scope="module")
def chains() -> Catalogue:
    return load_catalogue("hangzhou-296x")


def read(id: str, chains: Catalogue, *rows: dict[str, Any]) -> list[Reading]:
    """Readings of one indicator in a city with these figures."""
    (entry,) = registered([id])
    return list(entry.function(City(dataset(*rows), chains)))


def output(
    subject: str, year: int, value: float | None, growth: float | None = None, **more: Any
) -> dict[str, Any]:
    return row(subject, year, value, growth, measure="gross_output", **more)


def test_growth_of_value_added_is_the_published_one_else_computed(chains: Catalogue) -> None:
    (published,) = read("value_added_growth", chains, *PEERS)
    assert (published.level, published.subject, published.value) == ("city", "杭州市", 0.06)
    (computed,) = read("value_added_growth", chains, row("杭州市", 2023, 100), row("杭州市", 2024, 106))
    assert computed.value == pytest.approx(0.06)
    assert computed.note is not None
    (bound,) = read("value_added_growth", chains, row("杭州市", 2024, None, 0.2, bound="lower"))
    assert bound.value is None
    assert bound.note is not None
    assert bound.note[1] == "at least 20.0%"


def test_compound_growth_states_its_n(chains: Catalogue) -> None:
    (found,) = read("compound_growth", chains, *PEERS)
    assert found.value == pytest.approx(0.0475, abs=5e-5)
    assert found.note is not None
    assert found.note[1] == "since 2015, n = 9"


def test_rank_with_its_universe_or_unknown(chains: Catalogue) -> None:
    (found,) = read("rank", chains, *PEERS)
    assert (found.value, found.low, found.high) == (2, None, None)
    assert found.note is not None
    assert found.note[1] == "of 3: 宁波市, 杭州市, 嘉兴市"
    (open_below,) = read("rank", chains, *PEERS, row("绍兴市", 2020, 2000))
    assert (open_below.value, open_below.low, open_below.high) == (2, 2, 3)
    (alone,) = read("rank", chains, *PEERS[:3])
    assert alone.value is None
    assert alone.note is not None


def test_excess_growth_on_one_scope_only(chains: Catalogue) -> None:
    found = read(
        "excess_growth",
        chains,
        output("规上工业", 2025, None, 0.052),
        output("296X", 2025, None, 0.079),
        output(AI, 2025, None, 0.20, bound="lower"),
        output(VISION, 2025, None, 0.144, months=9),
        output(CIRCUITS, 2025, 100),
    )
    told = {r.subject: (r.value, r.note and r.note[1]) for r in found}
    assert told == {
        "296X": (pytest.approx(0.027), None),
        "artificial-intelligence": (None, "at least 14.8 percentage points"),
        "visual-intelligence": (None, "growth of all industry on this scope is not known"),
    }


def test_two_bounds_give_no_excess(chains: Catalogue) -> None:
    whole = output("规上工业", 2025, None, 0.05, bound="lower")
    (found,) = read("excess_growth", chains, whole, output(AI, 2025, None, 0.2, bound="lower"))
    assert (found.value, found.note and found.note[1]) == (None, "both growths are known as bounds only")


def test_contribution_is_share_before_times_growth(chains: Catalogue) -> None:
    whole = (output("规上工业", 2024, 1000), output("规上工业", 2025, 1100))
    (found,) = read("growth_contribution", chains, *whole, output(AI, 2025, 240, 0.2))
    assert found.value == pytest.approx(0.2 * 0.2)
    assert found.note == ("增长贡献率 40%", "40% of the growth of all industry")  # 4 points of 10 %
    shrunk = (output("规上工业", 2024, 1100), output("规上工业", 2025, 1000))
    (alone,) = read("growth_contribution", chains, *shrunk, output(AI, 2025, 240, 0.2))
    assert (alone.value, alone.note) == (pytest.approx(200 / 1100 * 0.2), None)
    (larger,) = read("growth_contribution", chains, *whole, output(AI, 2025, 2400, 0.2))
    assert larger.note is not None
    assert larger.note[1] == "larger than all industry on this scope"
    (real,) = read("growth_contribution", chains, *whole, output(AI, 2025, 240, 0.2, basis="real"))
    assert real.value is None


def test_the_share_is_of_all_industry_on_the_same_scope(chains: Catalogue) -> None:
    whole = output("规上工业", 2025, 1000)
    found = read("published_share", chains, whole, output(AI, 2025, 240), output(VISION, 2025, 100, months=9))
    assert {r.subject: r.value for r in found} == {
        "artificial-intelligence": pytest.approx(0.24),
        "visual-intelligence": None,
    }
    (larger,) = read("published_share", chains, whole, output(AI, 2025, 2400))
    assert (larger.value, larger.note and larger.note[1]) == (None, "larger than all industry on this scope")
    (bound,) = read("published_share", chains, whole, output(AI, 2025, 240, 0.2, bound="lower"))
    assert (bound.value, bound.note and bound.note[1]) == (None, "a value is known as a bound only")


def test_milestone_of_a_yearly_total(chains: Catalogue) -> None:
    # 9,500 亿元 and 10 % a year: a twelfth of 950 more each month, so a trillion in the seventh
    (found,) = read("milestone", chains, output(VISION, 2024, 9500, 0.1))
    assert (found.level, found.subject, found.value) == ("cluster", "visual-intelligence", 7)
    assert found.note is not None
    assert found.note[1] == "in 2025-07, at 10.0% a year"
    years = (output(VISION, 2022, 8200), output(VISION, 2023, 9500 / 1.1), output(VISION, 2024, 9500))
    (history,) = read("milestone", chains, *years)
    assert (history.value, history.low, history.high) == (7, 7, 12)  # 5.3 % in the worse year


def test_milestone_of_cumulated_months_needs_the_year_before(chains: Catalogue) -> None:
    nine = row(VISION, 2025, 7104, 0.144, measure="revenue", months=9)
    (unknown,) = read("milestone", chains, nine)
    assert (unknown.value, unknown.note and unknown.note[1]) == (
        None,
        "a total of twelve months is not known",
    )
    # 861 less the 621.0 that 710.4 at 14.4 % imply leaves 240 bn for October to December of 2024: 950.4 bn in all
    (known,) = read("milestone", chains, nine, row(VISION, 2024, 8610, measure="revenue"))
    # 11.52 bn more in each of three months, then 11.37 bn in each: 984.96, 996.3, 1,007.7
    assert (known.value, known.note and known.note[1]) == (5, "in 2026-02, at 14.4% a year")


def test_milestone_that_is_never_reached_or_reached_already(chains: Catalogue) -> None:
    (never,) = read("milestone", chains, output(CIRCUITS, 2024, 500, -0.02))
    assert (never.value, never.note and never.note[1]) == (None, "never, at -2.0% a year")
    (already,) = read("milestone", chains, output(CIRCUITS, 2024, 1200, 0.02))
    assert already.value == 0
    (open_growth,) = read("milestone", chains, output(CIRCUITS, 2024, 500))
    assert open_growth.note is not None
    assert open_growth.note[1] == "its growth is not known"


def test_what_has_no_target_or_no_amount_has_no_milestone(chains: Catalogue) -> None:
    assert read("milestone", chains, output("数字经济", 2024, 500, 0.1), output(AI, 2024, None, 0.1)) == []


def test_two_names_of_one_cluster_may_not_both_have_a_figure(chains: Catalogue) -> None:
    with pytest.raises(DatasetError, match="two figures of artificial-intelligence"):
        read(
            "excess_growth", chains, output(AI, 2024, 1, 0.1), output("artificial-intelligence", 2024, 2, 0.1)
        )


@pytest.mark.parametrize(
    "id",
    ["value_added_growth", "compound_growth", "rank", "excess_growth", "growth_contribution", "milestone"],
)
def test_without_figures_nothing_is_read(id: str, chains: Catalogue) -> None:
    assert read(id, chains, row("宁波市", 2024, 5040)) == []
