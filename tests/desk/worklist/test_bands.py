"""Whoever sees no exact figures cannot reckon the share of the one supplier back, whatever they collect.

Two worlds are made that differ in that share alone, both above the cut: everything a role can read of the one is, to
the letter, what it reads of the other. Then no attacker, however clever, knows more of the share than the cut.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.desk.api.conftest import doors as api_doors
from tests.desk.conftest import QUICK

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.atlas import earlier, reading
from chainmend.desk.demo import Scanned, take
from chainmend.desk.figures import Figures, figures, level, ranks, severity_range, step
from chainmend.desk.home import Home
from chainmend.desk.scans import view as scan_view
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.scans.view import ScanView
from chainmend.desk.visibility import may
from chainmend.desk.worklist.listing import ORDERS, VIEWS
from chainmend.desk.worklist.models import Entry
from chainmend.gaps.severity import geometric
from chainmend.scanning import Scan
from chainmend.workflow import ROLES, Role

from .conftest import MakeEntry

LESS, MORE = 0.82, 0.97
BLIND: tuple[Role, ...] = ("promoter", "scientist", "district", "leader", "chief", "admin")
Clients = dict[Role, Client]


def altered(scan: Scan, segment: str, share: float | None) -> Scan:
    """A scan whose segment buys this share from one supplier; nothing is single there where None."""
    rows = []
    for row in scan.findings.iter_rows(named=True):
        if row["segment_id"] == segment:
            if share is None and row["kind"] == "single_source":
                continue
            row |= moved(row, 0.3 if share is None else share)
        rows.append(row)
    told = {"top_share": share or 0.3, "supplier_hhi": (share or 0.3) ** 2}
    here = pl.col("segment_id") == segment
    facts = scan.segment_facts.with_columns(
        pl.when(here).then(pl.lit(v)).otherwise(pl.col(n)).alias(n) for n, v in told.items()
    )
    loss = pl.when(here).then(pl.lit(1.05e7 + (share or 0) * 9e6)).otherwise("value").alias("value")
    return dataclasses.replace(
        scan,
        findings=pl.DataFrame(rows, schema=scan.findings.schema, orient="row").sort(
            "severity", descending=True
        ),
        segment_facts=facts,
        values=scan.values.with_columns(loss) if scan.values.height else scan.values,
    )


def moved(row: dict[str, Any], share: float) -> dict[str, Any]:
    proof = json.loads(row["evidence"])
    for name, value in (("top_share", share), ("supplier_hhi", share**2)):
        if name in proof["facts"]:
            proof["facts"][name] = value
    if row["kind"] == "single_source":
        proof["rows"][0]["share"] = share
    c, r = (row[n] if row[n] is not None else 0.5 for n in ("criticality", "recovery"))
    words = {n: f"{row[n]} {share:.0%}" for n in ("summary_zh", "summary_en")}
    return {
        "exposure": share, "severity": round(geometric(c, share, r), 2), "evidence": json.dumps(proof), **words,
    }  # fmt: skip


def bought(frame: pl.DataFrame | None, segment: str, share: float) -> pl.DataFrame | None:
    """What was bought, with this share of the segment from its largest supplier and the same total of every buyer."""
    if frame is None:
        return None
    own = frame.filter(pl.col("segment_id") == segment)
    if own.is_empty():
        return frame
    top = (
        own.group_by("supplier_id")
        .agg(pl.col("amount").sum())
        .sort("amount", "supplier_id")["supplier_id"][-1]
    )
    first = pl.col("supplier_id") == top
    part = pl.when(first).then(share).otherwise(1 - share)
    both = pl.col("supplier_id").n_unique().over("buyer_id") > 1
    total = pl.col("amount").sum().over("buyer_id")
    group = pl.col("amount").sum().over("buyer_id", first)
    changed = own.with_columns(
        amount=pl.when(both).then(pl.col("amount") / group * total * part).otherwise("amount")
    )
    return pl.concat([frame.filter(pl.col("segment_id") != segment), changed])


@pytest.fixture
def segment(scanned: tuple[Home, tuple[Scanned, Scanned]]) -> str:
    """The segment of the gravest finding of a single source."""
    found = scanned[1][1].scan.findings.filter(pl.col("kind") == "single_source")
    return str(found["segment_id"][0])


@pytest.fixture
def world(
    people: dict[Role, User],
    scanned: tuple[Home, tuple[Scanned, Scanned]],
    segment: str,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Callable[[float], Any]:
    """Opens a desk on which the segment buys a share from one supplier; nothing of it is left when it is closed."""
    settings.DESK_HOME = scanned[0]
    true, told = reading.purchases, {"share": LESS}

    def mine(view: ScanView) -> pl.DataFrame | None:
        return bought(true(view), segment, told["share"])

    def parts() -> list[ModuleType]:
        return [m for n, m in list(sys.modules.items()) if n.startswith("chainmend.desk.") and m is not None]

    def forget() -> None:
        scan_view.forget()
        for kept in {
            v for m in parts() for v in vars(m).values() if callable(getattr(v, "cache_clear", None))
        }:
            kept.cache_clear()

    @contextmanager
    def opened(share: float) -> Iterator[list[Entry]]:
        forget()
        before, after = scanned[1]
        told["share"] = share
        new = altered(after.scan, segment, share)
        with transaction.atomic():
            take(dataclasses.replace(before, scan=altered(before.scan, segment, None)), QUICK)
            take(dataclasses.replace(after, scan=new), QUICK)
            now = scans.current()
            assert now is not None
            for one in (now, earlier.past(now.city)[0]):
                one.__dict__["scan"] = new
            for module in parts():
                if vars(module).get("purchases") in (true, mine):
                    monkeypatch.setattr(module, "purchases", mine)
            entries = list(Entry.objects.filter(segment_id=segment).order_by("pk"))
            for entry in entries:
                entry.parties.add(people["leader"].organisation)
                entry.district = people["district"].district
                entry.state, entry.owner, entry.remedy = (
                    "assigned",
                    people["promoter"].organisation,
                    "attract",
                )
                entry.due = timezone.localdate() - dt.timedelta(days=1)
                entry.save()
            yield entries
            transaction.set_rollback(True)
        forget()

    return opened


def addresses(entries: list[Entry]) -> list[str]:
    segment, cluster = entries[0].segment_id, entries[0].cluster_id
    return [
        "/", "/firms/", "/our-firm/", "/targets/", "/targets/export/", "/placements/",
        "/my-work/", "/verify/", "/needs/", "/record/", "/scans/", "/data/", "/list/", "/list/?order=loss",
        "/list/?order=priority", f"/list/?cluster={cluster}", f"/list/?q={segment}", f"/list/?q={segment}&order=loss",
        "/list/?changed=worsened", "/list/?changed=1", "/list/export/", f"/list/export/?q={segment}",
        *(f"/list/{e.pk}/" for e in entries), *(f"/list/?q={e.pk}" for e in entries), f"/segments/{segment}/",
        f"/chains/{cluster}/", f"/chains/{cluster}/?at={segment}", f"/chains/{cluster}/?pull={segment}",
    ]  # fmt: skip


def read(client: Client, address: str) -> str:
    """What the page says, but for what is drawn anew each time, and hashes, which say nothing."""
    answer = client.get(address)
    text = answer.content.decode("utf-8")
    text = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"', "", text)
    text = re.sub(r'<time datetime="[^"]*">', "", text)
    text = re.sub(r'(<span class="hash">\d+) · [^<]*</span>', r"\1", text)
    text = re.sub(r"<b class=\"num\">\d{4}-\d\d-\d\d \d\d:\d\d</b>", "", text)
    return f"{answer.status_code}\n{text}"


def test_nobody_without_the_right_tells_the_two_worlds_apart(
    world: Callable[[float], Any], clients: Clients, people: dict[Role, User]
) -> None:
    seen: list[dict[tuple[str, str], str]] = []
    for share in (LESS, MORE):
        with world(share) as entries:
            assert any(e.kind == "single_source" for e in entries)
            seen.append(
                {
                    (role, address): read(clients[role], address)
                    for role in (*BLIND, "analyst")
                    for address in addresses(entries)
                }
            )
    assert seen[0].keys() == seen[1].keys()
    apart = sorted(key for key, text in seen[0].items() if text != seen[1][key])
    assert [key for key in apart if key[0] != "analyst"] == []
    known = {address for role, address in apart if role == "analyst"}
    assert {"/list/", "/list/export/"} <= known  # the worlds do differ for who may know
    assert sum(a.startswith("/list/E") for a in known) > 0
    assert sum(text.startswith("200") for (role, _a), text in seen[0].items() if role == "chief") > 15
    assert {r for r in ROLES if not may(people[r], "see_exact_figures")} == set(BLIND)


DRAWN = frozenset({"scan", "scanned", "hash", "at", "moved", "asked", "started", "finished"})
"""What is anew each time the desk is made: ids of scans, moments, hashes."""


def doors(entries: list[Entry], run: int) -> dict[str, list[str]]:
    """Address of the API -> what to ask for there."""
    segment, chain, found = entries[0].segment_id, entries[0].chain_id, api_doors()
    asked = {
        "/entries": [
            "", *(f"?order={o}" for o in ORDERS), *(f"?view={v}" for v in VIEWS), f"?q={segment}", "?changed=true",
            f"?q={segment}&order=loss", "?kind=single_source", "?kind=single_source&order=loss", "?page=2",
            *(f"?q={e.pk}" for e in entries),
        ],
        "/entries/{id}": [e.pk for e in entries],
        "/chains/{id}": [chain],
        "/segments/{id}": [segment],
        "/scans/{number}": [str(run)],
        "/{path:rest}": ["no/thing"],
    }  # fmt: skip
    assert asked.keys() < found.keys()
    return {path: asked.get(path, [""]) for path in found}


def told(client: Client, address: str) -> str:
    """What the API answers, but for what is anew each time."""
    answer = client.get(f"/api/v1{address}", headers={"Accept-Language": "en"})
    return f"{answer.status_code}\n{json.dumps(without(answer.json()), sort_keys=True)}"


def without(value: Any) -> Any:
    if isinstance(value, dict):
        return {n: without(v) for n, v in value.items() if n not in DRAWN}
    return [without(v) for v in value] if isinstance(value, list) else value


def test_nor_does_anybody_by_program(world: Callable[[float], Any], clients: Clients) -> None:
    seen: list[dict[tuple[str, str], str]] = []
    for share in (LESS, MORE):
        with world(share) as entries:
            run = ScanRun.objects.latest("pk").pk
            asked = {
                (path, words): re.sub(r"\{[^}]*\}", "", path) + words
                for path, every in doors(entries, run).items()
                for words in every
            }
            seen.append(
                {
                    (role, f"{path} {words if path != '/scans/{number}' else ''}"): told(
                        clients[role], address
                    )
                    for role in (*BLIND, "analyst")
                    for (path, words), address in asked.items()
                }
            )
    assert seen[0].keys() == seen[1].keys()
    apart = sorted(key for key, text in seen[0].items() if text != seen[1][key])
    assert [key for key in apart if key[0] != "analyst"] == []
    known = {address.split()[0] for role, address in apart if role == "analyst"}
    assert {"/entries", "/entries/{id}", "/segments/{id}"} <= known
    answered = {
        a.split()[0] for (role, a), text in seen[0].items() if role == "chief" and text.startswith("200")
    }
    assert answered == {
        "/me", "/entries", "/entries/{id}", "/clusters", "/chains", "/chains/{id}", "/segments/{id}", "/openapi.json",
    }  # fmt: skip


@pytest.mark.parametrize("share", [0.805, LESS, 0.9, MORE, 1.0])
def test_the_true_severity_is_in_the_range_and_the_range_the_same(
    share: float, make_entry: MakeEntry
) -> None:
    entry = make_entry(1, exposure=share, recovery=0.7, severity=geometric(0.25, share, 0.7))
    found = severity_range(entry)
    assert found is not None
    assert entry.severity is not None
    assert found[0] <= entry.severity <= found[1]
    assert found == severity_range(make_entry(2, exposure=0.81, recovery=0.7, severity=1.0))
    assert entry.severity_rank == sum(found) // 2


def test_bands_hold_what_they_are_of() -> None:
    for value in (0.003, 0.01, 0.99, 1.0, 1.999, 2.0, 4.9, 5.0, 9.99, 10.0, 12345.6, 3.7e9):
        low, high = step(value)
        assert low <= value < high
        assert high / low in (2.0, pytest.approx(2.5))
    for value in (0.0, 0.2, 0.21, 0.5, 0.8, 0.801, 1.0):
        low, high = level(value)
        assert low <= value <= high


def test_an_entry_that_names_a_firm_bands_its_criticality_too(make_entry: MakeEntry) -> None:
    one = make_entry(1, firm_id="F1", criticality=0.21, recovery=0.7)
    other = make_entry(2, firm_id="F1", criticality=0.45, recovery=0.7)
    assert severity_range(one) == severity_range(other)
    assert ranks(one) == ranks(other)
    assert severity_range(make_entry(3, criticality=0.21, recovery=0.7)) != severity_range(
        make_entry(4, criticality=0.45, recovery=0.7)
    )


def test_who_sees_exact_figures_sees_them(make_entry: MakeEntry) -> None:
    entry = make_entry(loss=3e7, loss_low=1e7, loss_high=9e7)
    found, band = figures(entry, True), figures(entry, False)
    assert (found.severity, found.span, found.loss and found.loss.value) == ("48", "40–60", 3e7)
    assert [p.bar for p in found.parts] == [0.25, 0.9, None]
    assert isinstance(band, Figures)
    assert (band.severity, band.span) == ("40–50", "")
    assert band.loss is not None
    assert (band.loss.value, band.loss.low, band.loss.high) == (None, 2e7, 5e7)
    assert [p.bar for p in band.parts] == [0.5, 1.0, None]


def test_sums_of_losses_are_of_bands(clients: Clients, make_entry: MakeEntry) -> None:
    make_entry(1, loss=3.3e7, loss_low=1e7, loss_high=9e7)
    make_entry(2, segment_id="ic.ip", loss=7.7e7, loss_low=1e7, loss_high=9e7)
    for address, total in (("/list/", "70–150 m yuan a year"), ("/list/?q=ic.ip", "50–100 m yuan a year")):
        assert total in clients["chief"].get(address).content.decode()
    assert ">110 m yuan a year<" in clients["analyst"].get("/list/").content.decode()


def test_within_a_band_the_number_of_an_entry_decides_the_order(
    clients: Clients, make_entry: MakeEntry
) -> None:
    for number, share in ((1, 0.82), (2, 0.99), (3, 0.9)):
        make_entry(number, exposure=share, severity=100 * share, loss=share * 1e8, loss_low=0, loss_high=2e8)
    for order in ("severity", "loss"):
        told = {
            role: re.findall(
                r'href="/list/(E\d+)/"', clients[role].get(f"/list/?order={order}").content.decode()
            )
            for role in ("analyst", "chief")
        }
        assert told["analyst"] == ["E000000000002", "E000000000003", "E000000000001"]
        assert told["chief"] == ["E000000000001", "E000000000002", "E000000000003"]
