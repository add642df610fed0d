"""A decision on a placement reaches the next scan, and only there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings as DjangoSettings

from chainmend.dataset import Dataset as City
from chainmend.dataset import Place
from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.firms import corrections
from chainmend.desk.firms.corrections import StaleDecision, decide, standing, with_decisions
from chainmend.desk.firms.frames import local_firms
from chainmend.desk.firms.models import Decision
from chainmend.desk.home import Home
from chainmend.desk.scans import runs
from chainmend.desk.scans.models import Dataset
from chainmend.desk.scans.view import ScanView
from chainmend.errors import DeskError
from chainmend.tables import empty
from chainmend.workflow import Role

from .conftest import other_segment

QUICK_YAML = "value: {draws: 0, top: 5}\nsensitivity: {draws: 0, step: 0, missing_links: 0}\n"
Clients = dict[Role, Client]


def small(firms: list[str], overrides: list[tuple[str, str]] = ()) -> City:  # type: ignore[assignment]
    """A city of a few firms without products."""
    rows = [
        {"firm_id": f, "name": f, "country": "CHN", "city": "示例市", "status": "active", "leader": False}
        for f in firms
    ]
    tables = {"firms": pl.DataFrame(rows, schema=empty("firms").schema)}
    if overrides:
        tables["overrides"] = pl.DataFrame(
            [{"firm_id": f, "segment_id": s} for f, s in overrides], schema=empty("overrides").schema
        )
    return City(Place("示例市"), dt.date(2026, 6, 30), tables, synthetic=True)


def test_the_row_of_a_decision(view: ScanView, firm: dict[str, Any], people: dict[Role, User]) -> None:
    target = other_segment(view, firm)
    made = decide(view, firm, "move", people["analyst"], version=0, segment_id=target, note=" they moved ")
    assert made.before == [[s, w] for s, w in zip(firm["segments"], firm["weights"], strict=True)]
    assert (made.after, made.version, made.scan_id) == ([[target, None]], 1, view.scan_id)
    city, told = with_decisions(view.dataset, view.catalogue)
    assert told == {"firms": 1, "rows": 1, "not_in_data": 0, "not_in_catalogue": 0}
    day = timezone.localtime(made.at).date()
    assert city.table("overrides").rows() == [(firm["firm_id"], target, None, "analyst", day, "they moved")]
    assert city.fingerprint != view.dataset.fingerprint
    again, _told = with_decisions(view.dataset, view.catalogue)
    assert again.fingerprint == city.fingerprint


def test_what_stands_is_the_last_decision(
    view: ScanView, firm: dict[str, Any], people: dict[Role, User]
) -> None:
    for version, verdict in enumerate(("accept", "none", "withdraw")):
        decide(view, firm, verdict, people["analyst"], version=version)
    assert standing()[firm["firm_id"]].verdict == "withdraw"
    assert Decision.objects.count() == 3
    city, told = with_decisions(view.dataset, view.catalogue)
    assert city is view.dataset
    assert told["firms"] == 0


def test_decisions_are_only_added(view: ScanView, firm: dict[str, Any], people: dict[Role, User]) -> None:
    made = decide(view, firm, "none", people["analyst"], version=0)
    made.verdict = "accept"
    for change in (
        made.save, made.delete, Decision.objects.all().delete, lambda: Decision.objects.update(verdict="accept"),
    ):  # fmt: skip
        with pytest.raises(DeskError, match="what is written stays"):
            change()


@pytest.mark.parametrize(
    ("verdict", "more"), [("move", {"segment_id": "no-such"}), ("move", {}), ("withdraw", {}), ("", {})]
)
def test_what_cannot_be_decided(
    verdict: str, more: dict[str, str], view: ScanView, firm: dict[str, Any], people: dict[Role, User]
) -> None:
    with pytest.raises(DeskError, match="the decision"):
        decide(view, firm, verdict, people["analyst"], version=0, **more)
    with pytest.raises(DeskError, match="somebody who reviews"):
        decide(view, firm, "none", people["auditor"], version=0)
    with pytest.raises(DeskError, match="501 letters"):
        decide(view, firm, "none", people["analyst"], version=0, note="x" * 501)
    nowhere = firm | {"segments": None, "weights": None}
    with pytest.raises(DeskError, match="a placement to accept"):
        decide(view, nowhere, "accept", people["analyst"], version=0)


def test_the_desk_wins_over_the_dataset_firm_by_firm_and_tells_what_it_leaves_out(
    view: ScanView, people: dict[Role, User]
) -> None:
    segments = sorted(view.catalogue.segments)[:2]

    def said(firm_id: str, after: list[list[Any]]) -> None:
        Decision.objects.create(
            firm_id=firm_id, name=firm_id, verdict="move", before=[], after=after, scan_id="S1",
            by=people["analyst"], version=1,
        )  # fmt: skip

    said("A", [["none", None]])
    said("B", [[segments[0], 0.25], [segments[1], 0.75]])
    said("C", [["gone.segment", None]])
    said("away", [["none", None]])
    city, told = with_decisions(
        small(["A", "B", "C", "D"], [("A", segments[0]), ("C", segments[0]), ("D", "none")]), view.catalogue
    )
    assert told == {"firms": 2, "rows": 3, "not_in_data": 1, "not_in_catalogue": 1}
    rows = city.table("overrides").select("firm_id", "segment_id", "weight").rows()
    assert rows == [
        ("A", "none", None), ("B", segments[0], 0.25), ("B", segments[1], 0.75), ("C", segments[0], None),
        ("D", "none", None),
    ]  # fmt: skip


def test_two_people_decide_about_the_same_firm(
    view: ScanView, firm: dict[str, Any], people: dict[Role, User], clients: Clients
) -> None:
    sent = {"firm": firm["firm_id"], "version": "0", "tab": "doubtful"}
    assert clients["analyst"].post("/placements/decide/", sent | {"verdict": "accept"}).status_code == 302
    late = clients["analyst"].post("/placements/decide/", sent | {"verdict": "none"})
    assert late.status_code == 409
    text = late.content.decode()
    assert "analyst person decided before you: accepted" in text
    assert 'name="version" value="1"' in text
    assert Decision.objects.count() == 1
    with pytest.raises(StaleDecision):
        decide(view, firm, "none", people["analyst"], version=0)


def test_two_at_the_same_moment(
    view: ScanView, firm: dict[str, Any], people: dict[Role, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either wrote: the database takes one, and the other is told."""
    rows = corrections._rows

    def other_is_quicker(*given: Any) -> list[list[Any]]:
        monkeypatch.setattr(corrections, "_rows", rows)
        decide(view, firm, "accept", people["analyst"], version=0)
        return rows(*given)

    monkeypatch.setattr(corrections, "_rows", other_is_quicker)
    with pytest.raises(StaleDecision, match="analyst person decided before you"):
        decide(view, firm, "none", people["analyst"], version=0)
    assert [d.verdict for d in Decision.objects.all()] == ["accept"]


@pytest.fixture
def own_desk(
    db: None,
    own_home: Callable[[], Home],
    scanned: tuple[Home, tuple[Scanned, Scanned]],
    settings: DjangoSettings,
) -> Dataset:
    """A city of 300 firms in a folder of the test's own, not scanned by this desk yet."""
    settings.DESK_HOME = own_home()
    Path(settings.DESK_HOME.folder / "settings.yaml").write_text(QUICK_YAML, "utf-8")
    data = scanned[1][1]
    return Dataset.objects.create(
        folder=data.folder, city=data.dataset.place.city, date=data.dataset.date, synthetic=True
    )


def test_decisions_reach_the_next_scan(own_desk: Dataset, clients: Clients, people: dict[Role, User]) -> None:
    first = runs.ask(own_desk, None)
    first.refresh_from_db()
    before = scans.current()
    assert before is not None
    assert before.scan.manifest["corrections"]["firms"] == 0
    moved, off, kept = local_firms(before).sort("output", descending=True).head(3).to_dicts()
    target = other_segment(before, moved)
    for sent in (
        {"firm": moved["firm_id"], "segment": target, "note": "visited"},
        {"firm": off["firm_id"], "verdict": "none"},
        {"firm": kept["firm_id"], "verdict": "accept"},
    ):
        assert clients["analyst"].post("/placements/decide/", sent | {"version": "0"}).status_code == 302
    assert scans.current() == before  # nothing changes before the next scan
    waiting = clients["analyst"].get("/placements/?tab=decided").content.decode()
    assert waiting.count(">from the next scan on</td>") == 3

    second = runs.ask(own_desk, None)
    second.refresh_from_db()
    assert (second.state, second.error) == ("done", "")
    assert second.scan_id != first.scan_id
    now = scans.current()
    assert now is not None
    manifest = now.scan.manifest
    assert manifest["corrections"] == {"firms": 3, "rows": 3, "not_in_data": 0, "not_in_catalogue": 0}
    assert manifest["dataset"]["fingerprint"] != before.scan.manifest["dataset"]["fingerprint"]
    assert any("3" in n for n in manifest["notes"])
    placed = now.scan.placements.filter(pl.col("firm_id").is_in([f["firm_id"] for f in (moved, off, kept)]))
    rows = dict(
        zip(placed["firm_id"], placed.select("segment_id", "basis", "confidence").rows(), strict=True)
    )
    assert rows == {
        moved["firm_id"]: (target, "override", 1.0),
        kept["firm_id"]: (kept["segment_id"], "override", 1.0),
    }
    told = clients["analyst"].get("/placements/?tab=decided").content.decode()
    assert told.count(">in the last scan</td>") == 3
    read = {
        r: "visited" in clients[r].get(f"/firms/{moved['firm_id']}/").content.decode()
        for r in ("analyst", "auditor", "promoter")
    }
    assert read == {"analyst": True, "auditor": True, "promoter": False}
    assert "3 / 0" in clients["analyst"].get(f"/scans/{second.pk}/").content.decode()

    third = runs.ask(own_desk, None)  # same data, same decisions: the same scan
    third.refresh_from_db()
    assert third.scan_id == second.scan_id
