"""Why findings change from scan to scan, on a city small enough to know the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from tests.gaps.city import catalogue, city

from chainmend.errors import ScanError
from chainmend.explaining import explain
from chainmend.gaps.reasons import CUTS, Sighting, reasons
from chainmend.mendlist import reconcile
from chainmend.scanning import Scan, scan
from chainmend.settings import Network, Sensitivity, Settings, Thresholds

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

QUIET = {"network": Network(enabled=False), "sensitivity": Sensitivity(step=0, draws=0, low_confidence=0)}
FIRMS: dict[str, tuple[str, float | None]] = {
    "a": ("local", 100.0),
    "b": ("local", 100.0),
    "c": ("country", 100.0),
    "d": ("abroad", 100.0),
}
MAKES = {"a": "机器人", "b": "芯片代工", "c": "芯片代工", "d": "芯片代工"}


def made(
    bought: dict[str, float] | None = None,
    firms: dict[str, tuple[str, float | None]] = FIRMS,
    makes: dict[str, str] = MAKES,
    **tables: Any,
) -> Dataset:
    """A city where the robot maker buys so much of each chip maker."""
    links = [(firm, "a", 2025, amount) for firm, amount in (bought or {}).items()] if bought else None
    return city(firms, links, makes, **tables)


def seen(dataset: Dataset, chains: Catalogue | None = None, **thresholds: float) -> Scan:
    settings = Settings(thresholds=Thresholds(**thresholds), **QUIET)
    return scan(dataset, chains or catalogue(), settings)


def change(before: Scan, after: Scan, kind: str, segment: str = "chip") -> dict[str, Any]:
    return next(c for c in explain(before, after) if (c["kind"], c["segment_id"]) == (kind, segment))


def test_a_fact_crosses_its_cut_because_of_a_supplier() -> None:
    before, after = seen(made({"b": 40.0, "c": 60.0})), seen(made({"b": 20.0, "c": 30.0, "d": 50.0}))
    told = change(before, after, "weak")
    assert told["event"] == "opened"
    crossing = told["because"][0]
    assert {k: crossing[k] for k in ("cause", "fact", "before", "after", "cut", "crossed")} == {
        "cause": "world", "fact": "self_sufficiency", "before": 0.4, "after": 0.2, "cut": 0.3, "crossed": True,
    }  # fmt: skip
    assert told["because_en"] == (
        "share bought here fell from 40% to 20%, below the cut of 30%; behind it: d (50%), c (30%), b (20%)"
    )
    assert told["because_zh"] == (
        "购自本地占比由 40% 降至 20%，低于阈值 30%；主要涉及：d（50%）、c（30%）、b（20%）"
    )


def test_rows_of_both_scans_are_compared() -> None:
    before, after = seen(made({"b": 10.0, "c": 90.0})), seen(made({"b": 2.0, "c": 83.0, "d": 15.0}))
    told = change(before, after, "weak")
    assert told["event"] == "worsened"
    rows = [r for r in told["because"] if {"came", "went", "changed"} & r.keys()]
    assert [r["en"] for r in rows] == [
        "new among the largest suppliers: d (15%)",
        "the share of b went from 10% to 2%",
        "the share of c went from 90% to 83%",
    ]
    exposure = next(r for r in told["because"] if r.get("component") == "exposure")
    assert exposure["after"] > exposure["before"]


def test_settings_are_told_from_the_world() -> None:
    same = made({"b": 40.0, "c": 60.0})
    told = change(seen(same), seen(same, self_sufficiency=0.5), "weak")
    assert [r["cause"] for r in told["because"][:1]] == ["settings"]
    assert told["because"][0]["crossed"]
    assert not [r for r in told["because"] if r.get("fact")]
    assert told["because_en"].startswith("the cut of “share bought here” was moved from 30% to 50%")
    # the data moved below the old cut as well: then the world did it, and the moved cut is told beside it
    both = change(seen(same), seen(made({"b": 20.0, "c": 80.0}), self_sufficiency=0.5), "weak")
    assert [(r["cause"], r["crossed"]) for r in both["because"][:2]] == [("settings", True), ("world", True)]


def test_an_edited_catalogue_is_told() -> None:
    chains = catalogue()
    renamed = replace(chains, version="2", fingerprint="g")
    before, after = made({"b": 40.0, "c": 60.0}), made({"b": 20.0, "c": 80.0})
    told = change(seen(before), seen(after, renamed), "weak")
    assert told["because"][0] == {
        "cause": "catalogue", "before": "1", "after": "2",
        "zh": "目录由 1 版更新为 2 版", "en": "the catalogue went from version 1 to 2",
    }  # fmt: skip


def test_a_segment_that_the_catalogue_did_not_have() -> None:
    before = seen(made())
    known = before.segment_facts.filter(pl.col("segment_id") != "etcher")
    older = replace(
        before,
        findings=before.findings.clear(),
        segment_facts=known,
        manifest={**before.manifest, "catalogue": {"id": "x", "version": "0", "fingerprint": "e"}},
    )
    told = change(older, before, "missing", "etcher")
    assert told["because_en"].startswith("the segment is new in the catalogue (version 1)")


def test_firms_that_came() -> None:
    more = FIRMS | {"e": ("local", 5.0)}
    before, after = seen(made()), seen(made(firms=more, makes=MAKES | {"e": "刻蚀机"}))
    told = change(before, after, "missing", "etcher")
    assert (told["event"], told["because_en"]) == (
        "gone",
        "firms here rose from 0 to 1; new here: e",
    )
    assert told["because"][-1]["came"] == ["e"]


def test_how_the_only_maker_went() -> None:
    firms, makes = FIRMS | {"e": ("local", 1.0)}, MAKES | {"e": "刻蚀机"}
    start = made(firms=firms, makes=makes)
    table = start.tables["firms"].with_columns(
        status=pl.when(pl.col("firm_id") == "e").then(pl.lit("closed")).otherwise("status")
    )
    first, elsewhere = seen(start), seen(made(firms=firms, makes=makes | {"e": "机器人"}))
    for after, words in (
        (seen(replace(start, tables={**start.tables, "firms": table})), "closed: e"),
        (seen(made(firms=firms | {"e": ("region", 1.0)}, makes=makes)), "moved away: e"),
        (elsewhere, "no longer placed on it: e"),
    ):
        told = change(first, after, "missing", "etcher")
        assert words in told["because_en"]
        assert [r["went"] for r in told["because"] if r.get("went")] == [["e"]]
    older = replace(first, placements=first.placements.drop("name", "place", "status"))
    told = change(older, elsewhere, "missing", "etcher")  # of a version that kept no names
    assert told["because_en"].endswith("no longer placed on it: one firm")


def test_a_firm_that_became_too_small() -> None:
    others = {f"c{n}": ("country", 100.0) for n in range(6)}
    makes = MAKES | dict.fromkeys([*others, "e"], "芯片代工")
    cuts = {"location_quotient": 0.9, "output_floor": 2.0}
    first, after = (
        seen(made(firms=FIRMS | others | {"e": ("local", n)}, makes=makes), **cuts) for n in (3.0, 1.0)
    )
    told = change(first, after, "weak")
    assert "too small to count now: e" in told["because_en"]


def test_a_need_that_is_answered() -> None:
    need = {"need_id": "n", "reporter_id": "a", "segment_id": "etcher", "text": "刻蚀机", "verified": True}
    table = [need | {"date": made().date}]
    leading = made(needs=table)
    firms = leading.tables["firms"].with_columns(leader=pl.col("firm_id") == "a")
    with_need = replace(leading, tables={**leading.tables, "firms": firms})
    other = [need | {"need_id": "m", "segment_id": "robot", "date": made().date}]
    without = replace(with_need, tables={**with_need.tables, "needs": made(needs=other).tables["needs"]})
    told = change(seen(with_need), seen(without), "reported", "etcher")
    assert told["event"] == "gone"
    assert "no longer reported: a" in told["because_en"]
    back = change(seen(without), seen(with_need), "reported", "etcher")
    assert "newly reported: a" in back["because_en"]


def test_a_rule_that_could_not_look_says_why() -> None:
    told = change(seen(made({"b": 5.0, "c": 95.0})), seen(made()), "single_source")
    assert told["event"] == "not_checked"
    assert told["because_en"] == "the rule could not look: no supply links or trades"
    assert told["because"][0]["cause"] == "data"


def test_what_is_unchanged_needs_no_reason() -> None:
    one = seen(made({"b": 20.0, "c": 80.0}))
    assert {(c["event"], c["because_en"]) for c in explain(one, one)} == {("unchanged", "")}


def test_scans_of_two_catalogues_are_refused() -> None:
    with pytest.raises(ScanError, match="catalogues x and y"):
        explain(seen(made()), seen(made(), replace(catalogue(), id="y")))


@profile(max_examples=25, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("bcd"), st.integers(1, 100).map(float), min_size=1),
        min_size=2,
        max_size=2,
    )
)
def test_every_change_has_a_reason_and_a_moved_fact_explains_it(bought: list[dict[str, float]]) -> None:
    before, after = (seen(made(b)) for b in bought)
    assert explain(before, after) == explain(before, after)
    for told in explain(before, after):
        assert bool(told["because"]) == (told["event"] != "unchanged")
        for reason in told["because"]:
            assert reason["zh"]
            assert reason["en"]
            assert reason["cause"] == "world"  # settings and catalogue are the same
            if reason.get("crossed"):
                cut, values = reason["cut"], (reason["before"], reason["after"])
                assert reason["fact"] in CUTS
                assert min(values) <= cut <= max(values)
        if told["event"] in ("opened", "gone") and told["kind"] in ("weak", "single_source"):
            assert [r for r in told["because"] if r.get("crossed")]


@pytest.mark.parametrize(
    ("fact", "before", "after", "cut"), [("self_sufficiency", 0.3, 0.29, 0.3), ("top_share", 0.8, 0.81, 0.8)]
)
def test_at_the_cut_a_rule_is_silent_and_past_it_it_fires(
    fact: str, before: float, after: float, cut: float
) -> None:
    thresholds = {CUTS[fact]: cut}
    text = f'{{"facts": {{"{fact}": {after}}}, "thresholds": {{"{CUTS[fact]}": {cut}}}, "rows": []}}'
    found = Sighting({"kind": "x", "evidence": text}, {fact: after}, thresholds)
    assert reasons(Sighting(None, {fact: before}, thresholds), found)[0]["crossed"]
    back = reasons(found, Sighting(None, {fact: before}, thresholds))
    assert back[0]["en"].endswith("at the cut of " + f"{cut:.0%}")


def test_the_standing_list_gives_the_reason_with_the_event() -> None:
    days = [
        made({"b": 10.0, "c": 90.0}),
        made({"b": 2.0, "c": 83.0, "d": 15.0}),
        made({"b": 50.0, "c": 50.0}),
    ]
    scans = [seen(replace(d, date=d.date.replace(year=2023 + n))) for n, d in enumerate(days)]
    entries, told = None, []
    for one in scans:
        result = reconcile(entries, one)
        entries = result.entries
        told.append(next(e for e in result.events if e["kind"] == "weak" and e["segment_id"] == "chip"))
    assert [(e["event"], e["held"], e["of"]) for e in told] == [
        ("opened", 1, 1),
        ("worsened", 2, 2),
        ("gone", 2, 3),
    ]
    assert "behind it: c (90%)" in told[0]["because_en"]
    assert "new among the largest suppliers: d (15%)" in told[1]["because_en"]
    assert "share bought here rose from 2% to 50%, above the cut of 30%" in told[2]["because_en"]


def test_the_standing_list_tells_a_moved_cut_from_the_world() -> None:
    same = made({"b": 20.0, "c": 80.0})
    first = reconcile(None, seen(same))
    later = seen(replace(same, date=same.date.replace(year=2026)), self_sufficiency=0.1)
    event = next(e for e in reconcile(first.entries, later).events if e["kind"] == "weak")
    assert event["event"] == "gone"
    assert [r["cause"] for r in event["because"] if r.get("crossed")] == ["settings"]


def test_a_new_list_has_the_order_of_the_scan() -> None:
    one = seen(made({"b": 20.0, "c": 80.0}))
    assert reconcile(None, one).entries["finding_id"].to_list() == one.findings["finding_id"].to_list()
