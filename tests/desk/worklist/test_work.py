"""The person's own page: what waits, who reminds, who is named; and the pages of needs and of evidence to verify."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.visibility import start_page
from chainmend.desk.worklist import services
from chainmend.desk.worklist.models import Entry, Event, Need
from chainmend.desk.worklist.reminders import by_calendar, by_people, count, waiting
from chainmend.workflow import Role

from .conftest import MakeEntry

Clients = dict[Role, Client]
WORKS: tuple[Role, ...] = ("analyst", "promoter", "scientist", "district", "leader", "chief")
TODAY = dt.date(2026, 3, 2)


def text(client: Client, address: str = "/my-work/", status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def listed(page: str) -> list[str]:
    """The entries to do, in their order."""
    return re.findall(r'<b><a href="/list/(E\d+)/">', page)


def test_the_page_is_for_who_has_something_to_do(clients: Clients) -> None:
    for role in WORKS:
        assert "Nothing waits for you" in text(clients[role])
    for role in ("auditor", "admin"):
        text(clients[role], "/my-work/", 404)


@pytest.mark.parametrize("role", ["promoter", "scientist", "district", "leader"])
def test_it_is_the_first_page_of_who_mends(role: Role, people: dict[Role, User]) -> None:
    assert start_page(people[role]) == "/my-work/"


def test_what_is_overdue_comes_first_then_what_is_due_then_what_is_behind(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    home, today, now = people["district"].organisation, timezone.localdate(), timezone.now()
    own = {"owner": home, "remedy": "ally", "state": "mending"}
    make_entry(1, due=today + dt.timedelta(days=60), **own)
    make_entry(2, due=today + dt.timedelta(days=60), moved=now - dt.timedelta(days=45), **own)
    make_entry(3, due=today + dt.timedelta(days=9), **own)
    make_entry(4, due=today - dt.timedelta(days=2), **own)
    make_entry(5, due=today + dt.timedelta(days=1), **own)
    make_entry(6, "mending", owner=people["promoter"].organisation, remedy="attract")
    make_entry(7, "to_verify", owner=home)
    page = text(clients["district"])
    assert listed(page) == [f"E{n:012d}" for n in (4, 5, 3, 2, 1)]
    assert "Waiting for you: 5, of them overdue: 1" in re.sub(r"</?span[^>]*>", "", page)
    assert 'value="state_reason"' in page
    assert re.search(r"My work</span><small>5</small>", page)


@pytest.mark.parametrize(
    ("left", "since", "words"),
    [
        (15, None, ""),
        (14, TODAY, "14 days ahead"),
        (5, TODAY - dt.timedelta(days=9), "14 days ahead"),
        (3, TODAY, "3 days ahead"),
        (0, TODAY - dt.timedelta(days=3), "3 days ahead"),
        (-1, TODAY, "overdue"),
        (-9, TODAY - dt.timedelta(days=8), "overdue"),
    ],
)
def test_the_calendar_reminds_by_itself(
    left: int, since: dt.date | None, words: str, make_entry: MakeEntry
) -> None:
    entry = make_entry(state="mending", due=TODAY + dt.timedelta(days=left))
    before = Event.objects.count()
    found = by_calendar(entry, TODAY)
    assert (found.since if found else None) == since
    assert words in (found.words if found else "")
    assert by_calendar(make_entry(2, "to_verify", due=TODAY), TODAY) is None
    assert Event.objects.count() == before + 1  # the entry just made: nothing is written for a reminder


def test_a_reminder_stands_until_the_organisation_moves(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    home = people["promoter"].organisation
    entry = make_entry(1, "assigned", owner=home, remedy="attract")
    services.move(entry.pk, "remind", people["chief"], {"note": "name somebody by Friday"}, 1)
    page = text(clients["promoter"])
    assert "name somebody by Friday" in page
    assert "chief person" in page
    assert "name somebody by Friday" not in text(clients["scientist"])
    services.move(entry.pk, "decide", people["chief"], {"note": "go on"}, 2)
    assert len(by_people(people["promoter"])) == 1
    services.move(entry.pk, "take", people["promoter"], {"step": "talks"}, 3)
    assert by_people(people["promoter"]) == []


def test_a_reminder_does_not_follow_an_entry_to_another(
    people: dict[Role, User], make_entry: MakeEntry
) -> None:
    entry = make_entry(1, "assigned", owner=people["promoter"].organisation, remedy="attract")
    services.move(entry.pk, "remind", people["analyst"], {}, 1)
    due = (timezone.localdate() + dt.timedelta(days=20)).isoformat()
    to = {"owner": str(people["district"].organisation_id), "remedy": "ally", "due": due, "reason": "nearer"}
    services.move(entry.pk, "reassign", people["analyst"], to, 2)
    assert by_people(people["promoter"]) == by_people(people["district"]) == []


def test_stating_the_reason_from_the_page(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    long_ago = timezone.now() - dt.timedelta(days=45)
    entry = make_entry(1, "mending", owner=people["scientist"].organisation, remedy="develop", moved=long_ago)
    assert "45 d without movement" in text(clients["scientist"])
    given = {"action": "state_reason", "version": "1", "back": "work", "reason": "the furnace is late"}
    posted = clients["scientist"].post(f"/list/{entry.pk}/move/", given, follow=True)
    assert posted.redirect_chain == [("/my-work/", 302)]
    page = posted.content.decode()
    assert "without movement" not in page
    assert "reason stated on" in page
    assert "the furnace is late" in text(clients["analyst"], f"/list/{entry.pk}/")
    late = clients["scientist"].post(f"/list/{entry.pk}/move/", given, follow=True)
    assert "changed it before you" in late.content.decode()


def test_the_chief_reminds_by_one_click_once_a_day(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    entry = make_entry(1, "assigned", owner=people["district"].organisation, remedy="ally", due=yesterday)
    make_entry(2, "assigned", owner=people["district"].organisation, remedy="ally")
    button = f'/list/{entry.pk}/remind/"'
    for address in ("/my-work/", "/list/"):
        assert text(clients["chief"], address).count("/remind/") == 1
        assert button in text(clients["chief"], address)
    assert button not in text(clients["district"])
    first = clients["chief"].post(f"/list/{entry.pk}/remind/", {"version": "1", "back": "work"}, follow=True)
    assert "is reminded" in first.content.decode()
    again = clients["analyst"].post(
        f"/list/{entry.pk}/remind/", {"version": "2", "query": "view=red"}, follow=True
    )
    assert again.redirect_chain == [("/list/?view=red", 302)]
    assert "reminded them today already" in again.content.decode()
    assert Event.objects.filter(action="remind").count() == 1
    for role in ("district", "promoter", "leader", "auditor"):
        assert clients[role].post(f"/list/{entry.pk}/remind/", {"version": "2"}).status_code == 404


def test_who_is_named_finds_it_until_it_is_seen(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    entry = make_entry()
    clients["analyst"].post(f"/list/{entry.pk}/talk/", {"text": "@chief please decide"})
    assert "@chief please decide" in text(clients["chief"])
    assert count(people["chief"]) == 1
    text(clients["chief"], f"/list/{entry.pk}/")
    assert "@chief please decide" not in text(clients["chief"])
    assert count(people["chief"]) == 0


def test_an_analyst_finds_what_only_analysts_move(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    make_entry(1, "returned")
    make_entry(2, "to_verify", owner=people["district"].organisation)
    make_entry(3, "mending", owner=people["district"].organisation, remedy="ally")
    Need.objects.create(
        organisation=people["leader"].organisation, person=people["leader"], segment_id="ic.eda", text="tools"
    )
    page = text(clients["analyst"])
    assert listed(page) == ["E000000000001"]
    assert "Waiting for the next scan" in page
    assert "/list/E000000000002/" in page
    assert "/list/E000000000003/" not in page
    assert "Needs to judge" in page
    assert count(people["analyst"]) == 2


def test_needs_are_judged_once_and_the_reporter_reads_the_answer(
    clients: Clients, people: dict[Role, User]
) -> None:
    home = people["leader"].organisation
    one, other = (
        Need.objects.create(organisation=home, person=people["leader"], segment_id="ic.eda", text=t)
        for t in ("tools", "a wish")
    )
    accept = clients["analyst"].post(f"/needs/{one.pk}/judge/", {"verdict": "accepted"}, follow=True)
    assert "Judged" in accept.content.decode()
    bare = clients["analyst"].post(f"/needs/{other.pk}/judge/", {"verdict": "refused"}, follow=True)
    assert "Say why the need is not accepted" in bare.content.decode()
    why = {"verdict": "refused", "answer": "made in the next district"}
    clients["analyst"].post(f"/needs/{other.pk}/judge/", why)
    late = clients["analyst"].post(f"/needs/{other.pk}/judge/", {"verdict": "accepted"}, follow=True)
    assert "Somebody judged it before you" in late.content.decode()
    assert clients["analyst"].post(f"/needs/{one.pk}/judge/", {"verdict": "no"}).status_code == 302
    states = dict(Need.objects.values_list("text", "state"))
    assert states == {"tools": "accepted", "a wish": "refused"}
    page = text(clients["leader"], "/needs/")
    assert "it goes into the next scan" in page
    assert "made in the next district" in page
    assert "Answers to your needs" in text(clients["leader"])
    for role in ("leader", "chief", "auditor", "promoter", "admin"):
        assert (
            clients[role].post(f"/needs/{one.pk}/judge/", {"verdict": "refused", "answer": "x"}).status_code
            == 404
        )
    assert clients["analyst"].post("/needs/999/judge/", why).status_code == 404
    assert clients["analyst"].get(f"/needs/{one.pk}/judge/").status_code == 405


def test_an_institute_verifies_evidence_of_what_names_it(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    mine = make_entry(1, firm_id="F-LEAD")
    make_entry(2, firm_id="F-OTHER")
    page = text(clients["leader"], "/verify/")
    assert "Entries that name your organisation: 1" in page
    assert "E000000000002" not in page
    assert "Firm A" not in page
    assert "90%" not in page
    assert list(waiting(people["leader"])) == [mine]
    said = {
        "action": "verify_evidence", "version": "1", "back": "verify", "verdict": "partly",
        "note": "a second source is being tried",
    }  # fmt: skip
    posted = clients["leader"].post(f"/list/{mine.pk}/move/", said, follow=True)
    assert posted.redirect_chain == [("/verify/", 302)]
    assert not waiting(people["leader"]).exists()
    for role in ("analyst", "chief"):
        sheet = text(clients[role], f"/list/{mine.pk}/")
        proof = sheet[sheet.index("Verified by") : sheet.index("How to mend it")]
        assert "示例链主" in proof
        assert "partly so" in proof
        assert "a second source is being tried" in proof
    for role in ("analyst", "chief", "promoter", "auditor", "admin"):
        text(clients[role], "/verify/", 404)


def test_entries_of_others_wait_for_nobody_else(people: dict[Role, User], make_entry: MakeEntry) -> None:
    make_entry(1, "assigned", owner=people["promoter"].organisation, remedy="attract")
    assert [role for role in WORKS if waiting(people[role]).exists()] == ["promoter"]
    assert Entry.objects.count() == 1
