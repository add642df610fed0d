"""The pages of the list, role by role."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.worklist import record
from chainmend.desk.worklist.listing import PAGE
from chainmend.desk.worklist.models import Entry, Event, Mention, Need
from chainmend.workflow import Role

from .conftest import MakeEntry

Clients = dict[Role, Client]
CITY: tuple[Role, ...] = ("analyst", "promoter", "scientist", "chief", "auditor")
PDF = b"%PDF-1.7 a page"


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("role", CITY)
def test_city_roles_see_every_entry_and_firms_figures_only_analyst_and_auditor(
    role: Role, clients: Clients, make_entry: MakeEntry
) -> None:
    entry = make_entry()
    exact = role in ("analyst", "auditor")
    for address in ("/list/", f"/list/{entry.pk}/"):
        assert (">48<" in text(clients[role], address)) is exact
        assert (">40–50<" in text(clients[role], address)) is not exact
    page = text(clients[role], f"/list/{entry.pk}/")
    assert ("Firm A has 90%" in page) is exact
    assert ("90%</b>" in page) is exact
    assert ("withheld: figures of few firms" in page) is not exact
    assert (entry.pk in text(clients[role], "/list/?q=Firm+A")) is exact


def test_an_administrator_finds_no_list(clients: Clients, make_entry: MakeEntry) -> None:
    entry = make_entry()
    for address in ("/list/", f"/list/{entry.pk}/", "/needs/"):
        text(clients["admin"], address, 404)


@pytest.mark.parametrize("role", ["district", "leader"])
def test_entries_of_others_are_not_there(role: Role, clients: Clients, make_entry: MakeEntry) -> None:
    entry = make_entry(1, district="示例九区", firm_id="F-OTHER")
    mine = make_entry(2, district="示例二区", firm_id="F-LEAD")
    text(clients[role], f"/list/{entry.pk}/", 404)
    text(clients[role], f"/list/{mine.pk}/")
    page = text(clients[role], "/list/")
    assert mine.pk in page
    assert entry.pk not in page
    for address in (f"/list/{entry.pk}/move/", f"/list/{entry.pk}/talk/"):
        assert clients[role].post(address, {"action": "verify_evidence", "version": 1}).status_code == 404


def test_a_move_by_form_and_a_second_one_too_late(clients: Clients, make_entry: MakeEntry) -> None:
    entry = make_entry()
    address = f"/list/{entry.pk}/move/"
    assert clients["analyst"].post(address, {"action": "confirm", "version": "1"}).status_code == 302
    late = clients["analyst"].post(address, {"action": "reject", "version": "1", "reason": "no"})
    assert late.status_code == 409
    assert "analyst person changed it before you, to Confirmed" in late.content.decode()
    entry.refresh_from_db()
    assert (entry.state, entry.version) == ("confirmed", 2)


@pytest.mark.parametrize("role", ["promoter", "scientist", "chief", "auditor"])
def test_no_form_and_no_post_goes_beyond_the_role(
    role: Role, clients: Clients, make_entry: MakeEntry
) -> None:
    entry = make_entry()
    page = text(clients[role], f"/list/{entry.pk}/")
    assert 'value="confirm"' not in page
    assert 'value="closed"' not in page
    for action in ("confirm", "closed", "close"):
        posted = clients[role].post(
            f"/list/{entry.pk}/move/", {"action": action, "version": "1", "state": "closed"}
        )
        assert posted.status_code == 422
    entry.refresh_from_db()
    assert (entry.state, entry.version) == ("detected", 1)


def test_many_are_assigned_at_once_and_the_stale_one_is_named(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    entries = [make_entry(n, "confirmed") for n in range(3)]
    due = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    posted = clients["analyst"].post(
        "/list/assign/",
        {
            "entry": [f"{entries[0].pk}:1", f"{entries[1].pk}:1", f"{entries[2].pk}:7"],
            "owner": people["promoter"].organisation_id,
            "remedy": "attract",
            "due": due,
        },
        follow=True,
    )
    page = posted.content.decode()
    assert "2 assigned." in page
    assert "changed it before you" in page
    assert sorted(Entry.objects.order_by("pk").values_list("state", flat=True)) == [
        "assigned",
        "assigned",
        "confirmed",
    ]
    assert clients["chief"].post("/list/assign/", {"entry": f"{entries[2].pk}:1"}).status_code == 404


def test_two_thousand_entries_come_in_pages(clients: Clients, make_entry: MakeEntry) -> None:
    first = make_entry()
    rows = []
    for number in range(2, 2001):
        values = {f.attname: getattr(first, f.attname) for f in Entry._meta.concrete_fields}
        rows.append(Entry(**values | {"id": f"E{number:012d}", "finding_id": f"F{number:012d}"}))
    Entry.objects.bulk_create(rows)
    page = text(clients["analyst"], "/list/")
    assert page.count('class="seg c-seg"') == PAGE
    assert "1 to 50 of 2000" in page
    assert "1951 to 2000 of 2000" in text(clients["analyst"], "/list/?page=40")
    assert "1951 to 2000 of 2000" in text(clients["analyst"], "/list/?page=999")


def test_the_list_asks_few_questions_of_the_database(
    clients: Clients, make_entry: MakeEntry, django_assert_max_num_queries: object
) -> None:
    for number in range(40):
        make_entry(number)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        text(clients["analyst"], "/list/")


def test_filters_views_and_order(clients: Clients, people: dict[Role, User], make_entry: MakeEntry) -> None:
    today = timezone.localdate()
    red = make_entry(1, "assigned", due=today - dt.timedelta(days=12), owner=people["promoter"].organisation)
    yellow = make_entry(
        2, "confirmed", moved=timezone.now() - dt.timedelta(days=34), kind="weak", severity=80.0
    )
    blue = make_entry(
        3, "mending", due=today + dt.timedelta(days=6), remedy="attract", cluster_id="new-materials"
    )
    client = clients["analyst"]
    for name, entry, words in (
        ("red", red, "12 d overdue"), ("yellow", yellow, "34 d without movement"), ("blue", blue, "6 d left"),
    ):  # fmt: skip
        page = text(client, f"/list/?view={name}")
        assert [e.pk in page for e in (red, yellow, blue)] == [e == entry for e in (red, yellow, blue)]
        assert words in page
    for query, entry in (
        ("kind=weak", yellow), ("state=mending", blue), ("remedy=attract", blue), ("cluster=new-materials", blue),
        (f"owner={people['promoter'].organisation_id}", red), (f"q={red.pk}", red),
    ):  # fmt: skip
        page = text(client, f"/list/?{query}")
        assert [e.pk in page for e in (red, yellow, blue)] == [e == entry for e in (red, yellow, blue)]
    page = text(client, "/list/")
    assert page.index(yellow.pk) < page.index(red.pk)
    assert text(client, "/list/?order=nonsense&view=what&owner=x&state=none&since=7&page=-3")
    page = text(client, "/list/?order=due")
    assert page.index(red.pk) < page.index(blue.pk) < page.index(yellow.pk)


def test_a_comment_calls_the_person_it_names(
    clients: Clients, people: dict[Role, User], make_entry: MakeEntry
) -> None:
    entry = make_entry(state="assigned", owner=people["scientist"].organisation, remedy="develop")
    posted = clients["chief"].post(f"/list/{entry.pk}/talk/", {"text": "@promoter @admin look <b>here</b>"})
    assert posted.status_code == 302
    assert [m.person.username for m in Mention.objects.all()] == ["promoter"]
    assert entry.pk in text(clients["promoter"], "/list/?view=mine")
    assert "look &lt;b&gt;here&lt;/b&gt;" in text(clients["promoter"], f"/list/{entry.pk}/")
    assert entry.pk not in text(clients["promoter"], "/list/?view=mine")
    assert clients["auditor"].post(f"/list/{entry.pk}/talk/", {"text": "x"}).status_code == 404
    assert record.verify()[1] is None


def test_a_file_comes_back_as_a_download(clients: Clients, make_entry: MakeEntry) -> None:
    entry = make_entry()
    upload = SimpleUploadedFile("../../立项 书.pdf", PDF)
    assert clients["analyst"].post(f"/list/{entry.pk}/talk/", {"file": upload}).status_code == 302
    number = Event.objects.get(action="attach").number
    answer = clients["auditor"].get(f"/list/{entry.pk}/file/{number}/")
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert ".." not in answer["Content-Disposition"]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    text(clients["auditor"], f"/list/{entry.pk}/file/1/", 404)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"), ("a.html", b"<script>"), ("a.pdf", b"<html>"), ("a.pdf", b""), ("a.docx", b"PK no"),
        ("a.txt", b"\x00\xff"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused(
    name: str, content: bytes, clients: Clients, make_entry: MakeEntry
) -> None:
    entry = make_entry()
    posted = clients["analyst"].post(f"/list/{entry.pk}/talk/", {"file": SimpleUploadedFile(name, content)})
    assert posted.status_code == 422
    assert not Event.objects.filter(action="attach").exists()


def test_a_leader_reads_no_words_and_files_of_others(clients: Clients, make_entry: MakeEntry) -> None:
    entry = make_entry(firm_id="F-LEAD")
    clients["analyst"].post(f"/list/{entry.pk}/talk/", {"text": "secret of a rival"})
    clients["analyst"].post(f"/list/{entry.pk}/talk/", {"file": SimpleUploadedFile("a.pdf", PDF)})
    page = text(clients["leader"], f"/list/{entry.pk}/")
    assert "secret of a rival" not in page
    assert "Firm A has 90%" not in page
    number = Event.objects.get(action="attach").number
    text(clients["leader"], f"/list/{entry.pk}/file/{number}/", 404)
    said = {
        "action": "verify_evidence",
        "version": "1",
        "verdict": "true",
        "note": "we have no second source",
    }
    assert clients["leader"].post(f"/list/{entry.pk}/move/", said).status_code == 302
    assert "we have no second source" in text(clients["leader"], f"/list/{entry.pk}/")


def test_a_leader_reports_a_need_and_sees_their_own_alone(
    clients: Clients, people: dict[Role, User], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    Need.objects.create(
        organisation=people["chief"].organisation,
        person=people["chief"],
        segment_id="ic.eda",
        text="of another",
    )
    posted = clients["leader"].post(
        "/needs/", {"segment": "ic.eda", "text": "EDA tools for 7 nm"}, follow=True
    )
    assert "EDA tools for 7 nm" in posted.content.decode()
    assert "of another" not in posted.content.decode()
    assert "of another" in text(clients["analyst"], "/needs/")
    assert clients["leader"].post("/needs/", {"segment": "no.such", "text": "x"}).status_code == 422
    assert clients["analyst"].post("/needs/", {"segment": "ic.eda", "text": "x"}).status_code == 404
    text(clients["promoter"], "/needs/", 404)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_of_a_scanned_city_in_both_languages_say_that_it_is_a_demo(
    language: str, clients: Clients, scanned_desk: tuple[Scanned, Scanned]
) -> None:
    client = clients["analyst"]
    client.cookies["desk_language"] = language
    words = {
        "zh": ("示例数据", "补链清单：", "为什么列入"),
        "en": ("Demo data", "Mend-list:", "Why it is listed"),
    }[language]
    page = text(client, "/list/?cluster=integrated-circuits")
    assert words[0] in page
    assert words[1] in page
    assert ' style="' not in page
    entry = Entry.objects.order_by("-severity").first()
    assert entry is not None
    sheet = text(client, f"/list/{entry.pk}/")
    assert words[0] in sheet
    assert words[2] in sheet
    assert ' style="' not in sheet


def test_what_changed_since_a_scan(clients: Clients, scanned_desk: tuple[Scanned, Scanned]) -> None:
    changed = set(Event.objects.filter(scan_id=scanned_desk[1].scan.id).values_list("entry_id", flat=True))
    same = set(Entry.objects.values_list("pk", flat=True)) - changed
    assert changed
    assert same
    shown = "".join(text(clients["analyst"], f"/list/?changed=1&page={n}") for n in (1, 2, 3))
    assert not [pk for pk in same if f"/list/{pk}/" in shown]
    still = set(Entry.objects.filter(pk__in=changed).exclude(state="closed").values_list("pk", flat=True))
    assert not [pk for pk in still if f"/list/{pk}/" not in shown]
