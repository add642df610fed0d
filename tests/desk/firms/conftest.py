"""A desk that knows a scan of 300 firms, and what tests ask of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings as DjangoSettings

from chainmend.desk import scans
from chainmend.desk.demo import Scanned
from chainmend.desk.firms.frames import local_firms
from chainmend.desk.home import Home
from chainmend.desk.scans.models import Dataset, ScanRun
from chainmend.desk.scans.view import ScanView


@pytest.fixture
def view(db: None, settings: DjangoSettings, scanned: tuple[Home, tuple[Scanned, Scanned]]) -> ScanView:
    """The last scan; no list was held against it. Its folder is everybody's: write nothing there."""
    settings.DESK_HOME = scanned[0]
    one = scanned[1][1]
    kept = Dataset.objects.create(
        folder=one.folder, city=one.dataset.place.city, date=one.dataset.date, synthetic=True
    )
    ScanRun.objects.create(dataset=kept, state=ScanRun.DONE, finished=timezone.now(), scan_id=one.scan.id)
    found = scans.current()
    assert found is not None
    return found


@pytest.fixture
def firm(view: ScanView) -> dict[str, Any]:
    """The local firm that makes most; it is on a segment."""
    row = local_firms(view).sort("output", "firm_id", descending=[True, False]).row(0, named=True)
    assert row["segment_id"]
    return row


def other_segment(view: ScanView, firm: dict[str, Any]) -> str:
    """A segment that a firm is not on."""
    return next(s for s in sorted(view.catalogue.segments) if s not in firm["segments"])
