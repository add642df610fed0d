"""The table of transitions as the desk keeps it: every role, state and action; two movers; nobody closes by hand."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.worklist import record, services
from chainmend.desk.worklist.colours import flag
from chainmend.desk.worklist.models import Entry, Event
from chainmend.errors import DeskError
from chainmend.workflow import ROLES, STATES, TRANSITIONS, Role, Transition

from .conftest import MakeEntry

LATER = (timezone.localdate() + dt.timedelta(days=20)).isoformat()
# role -> (state -> actions) written by hand from the design's table, not from the code
OPENED = ("detected", "under_review", "relapsed", "confirmed")
NEW = {"confirm", "reject", "explain"}
HOLDS, MENDS = {"take", "give_back", "state_reason"}, {"progress", "submit", "state_reason"}
EXPECTED: dict[str, dict[str, set[str]]] = {
    "analyst": {
        "detected": NEW | {"review"}, "under_review": NEW, "relapsed": NEW | {"review"}, "rejected": {"reopen"},
        "confirmed": {"reject", "assign", "suspend", "name_partner", "explain"}, "returned": {"assign", "explain"},
        "assigned": {"reassign", "reschedule", "suspend", "remind", "name_partner"},
        "mending": {"reassign", "reschedule", "suspend", "remind", "name_partner"}, "suspended": {"resume"},
    },
    "promoter": {"assigned": HOLDS, "mending": MENDS},
    "scientist": {
        "confirmed": {"name_partner"}, "assigned": HOLDS | {"name_partner"},
        "mending": MENDS | {"name_partner"},
    },
    "district": {"assigned": HOLDS, "mending": MENDS},
    "leader": {s: {"verify_evidence"} for s in (*OPENED, "assigned", "mending")},
    "chief": {s: {"decide", "prioritise"} for s in STATES if s not in ("rejected", "closed")},
    "auditor": {}, "admin": {},
}  # fmt: skip
for _state, _more in (
    ("confirmed", {"suspend"}), ("assigned", {"suspend", "remind"}), ("mending", {"suspend", "remind"}),
    ("suspended", {"resume"}),
):  # fmt: skip
    EXPECTED["chief"][_state] |= _more
REMEDY = {"promoter": "attract", "scientist": "develop"}


def given(rule: Transition, user: User) -> dict[str, Any]:
    every = {
        "owner": str(user.organisation_id), "party": str(user.organisation_id), "remedy": "attract", "due": LATER,
        "until": LATER, "reason": "why", "note": "what", "step": "talks", "priority": "2", "verdict": "true",
    }  # fmt: skip
    return {n: every[n] for n in rule.required}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", STATES)
def test_a_role_may_in_a_state_exactly_what_the_design_says(
    role: Role, state: str, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    user = people[role]
    entry = make_entry(state=state, owner=user.organisation, remedy=REMEDY.get(role, "ally"))
    done = set()
    for action, rule in TRANSITIONS.items():
        before = (entry.state, entry.version, Event.objects.count())
        try:
            event = services.move(entry.pk, action, user, given(rule, user), entry.version)
        except DeskError:
            entry.refresh_from_db()
            assert (entry.state, entry.version, Event.objects.count()) == before
            continue
        done.add(action)
        assert event.after == (rule.target or state)
        Entry.objects.filter(pk=entry.pk).update(state=state, owner=user.organisation, remedy=entry.remedy)
        entry.refresh_from_db()
    assert done == EXPECTED[role].get(state, set())


def test_nobody_closes_by_hand(people: dict[Role, User], make_entry: MakeEntry) -> None:
    assert "closed" not in {t.target for t in TRANSITIONS.values()}
    entry = make_entry(state="to_verify")
    for user in people.values():
        for action in ("close", "closed", "still_there", "relapsed", "opened"):
            with pytest.raises(DeskError):
                services.move(entry.pk, action, user, {"state": "closed"}, entry.version)
    services.move(make_entry(2).pk, "confirm", people["analyst"], {"state": "closed", "target": "closed"}, 1)
    assert not Entry.objects.filter(state="closed").exists()


def test_a_bureau_takes_only_what_is_assigned_to_it_with_its_remedy(
    people: dict[Role, User], make_entry: MakeEntry
) -> None:
    mine = people["promoter"].organisation
    others = make_entry(1, "assigned", owner=people["scientist"].organisation, remedy="attract")
    wrong = make_entry(2, "assigned", owner=mine, remedy="develop")
    right = make_entry(3, "assigned", owner=mine, remedy="attract")
    for entry in (others, wrong):
        with pytest.raises(DeskError, match="your role may make"):
            services.move(entry.pk, "take", people["promoter"], {"step": "talks"}, 1)
    assert services.move(right.pk, "take", people["promoter"], {"step": "talks"}, 1).after == "mending"


@pytest.mark.parametrize("action", [a for a, t in TRANSITIONS.items() if t.required])
def test_what_a_move_asks_for_must_be_given(
    action: str, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    rule = TRANSITIONS[action]
    user = people[rule.roles[0]]
    for number, name in enumerate(rule.required):
        entry = make_entry(
            number, rule.sources[-1], owner=user.organisation, remedy=REMEDY.get(user.what, "ally")
        )
        with pytest.raises(DeskError, match="nothing given for"):
            services.move(entry.pk, action, user, given(rule, user) | {name: "  "}, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("due", "soon"), ("due", "2020-01-01"), ("owner", "99999"), ("owner", "x"), ("remedy", "pray")],
)
def test_what_is_given_must_be_possible(
    name: str, value: str, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    entry, user = make_entry(state="confirmed"), people["analyst"]
    with pytest.raises(DeskError, match=value):
        services.move(entry.pk, "assign", user, given(TRANSITIONS["assign"], user) | {name: value}, 1)
    entry.refresh_from_db()
    assert (entry.state, entry.version, entry.owner) == ("confirmed", 1, None)


def test_an_assignment_is_kept_and_recorded(people: dict[Role, User], make_entry: MakeEntry) -> None:
    entry, home = make_entry(state="confirmed"), people["promoter"].organisation
    data = {"owner": str(home.pk), "remedy": "attract", "due": LATER, "state": "closed", "version": "9"}
    event = services.move(entry.pk, "assign", people["analyst"], data, 1)
    entry.refresh_from_db()
    assert (entry.state, entry.owner, entry.remedy, entry.due.isoformat()) == (
        "assigned",
        home,
        "attract",
        LATER,
    )
    assert json.loads(event.content)["data"] == {
        "owner": home.pk, "owner_name": home.name, "remedy": "attract", "due": LATER,
    }  # fmt: skip
    assert record.verify()[1] is None


def test_who_looked_at_an_older_version_is_told_who_moved_it(
    people: dict[Role, User], make_entry: MakeEntry
) -> None:
    entry = make_entry()
    services.move(entry.pk, "confirm", people["analyst"], {}, 1)
    with pytest.raises(services.StaleEntry, match="analyst person"):
        services.move(entry.pk, "reject", people["analyst"], {"reason": "no"}, 1)
    entry.refresh_from_db()
    assert entry.state == "confirmed"


def test_what_a_person_may_not_see_is_not_there(people: dict[Role, User], make_entry: MakeEntry) -> None:
    entry = make_entry()
    with pytest.raises(DeskError, match="no entry"):
        services.move(entry.pk, "verify_evidence", people["leader"], {"verdict": "true", "note": "x"}, 1)


@pytest.fixture
def on_disk(make_entry: MakeEntry, tmp_path: Path) -> Iterator[Entry]:
    """An entry in a database file, which threads open for themselves; the tests' own is in memory."""
    if connection.vendor != "sqlite":
        yield make_entry()
        return
    entry, name = make_entry(), connection.settings_dict["NAME"]
    connection.ensure_connection()
    with closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=WAL")  # as `desk init` leaves it; the switch waits for nobody
    connection.settings_dict["NAME"] = str(tmp_path / "desk.sqlite3")
    yield entry
    connection.settings_dict["NAME"] = name


def in_threads(*works: Callable[[], None]) -> None:
    def closing_after(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=closing_after, args=(w,)) for w in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_at_once_one_wins_and_the_other_is_told(
    people: dict[Role, User], on_disk: Entry
) -> None:
    start, ends, found = threading.Barrier(2), [], []

    def mover(action: str) -> None:
        start.wait()
        try:
            services.move(on_disk.pk, action, people["analyst"], {"reason": "no"}, 1)
            ends.append("won")
        except services.StaleEntry as error:
            ends.append("told" if error.last and error.last.user == people["analyst"] else "told wrongly")

    in_threads(lambda: mover("confirm"), lambda: mover("reject"))
    assert sorted(ends) == ["told", "won"]
    in_threads(lambda: found.extend([record.verify(), Entry.objects.get(pk=on_disk.pk).version]))
    assert found == [(2, None), 2]


def test_chasing_is_no_movement(people: dict[Role, User], make_entry: MakeEntry) -> None:
    long_ago = timezone.now() - dt.timedelta(days=40)
    entry = make_entry(state="assigned", moved=long_ago, owner=people["district"].organisation, remedy="ally")
    services.move(entry.pk, "remind", people["chief"], {}, 1)
    entry.refresh_from_db()
    assert entry.moved == long_ago
    services.move(entry.pk, "take", people["district"], {"step": "talks"}, 2)
    entry.refresh_from_db()
    assert entry.moved > long_ago


def test_a_stated_reason_is_kept_and_is_no_movement(people: dict[Role, User], make_entry: MakeEntry) -> None:
    long_ago = timezone.now() - dt.timedelta(days=40)
    mine = make_entry(state="mending", moved=long_ago, owner=people["district"].organisation, remedy="ally")
    assert flag(mine).colour == "yellow"
    services.move(mine.pk, "state_reason", people["district"], {"reason": "the site is not ready"}, 1)
    waits = make_entry(2, "confirmed", moved=long_ago)
    services.move(waits.pk, "explain", people["analyst"], {"reason": "the budget is not there"}, 1)
    for entry, reason in ((mine, "the site is not ready"), (waits, "the budget is not there")):
        entry.refresh_from_db()
        assert entry.moved == long_ago
        assert flag(entry).colour == "none"
        assert flag(entry).words.startswith("reason stated on")
        last = entry.events.order_by("-number").first()
        assert last is not None
        assert json.loads(last.content)["data"] == {"reason": reason}
    assert record.verify()[1] is None


def test_a_second_reminder_on_a_day_is_refused_in_words(
    people: dict[Role, User], make_entry: MakeEntry
) -> None:
    entry = make_entry(state="assigned", owner=people["district"].organisation, remedy="ally")
    services.move(entry.pk, "remind", people["chief"], {"note": "decide"}, 1)
    with pytest.raises(DeskError, match="chief person reminded them today already"):
        services.move(entry.pk, "remind", people["analyst"], {}, 2)
    entry.refresh_from_db()
    assert (entry.version, entry.events.filter(action="remind").count()) == (2, 1)
