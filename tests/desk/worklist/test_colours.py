"""Red, yellow and blue: one entry and the database say the same."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from chainmend.desk.worklist.colours import COLOURS, condition, flag
from chainmend.desk.worklist.models import Entry
from chainmend.workflow import STATES

from .conftest import MakeEntry

TODAY = dt.date(2026, 3, 2)


def noon(days_ago: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(12)))


@pytest.mark.parametrize(
    ("state", "left", "still", "colour", "words"),
    [
        ("assigned", -1, 0, "red", "1 d overdue"),
        ("mending", -12, 50, "red", "12 d overdue"),
        ("mending", 0, 0, "blue", "0 d left"),
        ("mending", 14, 30, "blue", "14 d left"),
        ("mending", 15, 30, "none", "17 Mar 2026"),
        ("mending", 5, 31, "yellow", "31 d without movement"),
        ("under_review", None, 34, "yellow", "34 d without movement"),
        ("suspended", 3, 90, "blue", "3 d left"),
        ("to_verify", -5, 90, "none", "next scan"),
        ("closed", -5, 90, "none", "by a scan"),
        ("rejected", None, 90, "none", "—"),
    ],
)
def test_flag(
    state: str, left: int | None, still: int, colour: str, words: str, make_entry: MakeEntry
) -> None:
    due = TODAY + dt.timedelta(days=left) if left is not None else None
    found = flag(make_entry(state=state, due=due, moved=noon(still)), TODAY)
    assert (found.colour, found.words) == (colour, words)


@pytest.mark.parametrize(
    ("due", "stated", "colour", "words"),
    [
        (None, 30, "none", "reason stated on 31 Jan 2026"),
        (None, 31, "yellow", "50 d without movement"),
        (5, 2, "blue", "5 d left"),
        (-1, 2, "red", "1 d overdue"),
    ],
)
def test_a_stated_reason_holds_for_a_month(
    due: int | None, stated: int, colour: str, words: str, make_entry: MakeEntry
) -> None:
    until = TODAY + dt.timedelta(days=due) if due is not None else None
    found = flag(make_entry(state="mending", due=until, moved=noon(50), stated=noon(stated)), TODAY)
    assert (found.colour, found.words) == (colour, words)


def test_the_database_says_what_the_flag_says(make_entry: MakeEntry) -> None:
    number = 0
    for state in STATES:
        for left in (None, -1, 0, 14, 15):
            for still, stated in ((0, None), (30, None), (31, None), (50, 31), (50, 30), (31, 0)):
                number += 1
                due = TODAY + dt.timedelta(days=left) if left is not None else None
                said = noon(stated) if stated is not None else None
                make_entry(number, state, due=due, moved=noon(still), stated=said)
    for colour in COLOURS:
        by_database = set(Entry.objects.filter(condition(colour, TODAY)).values_list("pk", flat=True))
        by_flag = {e.pk for e in Entry.objects.all() if flag(e, TODAY).colour == colour}
        assert by_database == by_flag
        assert by_flag
