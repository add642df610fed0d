"""The bar on every page counts the sources whose update somebody owes and that is overdue."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from chainmend.desk import scans
from chainmend.desk.accounts.models import Organisation
from chainmend.desk.demo import Scanned, owe_tables
from chainmend.desk.scans.models import Dataset, Duty
from chainmend.desk.scans.overdue import overdue
from chainmend.desk.scans.sources import sources
from chainmend.desk.scans.view import ScanView
from chainmend.workflow import Role


@pytest.fixture
def view(scanned_desk: tuple[Scanned, Scanned]) -> ScanView:
    found = scans.current()
    assert found is not None
    return found


def test_nobody_owes_anything_until_it_is_said(view: ScanView) -> None:
    assert overdue(view, dt.date(2030, 1, 1)) is None


def test_a_source_is_overdue_from_the_day_after_it_was_due(view: ScanView) -> None:
    Duty.objects.create(table="customs", organisation=Organisation.objects.create(name="海关"), months=1)
    found = overdue(view, dt.date(2026, 7, 30))
    assert found is not None
    assert (found.owed, found.late) == (1, ())
    late = overdue(view, dt.date(2026, 8, 2))
    assert late is not None
    assert [(x.owed_by, x.due, x.days) for x in late.late] == [("海关", dt.date(2026, 7, 30), 3)]


def test_it_counts_as_the_page_of_data_does(view: ScanView, clients: dict[Role, Client]) -> None:
    owe_tables()
    today = timezone.localdate()
    dataset = Dataset.objects.get(folder=view.dataset_folder.name)
    told = {s.name for s in sources(dataset, today) if s.late}
    found = overdue(view, today)
    assert found is not None
    assert {x.name for x in found.late} == told


def test_who_sees_the_data_is_led_there_and_others_read_the_count(
    view: ScanView, clients: dict[Role, Client]
) -> None:
    owe_tables()
    for role, leads in (("analyst", True), ("auditor", True), ("chief", False), ("leader", False)):
        text = clients[role].get("/list/").content.decode()  # type: ignore[index]
        assert "of 9 sources overdue" in text
        bar = text[text.index('class="age"') : text.index('class="right"')]
        assert ('href="/data/"' in bar) is leads, role
