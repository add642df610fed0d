"""Scans, the record and who asks."""

from __future__ import annotations

import json

from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.visibility import ACTIONS, may
from chainmend.desk.worklist.models import Event
from chainmend.desk.worklist.record import GENESIS, verify
from chainmend.workflow import Role

from .conftest import Programs


def test_scans_come_newest_first_with_manifest_and_what_was_not_checked(
    scanned_desk: tuple[Scanned, Scanned], programs: Programs
) -> None:
    found = programs["auditor"].ask("/scans")
    assert [s["scan"] for s in found["scans"]] == [s.scan.id for s in reversed(scanned_desk)]
    assert (found["page"], found["pages"], found["total"]) == (1, 1, 2)
    run = programs["auditor"].ask(f"/scans/{found['scans'][0]['number']}")["run"]
    assert run["manifest"] == json.loads(json.dumps(dict(scanned_desk[1].scan.manifest)))
    assert len(run["not_checked"]) == scanned_desk[1].scan.not_checked.height
    assert run["changes"] == Event.objects.filter(scan_id=run["scan"]).count() > 0
    for number in (0, -1, 10**6, 2**80):
        programs["auditor"].ask(f"/scans/{number}", 404)
    programs["auditor"].ask("/scans", 404, page=2)


def test_a_scan_that_failed_or_whose_folder_is_gone_is_told(
    scanned_desk: tuple[Scanned, Scanned], programs: Programs
) -> None:
    run = ScanRun.objects.latest("pk")
    ScanRun.objects.filter(pk=run.pk).update(state="failed", error="no firms", scan_id="")
    told = programs["analyst"].ask(f"/scans/{run.pk}")["run"]
    assert (told["state"], told["error"], told["manifest"], told["not_checked"]) == (
        "failed",
        "no firms",
        None,
        [],
    )
    ScanRun.objects.filter(pk=run.pk).update(state="done", scan_id="S-gone", finished=None)
    assert programs["analyst"].ask(f"/scans/{run.pk}")["run"]["manifest"] is None


def test_the_head_of_the_record_is_its_last_event(
    programs: Programs, scanned_desk: tuple[Scanned, Scanned]
) -> None:
    told = programs["auditor"].ask("/record")["record"]
    last = Event.objects.latest("number")
    assert (told["events"], told["hash"]) == (last.number, last.hash)
    assert verify() == (told["events"], None)


def test_an_empty_record_begins_with_zeros(programs: Programs) -> None:
    assert programs["auditor"].ask("/record")["record"] == {"events": 0, "hash": GENESIS, "at": None}


def test_who_asks(programs: Programs, people: dict[Role, User]) -> None:
    for role, person in people.items():
        if role == "admin":
            continue
        told = programs[role].ask("/me")["me"]
        assert (told["role"], told["username"]) == (role, role)
        assert told["may"] == [a for a in ACTIONS if may(person, a)]
        assert told["district"] == (person.district or None)
