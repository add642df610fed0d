"""What becomes of findings when cuts move, links are missing or unsure placements are dropped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from tests.gaps.city import catalogue, city, weights

from chainmend.gaps.facts import Facts, segment_facts
from chainmend.gaps.finding import finding_id
from chainmend.gaps.impact import Impact
from chainmend.gaps.judge import judge
from chainmend.gaps.sensitivity import SENSITIVITY_SCHEMA, firmness, sensitivity
from chainmend.gaps.varied import moved_thresholds, without_links
from chainmend.settings import Sensitivity, Settings, Thresholds

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

ON = {"a": "robot", "b": "chip", "c": "chip", "d": "chip"}
FIRMS: dict[str, tuple[str, float | None]] = {
    "a": ("local", 100.0),
    "b": ("local", 100.0),
    "c": ("country", 100.0),
    "d": ("abroad", 100.0),
}
NOTHING = {"step": 0.0, "draws": 0, "low_confidence": 0.0}


def links(**amounts: float) -> list[tuple[str, str, int, float]]:
    return [(firm, "a", 2025, amount) for firm, amount in amounts.items()]


def placed(confidence: float = 0.9) -> pl.DataFrame:
    """Everybody wholly on one segment; of the local chip maker it is not so sure."""
    unsure = pl.when(pl.col("firm_id") == "b").then(confidence).otherwise(0.9)
    return weights(ON).with_columns(confidence=unsure)


def run(
    dataset: Dataset,
    placements: pl.DataFrame | None = None,
    impact: dict[str, Impact] | None = None,
    **moved: Any,
) -> pl.DataFrame:
    chosen = Settings(sensitivity=Sensitivity(**(NOTHING | moved)))
    placements = placed() if placements is None else placements
    facts = segment_facts(dataset, catalogue(), placements, chosen.thresholds, impact)
    findings, _blind = judge(catalogue(), facts, chosen)
    return sensitivity(dataset, catalogue(), placements, facts, findings, chosen)


def told(frame: pl.DataFrame, kind: str) -> dict[str, tuple[bool, float | None]]:
    """Variation -> (found by the scan, holds), of the findings of one kind."""
    rows = frame.filter(pl.col("kind") == kind)
    return {v: (f, h) for v, f, h in rows.select("variation", "found", "holds").iter_rows()}


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        (23.0, {}),  # below 0.24, the lowest cut
        (25.0, {"self_sufficiency-": (True, 0.0)}),
        (35.0, {"self_sufficiency+": (False, 1.0)}),
        (37.0, {}),  # above 0.36, the highest
    ],
)
def test_a_cut_moves_by_a_fifth(here: float, expected: dict[str, Any]) -> None:
    frame = run(city(FIRMS, links(b=here, c=100.0 - here)), step=0.2)
    assert told(frame, "weak") == expected


def test_each_cut_moves_alone() -> None:
    # 85 % of one supplier: above 0.96 no more, but the HHI of 0.745 stays above its own cut, moved or not
    assert told(run(city(FIRMS, links(b=85.0, c=15.0)), step=0.2), "single_source") == {}


def test_the_id_is_that_of_the_finding() -> None:
    frame = run(city(FIRMS, links(b=25.0, c=75.0)), step=0.2)
    assert frame.filter(kind="weak")["finding_id"].to_list() == [finding_id("x", "weak", "chip")]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("top_share", 0.9, [1.0, 0.72]),  # a share is at most one
        ("systemic_ratio", 1.1, [1.32, 1.0]),  # and this at least one
        ("years_needed", 2, []),  # a fifth of two years is no year
        ("years_needed", 5, [6, 4]),
        ("years_window", 10, [12, 8]),
        ("output_floor", 0.0, []),
        ("near_km", 50.0, []),
    ],
)
def test_thresholds_stay_what_they_may_be(name: str, value: float, expected: list[float]) -> None:
    t = Thresholds(**{"years_window": 9, name: value})
    moved = list(moved_thresholds(t, 0.2))
    assert [getattr(m, name) for n, _sign, m in moved if n == name] == pytest.approx(expected)
    for n, _sign, m in moved:
        assert {k for k, v in m.model_dump().items() if v != getattr(t, k)} == {n}
        assert Thresholds.model_validate(m.model_dump()) == m


def test_no_more_years_are_needed_than_are_looked_at() -> None:
    t = Thresholds(years_needed=5, years_window=5)
    moved = {n + s: getattr(m, n) for n, s, m in moved_thresholds(t, 0.2) if n.startswith("years")}
    assert moved == {"years_needed-": 4, "years_window+": 6}


def test_a_link_that_alone_makes_a_finding_is_there_in_nine_draws_of_ten() -> None:
    frame = run(city(FIRMS, links(c=100.0)), draws=200, missing_links=0.1)
    found, holds = told(frame, "weak")["links"]
    assert found
    assert holds == pytest.approx(0.9, abs=0.064)  # three standard errors
    assert holds * 200 == pytest.approx(round(holds * 200))


def test_a_finding_on_ten_suppliers_outlasts_missing_links() -> None:
    many: dict[str, tuple[str, float | None]] = {f"c{n}": ("country", 1.0) for n in range(10)}
    on = ON | dict.fromkeys(many, "chip")
    dataset = city(FIRMS | many, links(**dict.fromkeys(many, 10.0)))
    frame = run(dataset, weights(on).with_columns(confidence=pl.lit(0.9)), draws=20, missing_links=0.1)
    assert told(frame, "weak") == {}


def test_unsure_placements_are_dropped() -> None:
    dataset = city(FIRMS, links(b=20.0, c=80.0))
    frame = run(dataset, placed(confidence=0.4), low_confidence=0.5)
    assert told(frame, "weak") == {"placements": (True, 0.0)}  # nobody is here any more
    assert frame.filter(kind="missing", segment_id="chip").select("found", "holds").rows() == [(False, 1.0)]
    assert run(dataset, placed(confidence=0.5), low_confidence=0.5).is_empty()


def test_what_a_rule_cannot_look_at_is_neither_held_nor_gone() -> None:
    firms = dict.fromkeys("befgh", FIRMS["b"])
    dataset = city({"a": ("local", 1.0), **firms}, makes=None)
    districts = {"b": "东区", "e": "东区", "f": "东区", "g": "东区", "h": None, "a": "西区"}
    table = dataset.firms.drop("place").with_columns(
        district=pl.col("firm_id").replace_strict(districts, return_dtype=pl.String)
    )
    dataset = replace(dataset, tables={**dataset.tables, "firms": table})
    on = weights({"a": "robot"} | dict.fromkeys(firms, "chip")).with_columns(confidence=pl.lit(0.9))
    # 80 % in one district is above 0.7 and not above 0.84, which the fifth firm could lift it over
    chosen = Settings(
        thresholds=Thresholds(district_share=0.7), sensitivity=Sensitivity(**(NOTHING | {"step": 0.2}))
    )
    facts = segment_facts(dataset, catalogue(), on, chosen.thresholds)
    findings, _blind = judge(catalogue(), facts, chosen)
    frame = sensitivity(dataset, catalogue(), on, facts, findings, chosen)
    assert told(frame, "clustered_risk") == {"district_share+": (True, None)}
    summary = firmness(frame, findings.filter(kind="clustered_risk"), chosen.sensitivity)["summary_en"][0]
    assert summary.endswith("20% higher (it cannot be checked then)")


def test_losses_on_the_network_are_held_against_moved_cuts_only() -> None:
    dataset = city(FIRMS, links(b=20.0, c=80.0))
    impact = {"chip": Impact(3, own=0.1, spread=0.011, money=1.0)}
    frame = run(dataset, placed(confidence=0.1), impact, step=0.2, low_confidence=0.5, draws=3)
    assert told(frame, "fragile_segment") == {"fragile_loss+": (True, 0.0)}


def test_settings_of_nothing_ask_nothing() -> None:
    frame = run(city(FIRMS, links(b=25.0, c=75.0)), placed(confidence=0.1))
    assert frame.is_empty()
    assert dict(frame.schema) == SENSITIVITY_SCHEMA


def test_a_city_without_links_has_no_draws() -> None:
    assert "links" not in run(city(FIRMS), draws=10)["variation"].to_list()


amounts = st.dictionaries(
    st.tuples(st.sampled_from("bcd"), st.sampled_from([2023, 2024, 2025])),
    st.integers(0, 100).map(float),
    min_size=1,
)


def _made(bought: dict[tuple[str, int], float]) -> tuple[Dataset, Facts]:
    dataset = city(FIRMS, [(firm, "a", year, amount) for (firm, year), amount in bought.items()])
    return dataset, segment_facts(dataset, catalogue(), placed(0.4), Thresholds())


@profile(max_examples=6, deadline=None)
@given(amounts)
def test_the_same_as_scanning_with_each_variation(bought: dict[tuple[str, int], float]) -> None:
    dataset, facts = _made(bought)
    base = Settings(sensitivity=Sensitivity(draws=0))
    findings, _blind = judge(catalogue(), facts, base)
    frame = sensitivity(dataset, catalogue(), placed(0.4), facts, findings, base)
    sure = placed(0.4).filter(pl.col("confidence") >= 0.5)
    scans = {n + s: (placed(0.4), t) for n, s, t in moved_thresholds(Thresholds(), 0.2)}
    for variation, (on, t) in (scans | {"placements": (sure, Thresholds())}).items():
        known = segment_facts(dataset, catalogue(), on, t)
        there = set(judge(catalogue(), known, base.model_copy(update={"thresholds": t}))[0]["finding_id"])
        rows = frame.filter(variation=variation)
        assert set(rows.filter(holds=0.0)["finding_id"]) <= set(findings["finding_id"]) - there
        assert set(rows.filter(holds=1.0)["finding_id"]) == there - set(findings["finding_id"])
        unknown = set(rows.filter(pl.col("holds").is_null())["finding_id"])
        assert set(rows["finding_id"]) - there == set(findings["finding_id"]) - there
        assert unknown <= set(findings["finding_id"]) - there


@profile(max_examples=6, deadline=None)
@given(amounts)
def test_with_no_link_missing_the_facts_are_those_of_the_city(bought: dict[tuple[str, int], float]) -> None:
    dataset, facts = _made(bought)
    none_missing = Settings(sensitivity=Sensitivity(draws=1, missing_links=1e-12))
    drawn = next(without_links(dataset, catalogue(), placed(0.4), facts, none_missing))
    assert drawn.frame().equals(facts.frame())
    assert drawn.declines == facts.declines
    assert drawn.districts == facts.districts


@profile(max_examples=8, deadline=None)
@given(amounts, st.randoms(use_true_random=False))
def test_draws_do_not_depend_on_the_order_of_rows(bought: dict[tuple[str, int], float], rng: Any) -> None:
    rows = list(bought.items())
    shuffled = rng.sample(rows, len(rows))
    one, other = (run(_made(dict(b))[0], draws=4, missing_links=0.4) for b in (rows, shuffled))
    assert one.equals(other)


def test_a_finding_says_what_it_is_sensitive_to() -> None:
    dataset = city(FIRMS, links(b=25.0, c=75.0))
    chosen = Settings(sensitivity=Sensitivity(draws=0))
    facts = segment_facts(dataset, catalogue(), placed(0.4), chosen.thresholds)
    findings, _blind = judge(catalogue(), facts, chosen)
    frame = sensitivity(dataset, catalogue(), placed(0.4), facts, findings, chosen)
    said = firmness(frame, findings, chosen.sensitivity)
    assert said["finding_id"].to_list() == findings["finding_id"].to_list()
    texts = {r["kind"]: r for r in said.join(findings, on="finding_id").iter_rows(named=True)}
    assert texts["missing"]["robust"]
    assert texts["missing"]["summary_zh"] == "稳健"
    assert texts["weak"]["summary_zh"] == (
        "不够稳健：剔除置信度低于 0.5 的落位；“购自本地占比”的阈值下调 20%"
    )
    assert texts["weak"]["summary_en"] == (
        "sensitive to: placements of confidence below 0.5 left out; cut of “share bought here” 20% lower"
    )
    drawn = pl.DataFrame(
        [("F1", "weak", "chip", None, "links", True, 0.4)], schema=SENSITIVITY_SCHEMA, orient="row"
    )
    one = firmness(drawn, pl.DataFrame({"finding_id": ["F1"]}), chosen.sensitivity)
    assert one["summary_en"][0] == "sensitive to: 10% of links missing (holds in 40% of draws)"
