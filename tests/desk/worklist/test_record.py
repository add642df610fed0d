"""Whoever changes the record or the list behind the desk's back is found; through the desk nobody can."""

from __future__ import annotations

import pytest
from django.db import connection

from chainmend.desk.accounts.models import User
from chainmend.desk.worklist import record, services
from chainmend.desk.worklist.models import Event
from chainmend.errors import DeskError
from chainmend.workflow import Role

from .conftest import MakeEntry


@pytest.fixture
def written(people: dict[Role, User], make_entry: MakeEntry) -> None:
    """A record of four events: two entries opened, the first one confirmed and suspended."""
    first, _second = make_entry(1), make_entry(2)
    services.move(first.pk, "confirm", people["analyst"], {"note": "as it is"}, 1)
    services.move(first.pk, "suspend", people["chief"], {"until": "2999-01-01", "reason": "wait"}, 2)


def test_a_whole_record_holds(written: None) -> None:
    assert record.verify() == (4, None)


@pytest.mark.parametrize(
    ("change", "number", "why"),
    [
        ("UPDATE worklist_event SET content = replace(content, 'as it', 'as I') WHERE number = 3", 3, "content"),
        ("UPDATE worklist_event SET action = 'reject' WHERE number = 3", 3, "copy"),
        ("UPDATE worklist_event SET at = '2020-01-01 00:00:00' WHERE number = 2", 2, "copy"),
        ("UPDATE worklist_event SET user_id = NULL WHERE number = 4", 4, "copy"),
        ("DELETE FROM worklist_event WHERE number = 2", 2, "number"),
        ("DELETE FROM worklist_event WHERE number = 4", 4, "entry"),
        ("UPDATE worklist_entry SET state = 'closed' WHERE id = 'E000000000001'", 5, "entry"),
        ("UPDATE worklist_entry SET version = 9 WHERE id = 'E000000000002'", 5, "entry"),
    ],
)  # fmt: skip
def test_a_change_in_the_database_is_found_and_named(
    written: None, change: str, number: int, why: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(change)
        assert cursor.rowcount == 1
    broken = record.verify()[1]
    assert broken is not None
    assert (broken.number, broken.why) == (number, why)


def test_a_change_with_a_new_hash_breaks_the_next_link(written: None) -> None:
    event = Event.objects.get(number=3)
    content = event.content.replace("as it is", "as I like")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE worklist_event SET content = %s, hash = %s WHERE number = 3",
            [content, record.digest(content)],
        )
    assert record.verify() == (3, record.Broken(4, "before"))


def test_through_the_desk_events_are_only_added(written: None) -> None:
    event = Event.objects.get(number=3)
    event.action = "reject"
    for change in (
        event.save,
        event.delete,
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.filter(number=3).update(action="reject"),
        lambda: Event.objects.bulk_update([event], ["action"]),
    ):
        with pytest.raises(DeskError, match="a change of the record"):
            change()
    assert record.verify() == (4, None)
