"""What leaves the desk says where it comes from, and holds no more than the person may see."""

from __future__ import annotations

import csv
import hashlib
import json
from io import StringIO

import pytest
from django.db import connection
from django.test import Client

from chainmend.desk.demo import Scanned
from chainmend.workflow import ROLES, Role

from .conftest import MakeEntry

Clients = dict[Role, Client]


def table(client: Client, address: str = "/list/export/") -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def test_every_row_names_scan_date_and_demo(clients: Clients, scanned_desk: tuple[Scanned, Scanned]) -> None:
    head, *rows = table(clients["analyst"])
    assert head[-3:] == ["Last scan", "Data to", "Demo data"]
    last = scanned_desk[1]
    assert {tuple(r[-3:]) for r in rows} == {(last.scan.id, last.dataset.date.isoformat(), "yes")}
    assert len(rows) > len(table(clients["analyst"], "/list/export/?kind=missing")) - 1 > 0


def test_a_person_exports_what_they_may_see(clients: Clients, make_entry: MakeEntry) -> None:
    make_entry(1, district="示例二区", summary_en="=HYPERLINK(1)")
    make_entry(2, district="示例九区")
    assert [len(table(clients[r])) for r in ("analyst", "district")] == [3, 2]
    assert "'=HYPERLINK(1)" in [c for row in table(clients["analyst"]) for c in row]
    assert not [c for row in table(clients["promoter"]) for c in row if "HYPERLINK" in c or "Firm A" in c]
    for role in ("leader", "admin"):
        assert clients[role].get("/list/export/").status_code == 404


@pytest.mark.parametrize("role", [r for r in ROLES if r != "auditor"])
def test_the_record_is_for_the_auditor(role: Role, clients: Clients) -> None:
    for address in ("/record/", "/record/events/"):
        assert clients[role].get(address).status_code == 404


def test_the_exported_record_can_be_checked_by_anybody(clients: Clients, make_entry: MakeEntry) -> None:
    for number in range(3):
        make_entry(number)
    assert "The record has 3 events" in clients["auditor"].get("/record/").content.decode()
    assert "The record is whole: 3 events" in clients["auditor"].get("/record/?check=1").content.decode()
    exported = clients["auditor"].get("/record/events/").content
    previous = "0" * 64
    for line in exported.decode().splitlines():
        event = json.loads(line)
        assert json.loads(event["content"])["previous"] == previous
        previous = hashlib.sha256(event["content"].encode()).hexdigest()
        assert event["hash"] == previous
    with connection.cursor() as cursor:
        cursor.execute("UPDATE worklist_event SET action = 'confirm' WHERE number = 2")
    assert "event 2 does not hold" in clients["auditor"].get("/record/?check=1").content.decode()
