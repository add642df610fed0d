"""Scans that run by themselves, at the times that somebody set."""

from __future__ import annotations

import calendar
import datetime as dt

from django.utils import timezone

from chainmend.desk.scans.models import Dataset, ScanRun, Schedule
from chainmend.desk.scans.runs import ask, recover, sweep

_WEEK, _DECEMBER = 7, 12


def next_time(rhythm: str, day: int, hour: int, after: dt.datetime) -> dt.datetime:
    """Return the first moment of a rhythm later than `after`, in the time zone of `after`.

    Parameters
    ----------
    rhythm
        ``weekly`` or ``monthly``.
    day
        1 (Monday) to 7, or 1 to 31; a month that is shorter is met on its last day.
    hour
        0 to 23, of the time zone of `after`.

    Examples
    --------
    >>> next_time("monthly", 31, 2, dt.datetime(2026, 2, 3, tzinfo=dt.UTC)).isoformat()
    '2026-02-28T02:00:00+00:00'
    >>> next_time("weekly", 1, 6, dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC)).isoformat()
    '2026-11-30T06:00:00+00:00'
    """
    at = dt.time(hour, tzinfo=after.tzinfo)
    if rhythm == Schedule.WEEKLY:
        day_of = after.date() + dt.timedelta((day - after.isoweekday()) % _WEEK)
        found = dt.datetime.combine(day_of, at)
        return found if found > after else dt.datetime.combine(day_of + dt.timedelta(_WEEK), at)
    year, month = after.year, after.month
    found = dt.datetime.combine(_day_of_month(year, month, day), at)
    if found > after:
        return found
    year, month = (year + 1, 1) if month == _DECEMBER else (year, month + 1)
    return dt.datetime.combine(_day_of_month(year, month, day), at)


def _day_of_month(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def run_due(now: dt.datetime) -> list[ScanRun]:
    """Take up what a worker left, ask for the scans that are due, and return the new runs.

    Times that passed while nobody looked count once. While a scan waits or runs no other is asked for.
    """
    sweep(now)
    started = recover(now)
    for schedule in Schedule.objects.filter(due__lte=now):
        due = next_time(schedule.rhythm, schedule.day, schedule.hour, timezone.localtime(now))
        ours = Schedule.objects.filter(pk=schedule.pk, due=schedule.due).update(due=due)
        newest = Dataset.objects.first()
        if ours and newest is not None and not ScanRun.objects.filter(state__in=ScanRun.OPEN).exists():
            started.append(ask(newest, None, by_schedule=True))
    return started
