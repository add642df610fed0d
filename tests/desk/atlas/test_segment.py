"""What the segment page tells of one firm, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
from django.test import Client

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.atlas import segment as page
from chainmend.desk.atlas import views
from chainmend.desk.atlas.reading import atlas, contributions, nobody, purchases
from chainmend.desk.demo import Scanned
from chainmend.desk.scans.view import ScanView
from chainmend.desk.suppression import sensitive
from chainmend.desk.visibility import may
from chainmend.i18n import speaking
from chainmend.workflow import Role


@pytest.fixture
def view(scanned_desk: tuple[Scanned, Scanned]) -> ScanView:
    found = scans.current()
    assert found is not None
    return found


@pytest.fixture
def lonely(view: ScanView) -> Iterator[str]:
    """A segment of the current scan that has lost all its local firms but two; every demo segment has more."""
    made = contributions(view).sort("segment_id", "firm_id")
    id = str(made["segment_id"][0])
    kept = made.filter(pl.col("segment_id") == id)["firm_id"].head(2).to_list()
    gone = made.filter((pl.col("segment_id") == id) & ~pl.col("firm_id").is_in(kept))["firm_id"].to_list()
    placed = view.scan.placements.filter(~((pl.col("segment_id") == id) & pl.col("firm_id").is_in(gone)))
    view.__dict__["scan"] = replace(view.scan, placements=placed)
    forget_frames()
    yield id
    forget_frames()


def forget_frames() -> None:
    """Read the frames of the scan anew: this one was changed under its id."""
    for kept in (atlas, contributions, purchases):
        kept.cache_clear()


def test_an_output_of_two_firms_is_withheld_from_who_may_not_know_it(
    clients: dict[Role, Client], lonely: str
) -> None:
    for role, told in (("analyst", True), ("auditor", True), ("chief", False), ("district", False)):
        text = clients[role].get(f"/segments/{lonely}/").content.decode()  # type: ignore[index]
        fact = re.search(r'data-fact="output">(.*?)</dd>', text, re.S)
        assert fact is not None
        assert ("withheld" not in fact[1]) is told, role


def test_nothing_withheld_follows_from_the_total_of_the_cluster(view: ScanView, lonely: str) -> None:
    seen, exact = atlas(view, False), atlas(view, True)
    assert seen.nodes[lonely].output is None
    for cluster in (c for c in view.catalogue.clusters if c.chains):
        nodes = [n for n in seen.of(cluster) if exact.nodes[n.segment.id].output]
        hidden = [exact.nodes[n.segment.id] for n in nodes if n.output is None]
        if not hidden or seen.outputs[cluster.id] is None:
            continue
        parts = contributions(view).filter(pl.col("segment_id").is_in([n.segment.id for n in hidden]))
        assert not sensitive(parts["firm_id"].n_unique(), parts["made"].sum(), parts["made"].max())


def test_all_sensitive_segments_are_withheld(view: ScanView, lonely: str) -> None:
    seen = atlas(view, False)
    made = (
        contributions(view)
        .group_by("segment_id")
        .agg(pl.len().alias("n"), pl.col("made").sum(), pl.col("made").max().alias("most"))
    )
    told = [s for s, n, total, most in made.iter_rows() if sensitive(n, total, most) and seen.nodes[s].output]
    assert told == []


def test_suppliers_are_named_to_who_may_see_links_alone(
    people: dict[Role, User], clients: dict[Role, Client], view: ScanView
) -> None:
    bought = purchases(view)
    assert bought is not None
    id = str(bought.group_by("segment_id").agg(pl.len()).sort(["len", "segment_id"])["segment_id"][-1])
    named = bought.filter(pl.col("segment_id") == id).sort("amount", descending=True)["name"][0]
    for role in ("analyst", "auditor", "promoter", "scientist", "district", "leader", "chief"):
        text = clients[role].get(f"/segments/{id}/").content.decode()
        table = text[text.index('id="suppliers"') :].split("</section>")[0]
        assert (str(named) in table) is may(people[role], "see_links"), role


def test_purchases_by_place_sum_to_what_was_bought(people: dict[Role, User], view: ScanView) -> None:
    known = atlas(view, True)
    bought = purchases(view)
    assert bought is not None
    for id, total in (
        bought.group_by("segment_id").agg(pl.col("amount").sum()).sort("segment_id").head(20).iter_rows()
    ):
        found = page.suppliers_of(view, known, known.nodes[id], people["analyst"])
        assert found is not None
        places, shown = found
        assert shown == pytest.approx(total)
        assert sum(p.amount or 0.0 for p in places) == pytest.approx(total)
        assert total == pytest.approx(known.nodes[id].facts["purchases"])


def test_shares_are_shown_only_with_the_whole_table_of_places(
    people: dict[Role, User], view: ScanView
) -> None:
    seen, held = atlas(view, False), 0
    for id, node in seen.nodes.items():
        found = page.suppliers_of(view, seen, node, people["chief"])
        assert found is not None
        if any(p.amount is None for p in found[0]):
            held += 1
            for name in ("self_sufficiency", "outside_share", "foreign_share", "source_hhi"):
                assert node.facts[name] is None, (id, name)
        assert node.facts["top_share"] is None  # a share of one firm
    assert held


def test_firms_are_those_that_a_role_may_see(
    people: dict[Role, User], clients: dict[Role, Client], view: ScanView
) -> None:
    placed = view.scan.placements.join(view.dataset.firms.filter(pl.col("place") == "local"), on="firm_id")
    busy = placed.group_by("segment_id").agg(pl.col("district").n_unique()).sort(["district", "segment_id"])
    id = str(busy["segment_id"][-1])
    node = atlas(view, True).nodes[id]
    every = {r["firm_id"] for r in page.firms_of(view, node, people["analyst"])}
    assert every == set(placed.filter(pl.col("segment_id") == id)["firm_id"])
    district = page.firms_of(view, node, people["district"])
    assert {r["district"] for r in district} <= {people["district"].district}
    assert all(r["made"] is None for r in district)
    assert page.firms_of(view, node, people["leader"]) == []
    assert 'id="firms"' not in clients["chief"].get(f"/segments/{id}/").content.decode()


def test_findings_are_shown_to_who_may_see_their_entries(people: dict[Role, User], view: ScanView) -> None:
    id = str(view.scan.findings["segment_id"][0])
    node = atlas(view, True).nodes[id]
    expected = set(view.scan.findings.filter(pl.col("segment_id") == id)["finding_id"])
    assert {f["finding_id"] for f in page.findings_of(view, node, people["chief"])} == expected
    assert page.findings_of(view, node, people["leader"]) == []


def test_history_has_a_line_a_scan_newest_first(
    scanned_desk: tuple[Scanned, Scanned], view: ScanView
) -> None:
    node = atlas(view, True).nodes["ic.eda"]
    lines = page.history_of(node, view.city, True)
    assert [line["scan"] for line in lines] == [s.scan.id for s in reversed(scanned_desk)]
    assert lines[0]["firms"] == node.facts["firms"]


def test_a_segment_that_nobody_here_makes_says_so_first(clients: dict[Role, Client], view: ScanView) -> None:
    node = next(n for n in atlas(view, True).nodes.values() if n.facts["firms"])
    nobody_here = replace(node, kinds=(), facts={**node.facts, "firms": 0})
    with speaking("en"):
        assert page.lead(view, node) == ""
        assert (
            page.lead(view, nobody_here) == "Nobody here makes it: all that is used here comes from outside."
        )
        fragile = replace(nobody_here, kinds=("fragile_segment",))
        fragile = replace(fragile, facts={**fragile.facts, "knock_out_loss": 0.025})
        assert "would lose 2.5% of its output" in page.lead(view, fragile)
    empty = [s for s, n in atlas(view, True).nodes.items() if n.facts.get("firms") == 0]
    text = clients["chief"].get(f"/segments/{empty[0]}/").content.decode()
    assert text.index("Nobody here makes it") < text.index("Found by the scan")


def test_a_scan_without_a_firm_of_the_city_says_so_first(
    clients: dict[Role, Client], view: ScanView, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not nobody(view)
    monkeypatch.setattr(views, "nobody", lambda _view: True)
    for url in ("/", "/segments/ic.eda/", "/chains/integrated-circuits/"):
        assert "hold no firm of the city" in clients["chief"].get(url).content.decode()


def test_a_count_of_few_firms_is_withheld_with_their_output(view: ScanView) -> None:
    exact, seen = atlas(view, True).nodes, atlas(view, False).nodes
    few = [s for s, n in exact.items() if 0 < (n.facts.get("firms") or 0) < 3]
    assert all("firms" in seen[s].withheld for s in few)
    assert all("firms" not in n.withheld for s, n in seen.items() if s not in few)
