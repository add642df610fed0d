"""Scans that run by themselves, at the times that somebody set."""

from __future__ import annotations

import datetime as dt

from chainmend.desk.scans.models import ScanRun


def run_due(now: dt.datetime) -> list[ScanRun]:  # noqa: ARG001  (no schedule is kept yet)
    """Ask for the scans that are due and return their runs."""
    return []
