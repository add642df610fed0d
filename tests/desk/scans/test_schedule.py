"""When scans run by themselves."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from chainmend.desk.home import Home
from chainmend.desk.scans.models import Dataset, ScanRun, Schedule
from chainmend.desk.scans.schedule import next_time, run_due

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENTS = st.datetimes(
    dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1), timezones=st.sampled_from([SHANGHAI, dt.UTC])
)


@given(MOMENTS, st.integers(1, 7), st.integers(0, 23))
def test_weekly(after: dt.datetime, day: int, hour: int) -> None:
    due = next_time("weekly", day, hour, after)
    assert due > after
    assert due - after <= dt.timedelta(days=7)
    assert (due.isoweekday(), due.hour, due.minute, due.second) == (day, hour, 0, 0)


@given(MOMENTS, st.integers(1, 31), st.integers(0, 23))
def test_monthly(after: dt.datetime, day: int, hour: int) -> None:
    due = next_time("monthly", day, hour, after)
    assert due > after
    assert due - after <= dt.timedelta(days=31)
    last = calendar.monthrange(due.year, due.month)[1]
    assert (due.day, due.hour, due.minute) == (min(day, last), hour, 0)
    again = next_time("monthly", day, hour, due)
    assert (again.year * 12 + again.month) - (due.year * 12 + due.month) == 1


@pytest.mark.parametrize(
    ("rhythm", "day", "after", "due"),
    [
        ("monthly", 31, "2026-01-31T02:00", "2026-02-28T02:00"),
        ("monthly", 30, "2028-02-01T00:00", "2028-02-29T02:00"),
        ("monthly", 1, "2026-12-01T02:00", "2027-01-01T02:00"),
        ("weekly", 3, "2026-11-25T01:59", "2026-11-25T02:00"),
        ("weekly", 3, "2026-11-25T02:00", "2026-12-02T02:00"),
    ],
)
def test_known_times(rhythm: str, day: int, after: str, due: str) -> None:
    at = dt.datetime.fromisoformat(after).replace(tzinfo=SHANGHAI)
    assert next_time(rhythm, day, 2, at).isoformat() == f"{due}:00+08:00"


def standing(due: dt.datetime) -> Schedule:
    return Schedule.objects.create(rhythm="weekly", day=1, hour=2, due=due)


def test_what_is_due_is_asked_for_once(keep: Callable[..., Dataset]) -> None:
    dataset, now = keep(), timezone.now()
    schedule = standing(now - dt.timedelta(days=30))
    first, second = run_due(now), run_due(now)
    assert [r.dataset for r in first] == [dataset]
    assert first[0].by_schedule
    assert second == []
    schedule.refresh_from_db()
    assert now < schedule.due <= now + dt.timedelta(days=7)
    first[0].refresh_from_db()
    assert first[0].state == ScanRun.DONE


def test_nothing_is_asked_for_before_its_time_without_data_or_while_a_scan_waits(
    keep: Callable[..., Dataset],
) -> None:
    now = timezone.now()
    schedule = standing(now + dt.timedelta(minutes=1))
    assert run_due(now) == []
    Schedule.objects.update(due=now)
    assert run_due(now) == []
    dataset = keep()
    ScanRun.objects.create(dataset=dataset, beat=now)
    Schedule.objects.filter(pk=schedule.pk).update(due=now)
    assert run_due(now) == []
    assert ScanRun.objects.count() == 1


def test_what_killed_processes_left_is_swept_after_a_day(db: None, home: Home) -> None:
    left = [home.datasets / ".upload-a", home.scans / ".S1.x", home.scans / ".S1.x.old", home.scans / "S2"]
    for folder in left:
        folder.mkdir()
    now = timezone.now()
    run_due(now + dt.timedelta(hours=23))
    assert all(folder.is_dir() for folder in left)
    run_due(now + dt.timedelta(hours=25))
    assert [folder.is_dir() for folder in left] == [False, False, True, True]
