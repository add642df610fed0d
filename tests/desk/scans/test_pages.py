"""Pages of data and scans, role by role."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping

import polars as pl
import pytest
from django.test import Client
from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.scans import data_views, runs
from chainmend.desk.scans.models import Dataset, ScanRun, Schedule
from chainmend.desk.scans.sources import as_csv, sources
from chainmend.i18n import speaking
from chainmend.intake.quarantine import rule_name
from chainmend.workflow import ROLES, Role

from ..conftest import logged_in
from .conftest import ABOUT, FIRMS, sent, zipped

SEE: frozenset[Role] = frozenset({"analyst", "auditor"})
PAGES = (
    "/data/", "/data/{d}/", "/data/{d}/rejected/firms/", "/data/{d}/rejected/firms/file/", "/scans/",
    "/scans/{r}/", "/scans/{r}/progress/", "/scans/{r}/manifest/",
)  # fmt: skip
CHANGES = ("/scans/ask/{d}/", "/scans/{r}/cancel/", "/scans/schedule/end/")
FORMS = ("/data/upload/", "/scans/schedule/", "/data/duty/firms/")


@pytest.fixture
def run(keep: Callable[..., Dataset]) -> ScanRun:
    """A scan that is done."""
    asked = runs.ask(keep(), None)
    asked.refresh_from_db()
    assert asked.state == ScanRun.DONE, asked.error
    return asked


def test_who_sees_what(run: ScanRun, clients: Mapping[Role, Client]) -> None:
    told = {"d": run.dataset_id, "r": run.pk}
    for role in ROLES:
        client = clients[role]
        seen = {p: client.get(p.format(**told)).status_code for p in PAGES}
        assert set(seen.values()) == ({200} if role in SEE else {404}), (role, seen)
        forms = {client.get(p).status_code for p in FORMS}
        assert forms == ({200} if role == "analyst" else {404}), role
        if role != "analyst":
            assert {client.post(p.format(**told)).status_code for p in (*CHANGES, *FORMS)} == {404}, role
    for page in PAGES:
        assert Client().get(page.format(**told)).status_code == 302
    assert {clients["analyst"].get(p.format(**told)).status_code for p in CHANGES} == {405}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_data_page_says_what_is_there(people: dict[Role, User], run: ScanRun, language: str) -> None:
    client = logged_in(people["auditor"], language)
    page = client.get("/data/").content.decode()
    assert "not provided" in page if language == "en" else "未提供" in page
    with speaking("en" if language == "en" else "zh"):
        assert f"{rule_name('too_small')} 1" in page
    assert 'class="demo"' in page
    assert "2025-12-31" in page
    assert f'href="/data/{run.dataset_id}/rejected/firms/"' in page
    assert "/data/upload/" not in page  # an auditor changes nothing


def test_refused_rows_as_page_and_file(clients: Mapping[Role, Client], keep: Callable[..., Dataset]) -> None:
    dataset = keep()
    page = clients["auditor"].get(f"/data/{dataset.pk}/rejected/firms/").content.decode()
    assert "-5" in page
    assert "too small" in page
    file = clients["auditor"].get(f"/data/{dataset.pk}/rejected/firms/file/")
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert file["Content-Disposition"] == 'attachment; filename="refused-firms-2025-12-31-demo.csv"'
    assert file["X-Content-Type-Options"] == "nosniff"
    rows = pl.read_csv(file.content, infer_schema=False)
    assert rows.height == 1
    assert rows.row(0, named=True) | {"original": ""} == {
        "file": "firms.csv", "row": "4", "column": "output", "rule": "too_small", "value": "-5", "original": "",
        "city": "示例市", "data_to": "2025-12-31", "demo_data": "true",
    }  # fmt: skip
    assert clients["auditor"].get(f"/data/{dataset.pk}/rejected/products/file/").status_code == 404
    assert clients["auditor"].get(f"/data/{dataset.pk}/rejected/secret/").status_code == 404


def test_no_cell_of_a_file_is_a_formula(keep: Callable[..., Dataset]) -> None:
    rows = pl.DataFrame({"value": ["=1+1", "@x", "+cmd", "-5.0", "plain", None]})
    told = pl.read_csv(as_csv(rows, keep()), infer_schema=False)["value"].to_list()
    assert told == ["'=1+1", "'@x", "'+cmd", "-5.0", "plain", None]


def test_how_old_tables_are(scanned_desk: tuple[Scanned, Scanned]) -> None:
    dataset = Dataset.objects.latest("date")
    found = {s.table: s for s in sources(dataset, dataset.date)}
    assert found["firms"].age == 0
    assert found["firms"].newest is None
    year = found["supply_links"].newest or ""
    assert found["supply_links"].age == (0 if int(year) >= dataset.date.year else 365)
    assert {s.age for s in found.values() if not s.files} <= {None}
    with speaking("zh"):
        assert next(s.name for s in sources(dataset, dataset.date) if s.table == "firms") == "企业"


def test_who_owes_an_update_and_since_when(
    clients: Mapping[Role, Client], keep: Callable[..., Dataset], people: dict[Role, User]
) -> None:
    dataset = keep()
    client, home = clients["analyst"], people["promoter"].organisation
    for months in (0, 61):
        answer = client.post("/data/duty/firms/", {"organisation": home.pk, "months": months})
        assert "1 to 60 months" in answer.content.decode()
    client.post("/data/duty/firms/", {"organisation": home.pk, "months": 12})
    client.post("/data/duty/firms/", {"organisation": home.pk, "months": 2})
    client.post("/data/duty/talks/", {"organisation": home.pk, "months": 2})
    assert client.get("/data/duty/secret/").status_code == 404
    found = {s.table: s for s in sources(dataset, dt.date(2026, 3, 10))}
    assert (found["firms"].due, found["firms"].late) == (dt.date(2026, 2, 28), 10)
    assert (found["talks"].due, found["talks"].late) == (None, None)
    assert sources(dataset, dt.date(2026, 2, 28))[0].late == 0
    page = clients["auditor"].get("/data/").content.decode()
    assert "days late:" in page
    assert page.count(home.name) == 2
    assert "/data/duty/" not in page


def test_data_are_sent_and_scanned(clients: Mapping[Role, Client], quick_home: object) -> None:
    client = clients["analyst"]
    pack = zipped(("firms.csv", FIRMS), ("dataset.yaml", ABOUT))
    answer = client.post("/data/upload/", {"tables": [sent("city.zip", pack)]}, follow=True)
    dataset = Dataset.objects.get()
    assert answer.redirect_chain == [(f"/data/{dataset.pk}/", 302)]
    assert "The data of 2025-12-31 are taken in." in answer.content.decode()
    answer = client.post(f"/scans/ask/{dataset.pk}/", follow=True)
    run = ScanRun.objects.get()
    assert answer.redirect_chain == [(f"/scans/{run.pk}/", 302)]
    assert run.scan_id in answer.content.decode()
    assert run.asked_by is not None
    assert run.asked_by.role == "analyst"


def test_what_is_wrong_with_files_is_said_beside_the_form(clients: Mapping[Role, Client]) -> None:
    answer = clients["analyst"].post("/data/upload/", {"tables": [sent("firms.exe", b"MZ")]})
    assert answer.status_code == 400
    assert "a file of another kind" in answer.content.decode()
    assert clients["analyst"].post("/data/upload/", {}).status_code == 400
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    answer = clients["analyst"].post(
        "/data/upload/",
        {"tables": [sent("firms.csv", FIRMS)], "city": "示例市", "date": tomorrow.isoformat()},
    )
    assert "a day that has not been yet" in answer.content.decode()
    assert not Dataset.objects.exists()


def test_what_is_too_large_is_not_even_read(
    clients: Mapping[Role, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_views, "MOST_BYTES", -data_views._FORM_BYTES)

    def read(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(data_views, "_upload", read)
    answer = clients["analyst"].post("/data/upload/", {"tables": [sent("firms.csv", FIRMS)]})
    assert answer.status_code == 413
    assert clients["auditor"].post("/data/upload/", {"tables": [sent("firms.csv", FIRMS)]}).status_code == 404


@pytest.mark.parametrize("address", ["/data/upload/", "/scans/schedule/", "/scans/schedule/end/"])
def test_nothing_changes_without_the_token_of_the_page(people: dict[Role, User], address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["analyst"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address, {"tables": [sent("firms.csv", FIRMS)]}).status_code == 403
    assert not Dataset.objects.exists()


def test_a_run_is_followed_while_it_runs(
    clients: Mapping[Role, Client], keep: Callable[..., Dataset]
) -> None:
    run = ScanRun.objects.create(dataset=keep(), state=ScanRun.RUNNING, step="scan", steps_done=3)
    client = clients["analyst"]
    page = client.get(f"/scans/{run.pk}/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    part = client.get(f"/scans/{run.pk}/progress/")
    assert "step 3 of at most 8" in part.content.decode()
    assert '<progress max="11" value="4"' in part.content.decode()
    assert "HX-Refresh" not in part
    assert client.post(f"/scans/{run.pk}/cancel/").status_code == 302
    assert "It stops after this step." in client.get(f"/scans/{run.pk}/progress/").content.decode()
    ScanRun.objects.update(state=ScanRun.CANCELLED)
    part = client.get(f"/scans/{run.pk}/progress/")
    assert part["HX-Refresh"] == "true"
    assert "hx-trigger" not in part.content.decode()
    assert "had ended already" in client.post(f"/scans/{run.pk}/cancel/", follow=True).content.decode()


def test_a_run_tells_what_it_was_made_from(clients: Mapping[Role, Client], run: ScanRun) -> None:
    page = clients["auditor"].get(f"/scans/{run.pk}/").content.decode()
    assert "What could not be checked" in page
    assert "supply links" in page  # a rule lacks that table
    file = clients["auditor"].get(f"/scans/{run.pk}/manifest/")
    told = json.loads(file.content)
    assert (told["scan_id"], told["synthetic"], told["date"]) == (run.scan_id, True, "2025-12-31")
    assert "attachment" in file["Content-Disposition"]


def test_an_interrupted_run_names_the_one_in_its_place(
    clients: Mapping[Role, Client], keep: Callable[..., Dataset]
) -> None:
    lost = ScanRun.objects.create(dataset=keep(), state=ScanRun.INTERRUPTED)
    again = ScanRun.objects.create(
        dataset=lost.dataset, state=ScanRun.FAILED, instead_of=lost, error="because"
    )
    assert f'href="/scans/{again.pk}/"' in clients["auditor"].get(f"/scans/{lost.pk}/").content.decode()
    page = clients["auditor"].get(f"/scans/{again.pk}/").content.decode()
    assert "because" in page
    assert f'href="/scans/{lost.pk}/"' in page
    assert "in place of" in clients["auditor"].get("/scans/").content.decode()


def test_a_refusal_is_said_where_it_was_asked(
    clients: Mapping[Role, Client], keep: Callable[..., Dataset]
) -> None:
    dataset = keep()
    ScanRun.objects.create(dataset=dataset)
    answer = clients["analyst"].post(f"/scans/ask/{dataset.pk}/", follow=True)
    assert "waits or runs already" in answer.content.decode()
    assert ScanRun.objects.count() == 1


def test_the_schedule_is_set_and_ended(clients: Mapping[Role, Client]) -> None:
    client = clients["analyst"]
    assert "No scan runs by itself." in client.get("/scans/").content.decode()
    for day in (0, 8):
        answer = client.post("/scans/schedule/", {"rhythm": "weekly", "day": day, "hour": 2})
        assert "no such day" in answer.content.decode()
    answer = client.post("/scans/schedule/", {"rhythm": "monthly", "day": 31, "hour": 24})
    assert "no such hour" in answer.content.decode()
    assert not Schedule.objects.exists()
    client.post("/scans/schedule/", {"rhythm": "weekly", "day": 7, "hour": 2})
    client.post("/scans/schedule/", {"rhythm": "monthly", "day": 31, "hour": 3})
    schedule = Schedule.objects.get()
    assert (schedule.rhythm, schedule.day, schedule.hour) == ("monthly", 31, 3)
    assert schedule.set_by is not None
    assert schedule.due > timezone.now()
    assert "every month" in client.get("/scans/").content.decode()
    client.post("/scans/schedule/end/")
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("address", ["/data/", "/scans/"])
def test_a_desk_without_data_says_so(clients: Mapping[Role, Client], address: str) -> None:
    page = clients["auditor"].get(address)
    assert page.status_code == 200
    assert 'class="empty"' in page.content.decode()
