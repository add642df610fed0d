"""The list and the entry by JSON say what their pages say to the same role."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from django.test import Client
from django.utils import timezone

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.api.entries import Order, View
from chainmend.desk.demo import Scanned
from chainmend.desk.figures import Loss, figures
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist import services, sheet
from chainmend.desk.worklist.changes import earlier
from chainmend.desk.worklist.listing import ORDERS, PAGE, VIEWS, Asked, listed
from chainmend.desk.worklist.models import Entry, Mention
from chainmend.desk.worklist.talk import comment
from chainmend.gaps.wording import value
from chainmend.workflow import Role

from ..worklist.conftest import MakeEntry
from .conftest import Programs

CITY: tuple[Role, ...] = ("analyst", "promoter", "scientist", "district", "leader", "chief", "auditor")


def test_views_and_orders_are_those_of_the_page() -> None:
    assert set(get_args(View)) == set(VIEWS)
    assert set(get_args(Order)) == set(ORDERS)


def test_every_answer_says_where_it_is_from(
    scanned_desk: tuple[Scanned, Scanned], programs: Programs
) -> None:
    about = programs["chief"].ask("/entries")["about"]
    assert about["scan"] == scanned_desk[1].scan.id
    assert (about["data_to"], about["synthetic"]) == ("2026-06-30", True)
    assert dt.datetime.fromisoformat(about["scanned"]).tzinfo is not None


@pytest.mark.parametrize("role", CITY)
def test_a_role_gets_the_entries_of_its_page(
    role: Role, scanned_desk: tuple[Scanned, Scanned], programs: Programs, people: dict[Role, User]
) -> None:
    Entry.objects.order_by("-pk")[:1].get().parties.add(people["leader"].organisation)
    expected = set(visible_entries(people[role]).exclude(state="closed").values_list("pk", flat=True))
    found: set[str] = set()
    first = programs[role].ask("/entries")
    for page in range(1, first["pages"] + 1):
        found |= {e["id"] for e in programs[role].ask("/entries", page=page)["entries"]}
    assert found == expected
    assert first["total"] == first["counts"]["all"] == len(expected)
    assert len(first["entries"]) == min(PAGE, len(expected))
    programs[role].ask("/entries", 404, page=first["pages"] + 1)


@pytest.mark.parametrize("role", ["district", "leader"])
def test_entries_of_others_are_not_there(role: Role, programs: Programs, make_entry: MakeEntry) -> None:
    other = make_entry(1, district="示例九区", firm_id="F-OTHER")
    mine = make_entry(2, district="示例二区", firm_id="F-LEAD")
    programs[role].ask(f"/entries/{other.pk}", 404)
    assert programs[role].ask(f"/entries/{mine.pk}")["entry"]["id"] == mine.pk
    assert [e["id"] for e in programs[role].ask("/entries")["entries"]] == [mine.pk]
    assert programs[role].ask("/entries", q=other.pk)["total"] == 0


def test_filters_order_and_search(
    programs: Programs, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    today, home = timezone.localdate(), people["promoter"].organisation
    red = make_entry(1, "assigned", due=today - dt.timedelta(days=3), owner=home)
    weak = make_entry(2, "confirmed", kind="weak", severity=80.0, gap_class="local", remedy="develop")
    done = make_entry(3, "closed", cluster_id="new-materials")
    cases: list[tuple[dict[str, Any], list[Entry]]] = [
        ({}, [weak, red]), ({"view": "red"}, [red]), ({"view": "closed"}, [done]), ({"kind": "weak"}, [weak]),
        ({"state": "assigned"}, [red]), ({"gap": "local"}, [weak]), ({"remedy": "develop"}, [weak]),
        ({"owner": home.pk}, [red]), ({"q": weak.pk[-3:]}, [weak]), ({"order": "due"}, [red, weak]),
        ({"cluster": "new-materials", "view": "closed"}, [done]), ({"cluster": "none"}, []),
        ({"changed": True}, [weak, red]),
    ]  # fmt: skip
    for query, expected in cases:
        found = programs["analyst"].ask("/entries", **query)["entries"]
        assert [e["id"] for e in found] == [e.pk for e in expected], query
    assert programs["analyst"].ask("/entries", view="red")["entries"][0]["flag"]["colour"] == "red"


def test_firms_in_summaries_are_found_and_told_to_who_may_know_alone(
    programs: Programs, make_entry: MakeEntry
) -> None:
    entry = make_entry()
    for role in ("analyst", "auditor", "chief", "promoter"):
        exact = role in ("analyst", "auditor")
        told = json.dumps(programs[role].ask(f"/entries/{entry.pk}"), ensure_ascii=False)  # type: ignore[index]
        assert ("Firm A has 90%" in told) is exact
        assert (programs[role].ask("/entries", q="Firm A")["total"] == 1) is exact  # type: ignore[index]


def test_an_earlier_scan_to_compare_with_is_one_of_the_desk(
    scanned_desk: tuple[Scanned, Scanned], programs: Programs
) -> None:
    first = ScanRun.objects.order_by("pk")[0]
    every = programs["chief"].ask("/entries", changed=True, since=first.pk)
    assert 0 < every["total"] < programs["chief"].ask("/entries")["total"] + 1
    assert all(e["change"] for e in every["entries"])
    programs["chief"].ask("/entries", 404, since=10**6)


def test_facts_are_those_of_the_page_with_numbers(
    scanned_desk: tuple[Scanned, Scanned], programs: Programs, people: dict[Role, User]
) -> None:
    withheld, sides = 0, 0
    for entry in Entry.objects.order_by("-severity")[:25]:
        for role in ("analyst", "chief"):
            told = programs[role].ask(f"/entries/{entry.pk}")["entry"]["facts"]
            shown = sheet.facts(entry, people[role], scans.current(), "CNY")
            assert [f["id"] for f in told] == [f.id for f in shown]
            for fact, line in zip(told, shown, strict=True):
                assert fact["withheld"] is line.withheld, fact
                withheld += fact["withheld"]
                if fact["withheld"]:
                    assert (fact["value"], fact["side"]) == (None, line.value)
                    sides += line.value is not None
                elif fact["value"] is not None:
                    # the page writes the same from the number that the API gives
                    assert value(fact["id"], fact["value"], "CNY")[1] == line.value, fact
                assert (fact["currency"] == "CNY") is (fact["unit"] == "money")
    assert 0 < sides < withheld


@pytest.mark.parametrize("role", CITY)
def test_figures_are_those_of_the_page(
    role: Role, scanned_desk: tuple[Scanned, Scanned], programs: Programs, people: dict[Role, User]
) -> None:
    for entry in Entry.objects.all():
        entry.parties.add(people["leader"].organisation)
    Entry.objects.update(district="示例二区")
    exact = may(people[role], "see_exact_figures")
    for order in ("severity", "loss"):
        answer = programs[role].ask("/entries", order=order)
        asked = Asked.of({"order": order}, earlier())
        page = listed(asked, people[role], None)
        assert [e["id"] for e in answer["entries"]] == [e.pk for e in page.page]
        assert money(answer["loss_avoided"], exact) == page.loss
        for line, entry in zip(answer["entries"], page.page, strict=True):
            known, severity = figures(entry, exact), line["severity"]
            assert money(line["loss_avoided"], exact) == known.loss
            if exact:
                assert (severity["value"], severity["withheld"]) == (entry.severity, False)
                assert (severity["low"], severity["high"]) == (entry.severity_low, entry.severity_high)
            else:
                assert (severity["value"], severity["withheld"]) == (None, True)
                assert f"{severity['low']:.0f}–{severity['high']:.0f}" == known.severity
            for name, part in zip(("criticality", "exposure", "recovery"), known.parts, strict=True):
                unknown = part.bar is None
                assert severity[name]["withheld"] is not (exact or unknown)
                assert (severity[name]["level"] is None) is unknown
                assert severity[name]["value"] == (getattr(entry, name) if exact else None)
                if not exact and not unknown:
                    assert severity[name]["level"].replace("_", " ") == part.words


def money(told: dict[str, Any], exact: bool) -> Loss | None:
    """A loss avoided of the API as the pages have it; it is withheld only where it is known and only from some."""
    known = told["low"] is not None
    assert told["withheld"] is (known and not exact)
    return Loss(told["value"], told["low"], told["high"]) if known else None


def test_past_severities_are_for_who_sees_exact_figures(programs: Programs, make_entry: MakeEntry) -> None:
    entry = make_entry(severity=48.3)
    for role, values in (("analyst", [48.3]), ("chief", [])):
        told = programs[role].ask(f"/entries/{entry.pk}")["entry"]["severities"]  # type: ignore[index]
        assert [t["value"] for t in told] == values


def test_sources_and_candidates_follow_the_role(
    scanned_desk: tuple[Scanned, Scanned], programs: Programs, people: dict[Role, User]
) -> None:
    view, named, proposed = scans.current(), 0, 0
    for entry in Entry.objects.order_by("-severity")[:25]:
        entry.parties.add(people["leader"].organisation)
        for role in ("analyst", "promoter", "chief", "leader"):
            told = programs[role].ask(f"/entries/{entry.pk}")["entry"]
            assert [s["name"] for s in told["sources"]] == [
                s["name"] for s in sheet.suppliers(entry, people[role])
            ]
            assert told["sources"] == [] or may(people[role], "see_links")
            named += bool(told["sources"])
            found = sheet.proposal(entry, people[role], view)
            assert (told["proposal"] is None) is (found is None)
            if found:
                names = [c["name"] for c in told["proposal"]["candidates"]]
                assert names == [c.name for c in found.candidates]
                proposed += bool(names)
    assert named
    assert proposed


def test_the_timeline_is_that_of_the_page_and_a_leader_reads_no_words_of_others(
    programs: Programs, people: dict[Role, User], make_entry: MakeEntry, clients: dict[Role, Client]
) -> None:
    entry = make_entry(firm_id="F-LEAD")
    services.move(entry.pk, "reject", people["analyst"], {"reason": "words of the bureau"}, 1)
    clients["analyst"].post(f"/list/{entry.pk}/talk/", {"text": "a secret talk"})
    for role, hears in (("chief", True), ("leader", False)):
        told = programs[role].ask(f"/entries/{entry.pk}")["entry"]  # type: ignore[index]
        entry.refresh_from_db()
        events = list(entry.events.select_related("user__organisation").order_by("number"))
        page = list(sheet.timeline(events, people[role]))  # type: ignore[index]
        assert [(t["number"], t["action"], t["title"], tuple(t["lines"])) for t in told["timeline"]] == [
            (t.number, t.action, t.title, t.lines) for t in page
        ]
        text = json.dumps(told, ensure_ascii=False)
        assert ("words of the bureau" in text) is hears
        assert ("a secret talk" in text) is hears


def test_the_way_has_days_and_what_is_ahead(programs: Programs, make_entry: MakeEntry) -> None:
    entry = make_entry(1, "mending", step="talks")
    way = programs["chief"].ask(f"/entries/{entry.pk}")["entry"]["way"]
    now = next(s for s in way if s["reached"] == "now")
    assert (now["state"], now["day"], now["note"]) == ("mending", None, "In talks")
    assert way[-1]["reached"] == "ahead"


def test_reading_by_program_leaves_a_mention_unseen(
    programs: Programs, clients: dict[Role, Client], make_entry: MakeEntry
) -> None:
    entry = make_entry()
    clients["analyst"].post(f"/list/{entry.pk}/talk/", {"text": "look @chief"})
    programs["chief"].ask(f"/entries/{entry.pk}")
    assert Mention.objects.filter(person__username="chief", seen=False).count() == 1


def test_what_no_entry_is_called_is_not_there(programs: Programs, db: None) -> None:
    for id in ("E000", "E%00", "..", "E'--", "%F0%9F%98%80", "a" * 300):
        programs["chief"].ask(f"/entries/{id}", 404)


def test_a_page_of_fifty_asks_few_questions(
    programs: Programs, make_entry: MakeEntry, people: dict[Role, User],
    django_assert_num_queries: Callable[[int], Any], django_assert_max_num_queries: Callable[[int], Any],
) -> None:  # fmt: skip
    home = people["promoter"].organisation
    entries = [make_entry(n, "assigned", owner=home) for n in range(60)]
    programs["chief"].ask("/entries")
    # token, scan, earlier scans, counts, count of pages, page with owners, loss, changes
    with django_assert_num_queries(8):
        assert len(programs["chief"].ask("/entries")["entries"]) == PAGE
    services.move(entries[0].pk, "remind", people["chief"], {}, entries[0].version)
    for text in ("one", "two", "three"):
        comment(entries[0].pk, people["chief"], text)
    with django_assert_max_num_queries(7):
        assert programs["chief"].ask(f"/entries/{entries[0].pk}")["entry"]["reminded"] == 1
