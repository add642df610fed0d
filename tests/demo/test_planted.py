"""Every planted gap is found and nothing else, over twenty cities and two dates."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import polars as pl
import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.demo import DemoCity, make_city
from chainmend.demo.city import room
from chainmend.demo.planted import KINDS, carried
from chainmend.mendlist import reconcile
from chainmend.scanning import Scan, scan
from chainmend.settings import Network, Sensitivity, Settings, Value

SEEDS = range(20)
STILL = Sensitivity(step=0, missing_links=0, low_confidence=0)
PLANTED = (*KINDS, "technology", "distress")
Pairs = set[tuple[str, str]]


@cache
def scanned(seed: int) -> tuple[DemoCity, Scan, Scan]:
    """A city, large for two seeds and of a few chains for the others, and the scans of both its dates.

    Without the supply network: a made-up city is not planned for what its cascades find, and every chance in it moves
    their losses.
    """
    catalogue = load_catalogue("hangzhou-296x")
    city = make_city(firms=3000 if seed % 10 == 0 else 600, seed=seed, catalogue=catalogue)
    tables = Settings(network=Network(enabled=False), sensitivity=STILL)
    return city, scan(city.now, catalogue, tables), scan(city.later, catalogue, tables)


def pairs(gaps: list[dict[str, Any]]) -> Pairs:
    return {(g["kind"], g["segment_id"]) for g in gaps}


def found(result: Scan) -> Pairs:
    """Findings of the kinds that are planted."""
    planted = result.findings.filter(pl.col("kind").is_in(PLANTED))
    return set(planted.select("kind", "segment_id").iter_rows())


def exposure(result: Scan) -> dict[tuple[str, str], float]:
    rows = result.findings.select("kind", "segment_id", "exposure").iter_rows()
    return {(kind, segment): value for kind, segment, value in rows}


@pytest.mark.parametrize("seed", SEEDS)
def test_all_planted_gaps_are_found_and_nothing_else(seed: int) -> None:
    city, now, later = scanned(seed)
    assert found(now) == pairs(city.planted["gaps"])
    assert found(later) == pairs(city.planted["later"]["gaps"])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_becomes_of_them(seed: int) -> None:
    city, now, later = scanned(seed)
    changes = city.planted["later"]
    assert pairs(changes["mended"]) & found(later) == set()
    assert pairs(changes["new"]) == found(later) - found(now)
    before, after = exposure(now), exposure(later)
    assert all(after[p] > before[p] + 0.05 for p in pairs(changes["worsened"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mend_list_says_what_was_planted(seed: int) -> None:
    city, now, later = scanned(seed)
    events = reconcile(reconcile(None, now).entries, later).events
    changes = city.planted["later"]

    def told(event: str) -> Pairs:
        return {(e["kind"], e["segment_id"]) for e in events if e["event"] == event and e["kind"] in PLANTED}

    assert told("opened") == pairs(changes["new"])
    assert told("gone") == pairs(changes["mended"])
    worse = pairs(changes["worsened"])
    # short of technology is as grave as the dependence it rests on
    worse |= {p for p in pairs(changes["gaps"]) if p == ("technology", dict(worse)["outside_dependent"])}
    assert told("worsened") == worse
    assert told("eased") == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_other_kinds_are_rare_by_chance(seed: int) -> None:
    other = scanned(seed)[1].findings.filter(~pl.col("kind").is_in(PLANTED))
    assert set(other["kind"]) <= {"clustered_risk", "reported"}
    assert other.height <= 2


@pytest.mark.parametrize("seed", [1, 7, 8])  # in 7 and 8 criticality once fell, and hid what had worsened
def test_with_the_network_the_planted_gaps_are_found_and_their_changes_told(seed: int) -> None:
    city, _now, _later = scanned(seed)
    catalogue = load_catalogue("hangzhou-296x")
    still = Settings(sensitivity=STILL, value=Value(draws=0))
    now, later = scan(city.now, catalogue, still), scan(city.later, catalogue, still)
    changes = city.planted["later"]
    assert found(now) == pairs(city.planted["gaps"])
    assert found(later) == pairs(changes["gaps"])
    events = {
        (e["event"], e["kind"], e["segment_id"])
        for e in reconcile(reconcile(None, now).entries, later).events
    }
    for event, gaps in (("opened", "new"), ("gone", "mended"), ("worsened", "worsened")):
        assert {(event, *pair) for pair in pairs(changes[gaps])} <= events
    assert now.values["value"].max() > 0
    assert {"fragile_segment", "systemic"} <= set(now.findings["kind"]) - set(PLANTED)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_or_three_of_each_kind(seed: int) -> None:
    city = scanned(seed)[0]
    kinds = [g["kind"] for g in city.planted["gaps"] if g["kind"] in KINDS]
    assert {k: 2 <= kinds.count(k) <= 3 for k in set(kinds)} == dict.fromkeys(
        ("missing", "weak", "single_source", "outside_dependent"), True
    )
    later = city.planted["later"]
    assert [len(later[k]) for k in ("mended", "worsened")] == [3, 2]
    assert next(g["kind"] for g in later["new"]) == "single_source"


@pytest.mark.parametrize("seed", SEEDS)
def test_technology_and_distress_come_on_top_of_a_dependence(seed: int) -> None:
    city = scanned(seed)[0]
    later = pairs(city.planted["later"]["gaps"])
    dependent = {s for k, s in later if k == "outside_dependent"}
    on_top = [(k, s) for k, s in later if k in ("technology", "distress")]
    assert [s in dependent for _k, s in on_top] == [True] * len(on_top)
    # where no outside-dependent segment has a customs code of its own, nothing can stop
    segments = load_catalogue("hangzhou-296x").segments
    used = Counter(hs for segment in segments.values() for hs in set(segment.hs))
    own = any(used[hs] == 1 for s in dependent for hs in segments[s].hs)
    assert sorted(k for k, _s in on_top) == (["distress", "technology"] if own else ["technology"])
    assert [g for g in city.planted["gaps"] if g["kind"] == "distress"] == []


def test_a_city_of_usual_size_has_every_chain() -> None:
    catalogue = load_catalogue("hangzhou-296x")
    assert carried(catalogue, room(3000)) == set(catalogue.segments)


def test_a_small_city_keeps_to_chains_that_it_can_fill() -> None:
    catalogue = load_catalogue("hangzhou-296x")
    kept = carried(catalogue, 100)
    assert 0 < len(kept) <= 100
    assert {d.source for d in catalogue.dependences if d.target in kept and d.kind != "irrelevant"} <= kept
    assert carried(catalogue, 0) <= kept
    assert carried(catalogue, 0)


def test_findings_carry_their_evidence() -> None:
    _city, now, _later = scanned(0)
    assert all(json.loads(e) for e in now.findings["evidence"])
    assert now.manifest["synthetic"] is True
