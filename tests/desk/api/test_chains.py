"""Chains and segments by JSON: what is withheld on the page is withheld here, and cannot be reckoned back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from django.test import Client

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.atlas import segment as page
from chainmend.desk.atlas.reading import atlas, contributions, purchases
from chainmend.desk.demo import Scanned
from chainmend.desk.scans.view import ScanView
from chainmend.desk.suppression import sensitive
from chainmend.desk.visibility import may
from chainmend.names import money
from chainmend.workflow import Role

from .conftest import Programs

SEERS: tuple[Role, ...] = ("analyst", "promoter", "scientist", "district", "leader", "chief", "auditor")


@pytest.fixture
def view(scanned_desk: tuple[Scanned, Scanned]) -> ScanView:
    found = scans.current()
    assert found is not None
    return found


@pytest.fixture
def lonely(view: ScanView) -> Iterator[str]:
    """A segment that has lost all its local firms but two."""
    made = contributions(view).sort("segment_id", "firm_id")
    id = str(made["segment_id"][0])
    kept = made.filter(pl.col("segment_id") == id)["firm_id"].head(2).to_list()
    gone = made.filter((pl.col("segment_id") == id) & ~pl.col("firm_id").is_in(kept))["firm_id"].to_list()
    placed = view.scan.placements.filter(~((pl.col("segment_id") == id) & pl.col("firm_id").is_in(gone)))
    view.__dict__["scan"] = replace(view.scan, placements=placed)
    for kept in (atlas, contributions):
        kept.cache_clear()
    yield id
    for kept in (atlas, contributions):
        kept.cache_clear()


def output(line: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in line["facts"] if f["id"] == "output")
    return found


def test_clusters_chains_and_segments_are_those_of_the_catalogue(view: ScanView, programs: Programs) -> None:
    clusters = programs["chief"].ask("/clusters")["clusters"]
    assert [c["id"] for c in clusters] == [c.id for c in view.catalogue.clusters]
    chains = programs["chief"].ask("/chains")["chains"]
    assert [c["id"] for c in chains] == list(view.catalogue.chains)
    for chain in chains:
        found = programs["chief"].ask(f"/chains/{chain['id']}")
        assert {s["id"] for s in found["segments"]} == {
            s.id for s in view.catalogue.chains[chain["id"]].segments
        }
        stages = [s["id"] for s in found["stages"]]
        order = [stages.index(s["stage"]) for s in found["segments"]]
        assert order == sorted(order)
    programs["chief"].ask("/chains/none", 404)
    programs["chief"].ask("/segments/none", 404)


@pytest.mark.parametrize("role", SEERS)
def test_facts_are_those_of_the_page(
    role: Role, view: ScanView, programs: Programs, clients: dict[Role, Client]
) -> None:
    for id in ("ic.eda", str(view.scan.findings["segment_id"][0])):
        text = clients[role].get(f"/segments/{id}/").content.decode()
        told = programs[role].ask(f"/segments/{id}")["segment"]
        facts = {f["id"]: f for g in told["groups"] for f in g["facts"]}
        shown = dict(re.findall(r'data-fact="(\w+)">(.*?)</dd>', text, re.S))
        assert set(facts) == set(shown)
        for name, fact in facts.items():
            assert ("withheld" in shown[name]) is fact["withheld"], (id, name)
            assert fact["value"] is None or not fact["withheld"]
            assert ("unknown" in shown[name]) is (fact["value"] is None and not fact["withheld"]), (id, name)


def test_an_output_of_two_firms_is_withheld_from_who_may_not_know_it(programs: Programs, lonely: str) -> None:
    for role, told in (("analyst", True), ("auditor", True), ("chief", False), ("leader", False)):
        found = output(programs[role].ask(f"/segments/{lonely}")["segment"])  # type: ignore[index]
        assert (found["value"] is not None, found["withheld"]) == (told, not told)


def test_nothing_withheld_follows_from_all_that_the_api_gives(
    programs: Programs, view: ScanView, lonely: str
) -> None:
    """Reckon every segment's output from the totals of clusters and all that is shown, by least squares."""
    clusters = programs["chief"].ask("/clusters")["clusters"]
    for cluster in (c for c in clusters if c["chains"]):
        rows = [s for c in cluster["chains"] for s in programs["chief"].ask(f"/chains/{c}")["segments"]]
        full = [s for c in cluster["chains"] for s in programs["analyst"].ask(f"/chains/{c}")["segments"]]
        exact = {s["id"]: output(s)["value"] for s in full}
        own = [s for s in rows if exact[s["id"]]]
        known = [[float(a is b) for b in own] for a in own if output(a)["value"] is not None]
        if cluster["output"]["value"] is not None:
            known.append([1.0] * len(own))
        if not own:
            continue
        matrix = np.array(known).reshape(-1, len(own))
        for at, segment in enumerate(own):
            parts = contributions(view).filter(pl.col("segment_id") == segment["id"])["made"]
            if not sensitive(len(parts), parts.sum(), float(parts.max() or 0.0)):  # type: ignore[arg-type]
                continue
            assert output(segment)["withheld"]
            wanted = np.eye(len(own))[at]
            rest = wanted - matrix.T @ np.linalg.lstsq(matrix.T, wanted, rcond=None)[0]
            assert np.abs(rest).max() > 1e-6, segment["id"]
    assert output(programs["chief"].ask(f"/segments/{lonely}")["segment"])["withheld"]


def test_amounts_are_told_with_the_digits_of_the_page(programs: Programs, view: ScanView) -> None:
    seen = 0
    for chain in view.catalogue.chains:
        full = programs["analyst"].ask(f"/chains/{chain}")["segments"]
        exact = {s["id"]: output(s)["value"] for s in full}
        for line in programs["chief"].ask(f"/chains/{chain}")["segments"]:
            told = output(line)["value"]
            if told is not None and told != exact[line["id"]]:
                seen += 1
                assert money(told)[0] == money(exact[line["id"]])[0]
    assert seen


@pytest.mark.parametrize("role", SEERS)
def test_suppliers_are_those_of_the_page(
    role: Role, view: ScanView, programs: Programs, people: dict[Role, User]
) -> None:
    bought = purchases(view)
    assert bought is not None
    known, named, hidden = atlas(view, may(people[role], "see_exact_figures")), 0, 0
    for id in bought.group_by("segment_id").agg(pl.len()).sort("len", "segment_id")["segment_id"][-5:]:
        told = programs[role].ask(f"/segments/{id}")["segment"]["suppliers"]
        found = page.suppliers_of(view, known, known.nodes[id], people[role])
        assert found is not None
        assert [p["name"] for p in told["places"]] == [p.name for p in found[0]]
        for place, line in zip(told["places"], found[0], strict=True):
            assert place["amount"]["withheld"] is place["share"]["withheld"] is (line.amount is None)
            assert (place["amount"]["value"] is None) is (line.amount is None)
            few = 0 < line.suppliers < 3 and not known.exact
            assert place["suppliers"] == {"value": None if few else line.suppliers, "withheld": few}
            named += len(place["largest"])
            hidden += line.amount is None
        assert told["total"]["withheld"] is (found[1] is None)
    assert bool(named) is may(people[role], "see_links")
    assert not hidden or not known.exact


@pytest.mark.parametrize("role", SEERS)
def test_firms_are_those_that_a_role_may_see(
    role: Role, view: ScanView, programs: Programs, people: dict[Role, User]
) -> None:
    placed = view.scan.placements.join(view.dataset.firms.filter(pl.col("place") == "local"), on="firm_id")
    busy = placed.group_by("segment_id").agg(pl.col("district").n_unique()).sort("district", "segment_id")
    id = str(busy["segment_id"][-1])
    told = programs[role].ask(f"/segments/{id}")["segment"]["firms"]
    assert (told is not None) is may(people[role], "see_firm")
    node = atlas(view, may(people[role], "see_exact_figures")).nodes[id]
    if told is not None:
        shown = page.firms_of(view, node, people[role])
        assert [f["id"] for f in told] == [r["firm_id"] for r in shown]
        exact = may(people[role], "see_exact_figures")
        assert all(f["output"]["withheld"] is not exact for f in told)
        if role == "district":
            assert {f["district"] for f in told} == {people[role].district}


def said(low: float | None, high: float | None, unknown: str) -> str:
    """A severity as pages write it: a number, or a range."""
    if low is None or high is None:
        return unknown
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def test_findings_remedies_and_history_are_those_of_the_page(
    programs: Programs, view: ScanView, people: dict[Role, User]
) -> None:
    valued = 0
    for id in view.scan.findings["segment_id"].unique().sort()[:6]:
        for role in ("analyst", "chief", "leader"):
            told = programs[role].ask(f"/segments/{id}")["segment"]
            node_exact = may(people[role], "see_exact_figures")
            node = atlas(view, node_exact).nodes[id]
            findings = page.findings_of(view, node, people[role])
            assert [f["entry"] for f in told["findings"]] == [f["entry"].pk for f in findings]
            remedies = page.remedies_of(view, findings, people[role])
            assert [(r["remedy"], [c["name"] for c in r["candidates"]]) for r in told["remedies"]] == [
                (r["remedy"], [c["name"] for c in r["candidates"]]) for r in remedies
            ]
            assert [h["scan"] for h in told["history"]] == [
                h["scan"] for h in page.history_of(node, view.city, node_exact)
            ]
            for past, line in zip(told["history"], page.history_of(node, view.city, node_exact), strict=True):
                assert said(past["low"], past["high"], "") == line["severity"]
                few = 0 < line["firms"] < 3 and not node_exact
                assert past["firms"] == {"value": None if few else line["firms"], "withheld": few}
            for finding, line in zip(told["findings"], findings, strict=True):
                severity = finding["severity"]
                assert severity["withheld"] is not node_exact
                known = [severity["value"]] * 2 if node_exact else [severity["low"], severity["high"]]
                assert said(*known, "—") == line["severity"]
            worth = page.worth_of(view, node, node_exact)
            assert (told["worth"] is None) is (worth is None)
            if worth is not None:
                assert {n: told["worth"][n] for n in ("value", "low", "high", "withheld")} == {
                    "value": worth.value, "low": worth.low, "high": worth.high, "withheld": not node_exact,
                }  # fmt: skip
                valued += 1
            if role == "chief":
                for finding in told["findings"]:
                    what = {"single_source": "one supplier has over 80% of local purchases"}
                    words = what.get(finding["kind"], finding["kind_name"])
                    assert finding["headline"] == f"{node.segment.name.en}: {words}"
    if view.scan.values.height:
        assert valued
