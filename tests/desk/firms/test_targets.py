"""Targets: who is proposed, how far talks are, the weekly sheet."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import polars as pl
import pytest
from django.test import Client

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.firms import targets as kept
from chainmend.desk.firms.models import TalkEvent
from chainmend.desk.scans.view import ScanView
from chainmend.desk.worklist.models import Entry
from chainmend.errors import DeskError
from chainmend.workflow import Role

Clients = dict[Role, Client]


@pytest.fixture
def view(scanned_desk: tuple[Scanned, Scanned]) -> ScanView:
    """The last scan, with the list that was held against it."""
    found = scans.current()
    assert found is not None
    return found


@pytest.fixture
def entry(view: ScanView) -> Entry:
    """An entry to be mended by attracting one of some firms."""
    rows = view.scan.remedies.filter((pl.col("remedy") == "attract") & (pl.col("candidates") != "[]"))
    ids = rows["finding_id"].to_list()
    found = Entry.objects.filter(finding_id__in=ids, remedy="attract").first()
    assert found is not None
    return found


def proposed(view: ScanView, entry: Entry) -> list[dict[str, Any]]:
    row = view.scan.remedies.filter(pl.col("finding_id") == entry.finding_id).row(0, named=True)
    return json.loads(row["candidates"])  # type: ignore[no-any-return]


def test_targets_are_those_the_scan_proposes_outside_the_city(
    view: ScanView, entry: Entry, people: dict[Role, User]
) -> None:
    wanted = proposed(view, entry)
    found = kept.targets([entry], people["analyst"], view)[entry.pk]
    assert [(t.firm_id, t.name, t.rank, t.why) for t in found] == [
        (c["candidate_id"], c["name"], c["rank"], c["en"]) for c in wanted
    ]
    assert {t.state for t in found} == {"contact"}
    places = dict(view.dataset.firms.select("firm_id", "place").iter_rows())
    assert "local" not in {places[t.firm_id] for t in found}
    assert all(t.place for t in found)
    hidden = kept.targets([entry], people["promoter"], view)[entry.pk]
    assert [(t.firm_id, t.why) for t in hidden] == [(t.firm_id, "") for t in found]
    assert kept.targets([entry], people["district"], view) == {}


def test_the_funnel(view: ScanView, entry: Entry, people: dict[Role, User], clients: Clients) -> None:
    promoter, first = people["promoter"], proposed(view, entry)[0]["candidate_id"]
    every = kept.counts(kept.states(promoter, view))
    assert set(every) == {"contact"}
    kept.keep(entry, first, "talks", promoter, view, version=0, note="met them")
    after = kept.counts(kept.states(promoter, view))
    assert (after["talks"], after["contact"]) == (1, every["contact"] - 1)
    with pytest.raises(DeskError, match="nothing given for: reason"):
        kept.keep(entry, first, "dropped", promoter, view, version=1)
    kept.keep(entry, first, "dropped", promoter, view, version=1, note="too dear")
    assert [e.state for e in TalkEvent.objects.order_by("id")] == ["talks", "dropped"]
    text = clients["promoter"].get("/targets/?state=dropped").content.decode()
    assert "too dear" in text
    assert (
        text.count('class="st st-')
        == Entry.objects.filter(segment_id=entry.segment_id, remedy="attract")
        .exclude(state__in=("closed", "rejected"))
        .count()
    )


def test_a_firm_the_scan_does_not_propose_any_more_stays_while_talks_are_kept(
    view: ScanView, entry: Entry, people: dict[Role, User], clients: Clients
) -> None:
    TalkEvent.objects.create(
        firm_id="gone", segment_id=entry.segment_id, name="Gone Ltd", state="talks", before="contact",
        by=people["promoter"], version=1,
    )  # fmt: skip
    last = kept.targets([entry], people["promoter"], view)[entry.pk][-1]
    assert (last.name, last.rank, last.state, last.version) == ("Gone Ltd", None, "talks", 1)
    text = clients["chief"].get(f"/targets/?entry={entry.pk}").content.decode()
    assert "does not propose it any more" in text
    assert "/targets/talk/" not in text


@pytest.mark.parametrize(
    ("state", "firm", "message"),
    [
        ("contact", None, "another state"),
        ("won", None, "another state"),
        ("talks", "F-OTHER", "no target F-OTHER"),
    ],
)
def test_what_cannot_be_written(
    state: str, firm: str | None, message: str, view: ScanView, entry: Entry, people: dict[Role, User]
) -> None:
    known = proposed(view, entry)[0]["candidate_id"]
    with pytest.raises(DeskError, match=message):
        kept.keep(entry, firm or known, state, people["promoter"], view, version=0)
    with pytest.raises(DeskError, match="somebody who keeps talks"):
        kept.keep(entry, known, "talks", people["analyst"], view, version=0)
    with pytest.raises(DeskError, match="501 letters"):
        kept.keep(entry, known, "talks", people["promoter"], view, version=0, note="x" * 501)


def test_two_promoters_write_about_the_same_firm(view: ScanView, entry: Entry, clients: Clients) -> None:
    sent = {
        "entry": entry.pk, "firm": proposed(view, entry)[0]["candidate_id"], "version": "0",
        "back": f"/targets/?entry={entry.pk}",
    }  # fmt: skip
    first = clients["promoter"].post("/targets/talk/", sent | {"state": "talks"})
    assert first["Location"] == f"/targets/?entry={entry.pk}"
    late = clients["promoter"].post("/targets/talk/", sent | {"state": "signed"}, follow=True)
    assert "promoter person wrote before you: in talks" in late.content.decode()
    assert TalkEvent.objects.count() == 1
    away = clients["promoter"].post("/targets/talk/", sent | {"back": "//elsewhere.example/targets/"})
    assert away["Location"] == "/targets/"
    assert clients["promoter"].post("/targets/talk/", sent | {"entry": "E-none"}).status_code == 404


def test_two_at_the_same_moment(
    view: ScanView, entry: Entry, people: dict[Role, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either wrote: the database takes one, and the other is told."""
    first, targets = proposed(view, entry)[0]["candidate_id"], kept.targets

    def other_is_quicker(*given: Any) -> Any:
        found = targets(*given)
        monkeypatch.setattr(kept, "targets", targets)
        kept.keep(entry, first, "signed", people["promoter"], view, version=0)
        return found

    monkeypatch.setattr(kept, "targets", other_is_quicker)
    with pytest.raises(kept.StaleTalk, match="promoter person wrote before you"):
        kept.keep(entry, first, "talks", people["promoter"], view, version=0)
    assert [e.state for e in TalkEvent.objects.all()] == ["signed"]


def test_the_weekly_sheet_carries_its_marks(
    view: ScanView, entry: Entry, people: dict[Role, User], clients: Clients
) -> None:
    first = proposed(view, entry)[0]
    kept.keep(entry, first["candidate_id"], "talks", people["promoter"], view, version=0, note="=SUM(1)")

    def table(role: Role) -> list[list[str]]:
        answer = clients[role].get("/targets/export/")
        assert answer["Content-Disposition"].startswith("attachment")
        return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))

    head, *rows = table("promoter")
    assert head[-3:] == ["Last scan", "Data to", "Demo data"]
    assert {tuple(r[-3:]) for r in rows} == {(view.scan_id, view.date.isoformat(), "yes")}
    at = {
        name: head.index(name)
        for name in ("No.", "Firm", "State of talks", "Note", "why", "Moved in the last 7 days")
    }
    mine = next(r for r in rows if r[at["No."]] == entry.pk and r[at["Firm"]] == first["name"])
    assert mine[at["State of talks"]] == "in talks"
    assert mine[at["Note"]] == "'=SUM(1)"
    assert mine[at["Moved in the last 7 days"]] == "yes"
    assert {r[at["why"]] for r in rows} == {""}
    assert first["en"] in {r[at["why"]] for r in table("analyst")[1:]}


def test_an_entry_leads_to_its_targets(view: ScanView, entry: Entry, clients: Clients) -> None:
    link = f"/targets/?entry={entry.pk}"
    assert link in clients["promoter"].get(f"/list/{entry.pk}/").content.decode()
    assert link not in clients["scientist"].get(f"/list/{entry.pk}/").content.decode()
    assert entry.pk in clients["promoter"].get(link).content.decode()
    other = Entry.objects.exclude(remedy="attract").first()
    assert other is not None
    assert clients["promoter"].get(f"/targets/?entry={other.pk}").status_code == 404
    assert clients["promoter"].get("/targets/?state=none").status_code == 200


def test_segments_lead_to_the_pages_of_firms(view: ScanView, firm: dict[str, Any], clients: Clients) -> None:
    text = clients["analyst"].get(f"/segments/{firm['segment_id']}/").content.decode()
    assert f'href="/firms/{firm["firm_id"]}/"' in text
