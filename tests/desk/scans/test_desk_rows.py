"""What analysts accepted at the desk is a row of the next scan, and the manifest says so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import polars as pl
import pytest
from tests.desk.conftest import QUICK

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.chain.catalogue import load_catalogue
from chainmend.dataset import Dataset, Place
from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.home import Home
from chainmend.desk.scans.desk_rows import desk_rows, told, with_desk_rows
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.scans.runs import ask
from chainmend.desk.worklist.models import Entry, Need
from chainmend.scanning import scan
from chainmend.tables import TABLES, empty
from chainmend.workflow import Role


@pytest.fixture
def city() -> Dataset:
    tables = {"firms": empty("firms"), "needs": needs(("n1", "old"), ("desk-7", "before"))}
    return Dataset(Place("杭州市"), dt.date(2025, 12, 31), tables)


def needs(*rows: tuple[str, str]) -> pl.DataFrame:
    made = [
        {
            "need_id": id, "reporter_id": "F1", "segment_id": "ic.eda", "text": text,
            "date": dt.date(2025, 6, 1), "verified": True,
        }
        for id, text in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema=empty("needs").schema)


def test_rows_are_added_sorted_and_win_over_those_of_the_same_key(city: Dataset) -> None:
    found = with_desk_rows(city, {"needs": needs(("desk-9", "new"), ("desk-7", "after"))})
    assert dict(found.tables["needs"].select("need_id", "text").iter_rows()) == {
        "desk-7": "after", "desk-9": "new", "n1": "old",
    }  # fmt: skip
    assert found.tables["needs"]["need_id"].to_list() == ["desk-7", "desk-9", "n1"]
    TABLES["needs"].validate(found.tables["needs"])
    assert found.fingerprint != city.fingerprint
    again = with_desk_rows(city, {"needs": needs(("desk-7", "after"), ("desk-9", "new"))})
    assert again.fingerprint == found.fingerprint
    assert city.tables["needs"].height == 2


def test_a_table_that_the_dataset_lacks_is_made(city: Dataset) -> None:
    bare = dataclasses.replace(city, tables={"firms": empty("firms")})
    assert with_desk_rows(bare, {"needs": needs(("desk-1", "x"))}).tables["needs"].height == 1
    nothing = with_desk_rows(bare, {"needs": empty("needs")})
    assert "needs" not in nothing.tables
    assert nothing.fingerprint == bare.fingerprint


def test_only_accepted_needs_of_a_firm_or_institute_are_rows(people: dict[Role, User]) -> None:
    leader, analyst = people["leader"], people["analyst"]
    for who, state in (
        (leader, "accepted"),
        (leader, "refused"),
        (leader, "reported"),
        (analyst, "accepted"),
    ):
        Need.objects.create(
            organisation=who.organisation, person=who, segment_id="ic.eda", text=state, state=state
        )
    rows = desk_rows()["needs"]
    assert rows.select("reporter_id", "segment_id", "text", "verified").rows() == [
        ("F-LEAD", "ic.eda", "accepted", True)
    ]
    assert rows["need_id"][0].startswith("desk-")
    TABLES["needs"].validate(rows)


def test_the_next_scan_finds_an_accepted_need(
    scanned_desk: tuple[Scanned, Scanned], people: dict[Role, User], own_home: object, settings: object
) -> None:
    home = own_home()  # type: ignore[operator]
    assert isinstance(home, Home)
    settings.DESK_HOME = home  # type: ignore[attr-defined]
    (home.folder / "settings.yaml").write_text(json.dumps(QUICK.model_dump(mode="json")), "utf-8")
    firm = (
        scanned_desk[1]
        .dataset.firms.filter(pl.col("leader") & (pl.col("place") == "local"))
        .row(0, named=True)
    )
    organisation = people["leader"].organisation
    organisation.firm_id = firm["firm_id"]
    organisation.save()
    found = Entry.objects.filter(kind="reported").values_list("segment_id", flat=True)
    segment = next(s for s in load_catalogue(DEFAULT_CATALOGUE).segments if s not in set(found))
    Need.objects.create(
        organisation=organisation, person=people["leader"], segment_id=segment, text="12 sets a month",
        state=Need.ACCEPTED,
    )  # fmt: skip
    last = ScanRun.objects.order_by("-pk").first()
    assert last is not None
    run = ask(last.dataset, people["analyst"])
    run.refresh_from_db()
    assert (run.state, run.error) == (ScanRun.DONE, "")
    manifest = json.loads((run.path / "manifest.json").read_text("utf-8"))
    assert manifest["desk"] == {"needs": 1}
    assert run.scan_id != last.scan_id
    entry = Entry.objects.get(kind="reported", segment_id=segment)
    assert "12 sets a month" in entry.summary_en


def test_without_decisions_the_scan_is_the_same(scanned_desk: tuple[Scanned, Scanned]) -> None:
    one = scanned_desk[1]
    rows = desk_rows()
    data = with_desk_rows(one.dataset, rows)
    assert data.fingerprint == one.dataset.fingerprint
    assert told(one.scan, rows).id == one.scan.id
    assert told(one.scan, rows).manifest["desk"] == {}


def test_the_same_decisions_give_the_same_scan(city: Dataset) -> None:
    catalogue = load_catalogue(DEFAULT_CATALOGUE)
    ids = {
        scan(with_desk_rows(city, {"needs": rows}), catalogue, QUICK).id
        for rows in (needs(("desk-1", "a"), ("desk-2", "b")), needs(("desk-2", "b"), ("desk-1", "a")))
    }
    assert len(ids) == 1
