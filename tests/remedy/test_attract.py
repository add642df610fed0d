"""Firms to attract: each part by hand, those in talks apart, and what a score must never do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.remedy.small import FIRMS, LINKS, ON, context, dataset, talks

from chainmend.errors import CatalogueError, RegistryError
from chainmend.gaps.reach import distance_km
from chainmend.remedy.candidates import candidates
from chainmend.settings import Settings

MAKERS = ("near", "far", "small", "unknown", "tokyo")


def rows(frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Candidate -> its row, parts and facts read."""
    return {
        r["candidate_id"]: r | {"parts": json.loads(r["parts"]), "facts": json.loads(r["facts"])}
        for r in frame.iter_rows(named=True)
    }


def test_parts_by_hand() -> None:
    found = rows(candidates("attract", "etcher", context()))
    assert sorted(found) == sorted(MAKERS)
    assert found["near"]["parts"] == {
        "focus": 1.0,
        "size": 0.5,  # 0.5 of 1 bn
        "sells": 0.2,  # to C, of five
        "growth": 1.0,  # 1.0 to 1.5 m: + 50 %
        "near": pytest.approx(1 - float(distance_km(121.0, 30.0, 120.0, 30.0)) / 1000, abs=1e-4),
        "ties": 0.0,
    }
    tokyo = found["tokyo"]["parts"]
    assert tokyo == {"focus": 1.0, "size": 1.0, "sells": 0.4, "growth": 0.5, "near": 0.0, "ties": 0.0}
    assert found["far"]["parts"]["ties"] == 0.2, "sells to the shop, to which R sells as well"
    assert found["small"]["parts"]["ties"] == 0.2, "buys of R"
    assert found["small"]["parts"]["near"] == 0.4, "elsewhere in the country, not on the map"


def test_a_score_is_the_weighted_mean_of_what_is_known() -> None:
    found = rows(candidates("attract", "etcher", context()))
    weights = Settings().remedies.attract
    for row in found.values():
        known = {p: v for p, v in row["parts"].items() if v is not None}
        total = sum(weights[p] for p in known)  # type: ignore[index]
        mean = sum(weights[p] * v for p, v in known.items()) / total  # type: ignore[index]
        assert row["score"] == pytest.approx(mean, abs=1e-6)
    assert [p for p, v in found["unknown"]["parts"].items() if v is None] == ["growth", "size"]
    assert "情况不明：该环节产值、销售增长" in found["unknown"]["zh"]
    assert "not known: output on the segment, growth of its sales" in found["unknown"]["en"]


def test_ranks_follow_scores_and_ties_follow_ids() -> None:
    frame = candidates("attract", "etcher", context(dataset(links=[("C", "R", 2025, 1.0)])))
    assert frame["rank"].to_list() == [1, 2, 3, 4, 5]
    assert frame["score"].to_list() == sorted(frame["score"], reverse=True)
    only = Settings.model_validate({"remedies": {"attract": {"focus": 1}}})
    assert candidates("attract", "etcher", context(settings=only))["candidate_id"].to_list() == sorted(MAKERS)


def test_reasons_can_be_read_aloud() -> None:
    found = rows(candidates("attract", "etcher", context()))
    assert found["near"]["zh"] == (
        "已向本市 1 家企业供货，年供货额 150 万元，位于宁波市，距离 96 公里，该环节年产值 5 亿元，销售额同比增长 50%"
    )
    assert found["near"]["en"] == (
        "Sells 1.5 m yuan a year here, to 1 firm(s), in 宁波市, 96 km away, makes 500 m yuan of it a year, "
        "its sales rose by 50% in a year"
    )
    assert found["tokyo"]["zh"].startswith("已向本市 2 家企业供货，年供货额 800 万元，境外企业（日本）")
    assert found["small"]["zh"].startswith("尚未向本市企业供货")


@pytest.mark.parametrize(
    ("basis", "zh", "en"),
    [
        (
            "product",
            "该环节占其可识别产品的 25%",
            "25% of what could be read of its products is on the segment",
        ),
        ("named", "系目录所列该环节代表企业", "named by the catalogue as typical"),
        ("text", "该环节占其可识别业务的 25%", "25% of what could be read of its business is on the segment"),
        ("code", "该环节占其可识别业务的 25%", "25% of what could be read of its business is on the segment"),
        ("override", "该环节占其业务的 25%", "25% of its business is on the segment"),
        (None, "该环节占其可识别业务的 25%", "25% of what could be read of its business is on the segment"),
    ],
)
@pytest.mark.parametrize("kind", ["attract", "ally", "develop"])
def test_a_share_is_told_of_what_it_is(kind: str, basis: str | None, zh: str, en: str) -> None:
    firm = "R" if kind == "develop" else "near"
    given = context(on=ON | {firm: "etcher"})
    here = pl.col("firm_id") == firm
    placed = given.placements.with_columns(
        weight=pl.when(here).then(0.25).otherwise("weight"), basis=pl.lit(basis, pl.String)
    )
    said = rows(candidates(kind, "etcher", replace(given, placements=placed)))[firm]
    assert zh in said["zh"].split("，")
    assert en in said["en"].split(", ")
    assert ("25%" in said["en"]) == (basis != "named")


def test_of_all_that_was_read_no_share_is_told_but_the_catalogues_word_is() -> None:
    given = context()
    for basis, told in (("product", False), ("named", True)):
        placed = given.placements.with_columns(basis=pl.lit(basis))
        said = rows(candidates("attract", "etcher", replace(given, placements=placed)))["near"]["en"]
        assert "what could be read" not in said
        assert ("named by the catalogue as typical" in said) == told


def test_without_links_what_is_of_sales_is_unknown() -> None:
    found = rows(candidates("attract", "etcher", context(dataset(links=None))))
    for row in found.values():
        assert (row["parts"]["sells"], row["parts"]["growth"], row["parts"]["ties"]) == (None, None, None)
        assert "对本市供货" in row["zh"]
    assert found["far"]["parts"]["size"] == 1.0


def test_firms_in_talks_are_shown_apart() -> None:
    data = dataset(talks=[talks("tokyo", "signed"), talks("tokyo", "contact", "chip"), talks("far", "ended")])
    frame = candidates("attract", "etcher", context(data), limit=2)
    last = frame.row(-1, named=True)
    assert (last["candidate_id"], last["rank"], last["talks"]) == ("tokyo", None, "signed")
    assert (last["zh"][:11], last["en"][:29]) == ("已在洽谈（已签约），已", "In talks already, signed, sel")
    assert frame["rank"].to_list() == [1, 2, None]
    everyone = rows(candidates("attract", "etcher", context(data)))
    assert everyone["far"]["rank"] is not None, "talks that ended bar nobody"


def test_talks_about_another_segment_count_too() -> None:
    frame = candidates("attract", "etcher", context(dataset(talks=[talks("near", segment="robot")])))
    assert frame.filter(pl.col("candidate_id") == "near")["rank"].to_list() == [None]


def test_nobody_and_nothing() -> None:
    assert candidates("attract", "robot", context()).is_empty()
    with pytest.raises(CatalogueError, match=r"no segment laser; expected: a segment of the catalogue x"):
        candidates("attract", "laser", context())
    with pytest.raises(RegistryError, match=r"expected: one of: ally, attract, develop, stock"):
        candidates("pray", "etcher", context())


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(MAKERS)), st.sampled_from(["attract", "ally"]))
def test_a_firm_in_talks_never_ranks(talking: set[str], kind: str) -> None:
    frame = candidates(kind, "etcher", context(dataset(talks=[talks(f) for f in sorted(talking)])))
    ranked = frame.filter(pl.col("rank").is_not_null())
    assert not talking & {*ranked["candidate_id"]}
    assert ranked["rank"].to_list() == list(range(1, ranked.height + 1))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(MAKERS), st.sampled_from(["C", "R", "shop"]), st.booleans(), st.floats(1.0, 1e8))
def test_one_more_tie_never_lowers_a_score(firm: str, other: str, sells: bool, amount: float) -> None:
    pair = (firm, other) if sells else (other, firm)
    old = [x for x in LINKS if x[:3] == (*pair, 2025)]
    more = [x for x in LINKS if x not in old] + [(*pair, 2025, amount + sum(x[3] for x in old))]
    before, after = (
        rows(candidates("attract", "etcher", context(dataset(links=links)))) for links in (LINKS, more)
    )
    assert after[firm]["score"] >= before[firm]["score"]


@settings(max_examples=15, deadline=None)
@given(st.permutations(LINKS), st.permutations(list(FIRMS)))
def test_the_order_of_rows_does_not_matter(links: list[Any], order: list[str]) -> None:
    data = dataset(links=links)
    firms = data.tables["firms"]
    data.tables["firms"] = pl.concat([firms.filter(pl.col("firm_id") == f) for f in order])  # type: ignore[index]
    for kind in ("attract", "develop", "stock"):
        got, wanted = candidates(kind, "etcher", context(data)), candidates(kind, "etcher", context())
        assert got.equals(wanted)
