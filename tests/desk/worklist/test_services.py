"""What scans do to the list: open, close after two, send back, relapse."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import polars as pl
import pytest
from tests.desk.conftest import QUICK

from chainmend.desk.demo import Scanned
from chainmend.desk.worklist import record
from chainmend.desk.worklist.models import Entry, Event
from chainmend.desk.worklist.services import apply_scan
from chainmend.scanning import Scan


def again(scan: Scan, day: int, without: str | None = None) -> Scan:
    """The same scan some days later, with or without one finding."""
    date = (dt.date.fromisoformat(scan.manifest["date"]) + dt.timedelta(days=day)).isoformat()
    findings = scan.findings.filter(pl.col("finding_id") != without) if without else scan.findings
    manifest = {**scan.manifest, "date": date, "scan_id": f"S{day:016d}", "id": f"S{day:016d}"}
    return dataclasses.replace(scan, findings=findings, manifest=manifest)


@pytest.fixture
def chosen(scanned_desk: tuple[Scanned, Scanned]) -> Entry:
    """An entry that the last scan found."""
    found = scanned_desk[1].scan.findings["finding_id"].to_list()
    entry = Entry.objects.filter(finding_id__in=found).order_by("pk").first()
    assert entry is not None
    return entry


def state(entry: Entry) -> str:
    entry.refresh_from_db()
    return entry.state


def test_a_scan_opens_and_a_second_time_changes_nothing(scanned_desk: tuple[Scanned, Scanned]) -> None:
    assert Entry.objects.count() == Event.objects.filter(action="opened").count() > 0
    before = record.verify()
    assert before[1] is None
    assert apply_scan(scanned_desk[1].scan, QUICK) == []
    assert record.verify() == before


@pytest.mark.parametrize(
    "was", ["detected", "confirmed", "assigned", "mending", "to_verify", "suspended", "rejected"]
)
def test_a_finding_gone_twice_closes_and_found_again_relapses(
    was: str, chosen: Entry, scanned_desk: tuple[Scanned, Scanned]
) -> None:
    scan = scanned_desk[1].scan
    put(chosen, was)
    apply_scan(again(scan, 30, chosen.finding_id), QUICK)
    assert state(chosen) == was
    apply_scan(again(scan, 60, chosen.finding_id), QUICK)
    assert state(chosen) == "closed"
    apply_scan(again(scan, 90), QUICK)
    assert state(chosen) == "relapsed"
    assert [e.action for e in chosen.events.filter(scan_id__startswith="S0").order_by("number")] == [
        "gone", "closed", "relapsed",
    ]  # fmt: skip
    assert not chosen.events.filter(after="closed", user__isnull=False).exists()
    assert record.verify()[1] is None


def put(entry: Entry, to: str) -> None:
    """Write an event that brings the entry to a state."""
    was, entry.state, entry.version = entry.state, to, entry.version + 1
    entry.save()
    record.append(entry, "confirm", before=was, at=entry.moved)


def test_an_entry_to_verify_that_is_still_found_goes_back_to_mending(
    chosen: Entry, scanned_desk: tuple[Scanned, Scanned]
) -> None:
    put(chosen, "to_verify")
    apply_scan(again(scanned_desk[1].scan, 30), QUICK)
    assert state(chosen) == "mending"
    last = chosen.events.order_by("-number").first()
    assert last is not None
    assert (last.action, last.before, last.after) == ("still_there", "to_verify", "mending")
    assert json.loads(last.content)["scan"] == last.scan_id
    assert record.verify()[1] is None


def test_other_states_stay_where_people_put_them(
    chosen: Entry, scanned_desk: tuple[Scanned, Scanned]
) -> None:
    put(chosen, "rejected")
    apply_scan(again(scanned_desk[1].scan, 30), QUICK)
    assert state(chosen) == "rejected"


def test_a_remedy_that_people_chose_stays(chosen: Entry, scanned_desk: tuple[Scanned, Scanned]) -> None:
    from chainmend.desk.accounts.models import Organisation

    proposed = dict(scanned_desk[1].scan.remedies.select("finding_id", "remedy").iter_rows())
    assert chosen.remedy == (proposed.get(chosen.finding_id) or "")
    chosen.owner, chosen.remedy = Organisation.objects.create(name="x"), "stock"
    chosen.save()
    apply_scan(again(scanned_desk[1].scan, 30), QUICK)
    chosen.refresh_from_db()
    assert chosen.remedy == "stock"
