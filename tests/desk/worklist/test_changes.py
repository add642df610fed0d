"""What changed since any earlier scan: net over all scans after it, and filtered by what it was."""

from __future__ import annotations

import csv
import datetime as dt
import re
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from chainmend.desk.scans.models import Dataset, ScanRun
from chainmend.desk.worklist import record
from chainmend.desk.worklist.changes import WAYS, changes, earlier
from chainmend.desk.worklist.models import Entry
from chainmend.workflow import Role

from .conftest import MakeEntry

Clients = dict[Role, Client]
DAYS = (90, 60, 30)
"""Ages of the three scans of the desk."""


@pytest.fixture
def runs(db: None) -> list[ScanRun]:
    """Three scans, oldest first."""
    made = []
    for days in DAYS:
        at = timezone.now() - dt.timedelta(days=days)
        data = Dataset.objects.create(
            folder=f"d{days}", city="某市", date=at.date(), synthetic=True, fingerprint=str(days)
        )
        made.append(ScanRun.objects.create(dataset=data, state=ScanRun.DONE, finished=at, scan_id=f"S{days}"))
    return made


def scanned(
    entry: Entry, days: int, action: str, before: float | None = None, after: float | None = None
) -> None:
    """A scan of that age did something to an entry, just before it was finished."""
    at = timezone.now() - dt.timedelta(days=days, minutes=1)
    entry.version += 1
    entry.state = {"closed": "closed", "relapsed": "relapsed"}.get(action, entry.state)
    entry.save()
    told = {"severity_before": before, "severity_after": after}
    record.append(entry, action, scan_id=f"S{days}", data=told, at=at)


@pytest.fixture
def history(make_entry: MakeEntry, runs: list[ScanRun]) -> dict[str, Entry]:
    """Entries by what became of them since the first scan."""
    names = ("worsened", "eased", "up and down", "closed", "relapsed", "opened", "gone", "same")
    made = {}
    for number, name in enumerate(names):
        made[name] = make_entry(number)
    scanned(made["worsened"], 60, "worsened", 40, 50)
    scanned(made["worsened"], 30, "worsened", 50, 71)
    scanned(made["eased"], 30, "eased", 60, 40)
    scanned(made["up and down"], 60, "worsened", 40, 55)
    scanned(made["up and down"], 30, "eased", 55, 40)
    scanned(made["closed"], 60, "gone", 40)
    scanned(made["closed"], 30, "closed")
    scanned(made["relapsed"], 60, "closed")
    scanned(made["relapsed"], 30, "relapsed", 40, 40)
    scanned(made["gone"], 30, "gone", 40)
    return made


def shown(client: Client, query: str) -> set[str]:
    page = client.get(f"/list/?{query}").content.decode()
    return set(re.findall(r'<b><a href="/list/(E\d+)/">', page))


@pytest.fixture(autouse=True)
def only_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scans of these tests have no folder, and the events of `make_entry` are older than every one of them."""
    monkeypatch.setattr("chainmend.desk.scans.current", lambda: None)
    true = record.append

    def append(entry: Entry, action: str, **more: object) -> object:
        if action == "opened":
            more["at"] = timezone.now() - dt.timedelta(days=100)
        return true(entry, action, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(record, "append", append)


def test_every_earlier_scan_can_be_compared_with(
    history: dict[str, Entry], runs: list[ScanRun], clients: Clients
) -> None:
    assert earlier() == [runs[1], runs[0]]
    assert record.verify()[1] is None
    pk = history["worsened"].pk
    assert changes([pk], runs[0])[pk].words == "worse 40→71"
    assert changes([pk], runs[1])[pk].words == "worse 50→71"
    assert changes([pk], runs[0], exact=False)[pk].words == "worse"
    for since, words in ((runs[0].pk, "worse 40→71"), (runs[1].pk, "worse 50→71")):
        assert words in clients["analyst"].get(f"/list/?since={since}").content.decode()
    chief = clients["chief"].get(f"/list/?since={runs[0].pk}").content.decode()
    assert "worse" in chief
    assert "→71" not in chief


def test_changes_are_net_over_all_scans_since(
    history: dict[str, Entry], runs: list[ScanRun], clients: Clients
) -> None:
    first = f"since={runs[0].pk}"
    assert changes([history["up and down"].pk], runs[0])[history["up and down"].pk].words == "same"
    for what in ("worsened", "eased", "closed", "relapsed", "gone"):
        assert shown(clients["analyst"], f"{first}&changed={what}") == {history[what].pk}, what
    second = shown(clients["analyst"], f"since={runs[1].pk}&changed=eased")
    assert second == {history["eased"].pk, history["up and down"].pk}
    assert history["same"].pk not in shown(clients["analyst"], f"{first}&changed=any")
    assert shown(clients["analyst"], f"{first}&changed=opened") == set()
    assert shown(clients["analyst"], f"{first}&changed=nonsense") == {
        e.pk for n, e in history.items() if n != "closed"
    }


def test_what_scans_did_since_is_in_the_export(
    history: dict[str, Entry], runs: list[ScanRun], clients: Clients
) -> None:
    for role, words in (("analyst", "worse 40→71"), ("chief", "worse")):
        answer = clients[role].get(f"/list/export/?since={runs[0].pk}&changed=worsened")  # type: ignore[index]
        head, *rows = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
        assert [dict(zip(head, r, strict=True))["Since then"] for r in rows] == [words]


def test_every_way_has_a_choice(clients: Clients, runs: list[ScanRun]) -> None:
    page = clients["analyst"].get("/list/").content.decode()
    assert all(f'<option value="{way}"' in page for way in (*WAYS, "any"))
