"""``chainmend desk``: making a desk, proving its record, running its processes."""

from __future__ import annotations

import io
import json
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings as DjangoSettings
from rich.console import Console

from chainmend.cli import main
from chainmend.cli.desk import show_demo
from chainmend.cli.output import Output
from chainmend.desk import demo, serve
from chainmend.desk.accounts.models import User
from chainmend.desk.home import Home
from chainmend.desk.project.database import database
from chainmend.desk.scans import current
from chainmend.desk.scans.models import Dataset, Duty
from chainmend.desk.worklist.models import Entry, Event
from chainmend.desk.worklist.record import verify
from chainmend.errors import DeskError
from chainmend.workflow import ROLES, Role

from .conftest import QUICK


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["desk", *arguments])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_a_home_is_made_once_and_its_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "desk").prepare()
    key = home.secret()
    assert len(key) > 50
    assert stat.S_IMODE(home.secret_file.stat().st_mode) == 0o600
    assert home.prepare().secret() == key
    assert all(f.is_dir() for f in (home.datasets, home.scans, home.media))


def test_a_folder_of_somebody_else_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(DeskError, match="no desk wrote"):
        Home(tmp_path).prepare()
    with pytest.raises(DeskError, match="no desk wrote"):
        Home(tmp_path / "thesis.txt").prepare()
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_init_makes_an_empty_desk(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "init", "--home", str(tmp_path / "new"), "--json")
    assert code == 0
    assert json.loads(out) == {"home": str(tmp_path / "new")}
    assert Home(tmp_path / "new").secret_file.is_file()


def test_init_takes_a_catalogue_of_the_city(db: None, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    ask = ("init", "--home", str(home.folder), "--catalogue", "demo-region-nace", "--json")
    code, out, _err = run(capsys, *ask)
    assert (code, json.loads(out)["catalogue"]) == (0, "demo-region-nace")
    assert (home.catalogue / "catalogue.yaml").is_file()
    code, _out, err = run(capsys, *ask, "--demo")
    assert (code, "leave out --demo" in err) == (2, True)


def test_verify_of_no_desk_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = run(capsys, "verify", "--home", str(tmp_path / "none"))
    assert code == 2
    assert "there is no desk" in err
    assert not (tmp_path / "none").exists()


def test_the_demo_has_people_of_every_role_and_two_scans(
    own_home: Callable[[], Home],
    settings: DjangoSettings,
    monkeypatch: pytest.MonkeyPatch,
    db: None,
    scanned: tuple[Home, tuple[demo.Scanned, demo.Scanned]],
) -> None:
    settings.DESK_HOME = own_home()
    ready = iter(scanned[1])
    monkeypatch.setattr(demo, "write_and_scan", lambda *_a: next(ready))
    read: list[Dataset] = []
    monkeypatch.setattr(demo, "report_of", read.append)  # the data stay where they were made
    said: list[str] = []
    logins = demo.fill(firms=300, settings=QUICK, say=said.append)
    assert [User.objects.get(username=login.username).role for login in logins] == list(ROLES)
    assert all(User.objects.get(username=g.username).check_password(g.password) for g in logins)
    assert len({login.password for login in logins}) == len(ROLES)
    now = current()
    assert now is not None
    assert now.scan_id == scanned[1][1].scan.id
    assert now.synthetic
    assert Entry.objects.count() > 20
    assert verify() == (Event.objects.count(), None)
    assert [d.date for d in read] == [scanned[1][1].dataset.date]
    assert Duty.objects.filter(organisation__people__isnull=False).distinct().count() == 9
    with pytest.raises(DeskError, match="people or scans already"):
        demo.fill()


def test_the_demo_command_ends_in_a_desk_and_says_how_to_log_in(
    db: None,
    scanned: tuple[Home, tuple[demo.Scanned, demo.Scanned]],
    tmp_path: Path,
    settings: DjangoSettings,
) -> None:
    made = [(scanned[0].datasets / s.folder, scanned[0].scans / s.scan.id) for s in scanned[1]]
    settings.DESK_HOME = Home(tmp_path / "demo" / "desk")
    console = Console(width=200, record=True, file=io.StringIO())
    show_demo(Output(console=console), tmp_path / "demo" / "desk", made, serve=False)
    said = console.export_text()
    for person in User.objects.all():
        assert person.username in said
    assert "http://localhost:8296/" in said
    assert "Chain chief" in said
    assert "Audit bureau (demo)" in said
    now = current()
    assert now is not None
    assert now.scan.id == scanned[1][1].scan.id
    assert now.dataset.fingerprint == scanned[1][1].dataset.fingerprint


def test_a_scan_applied_twice_changes_nothing(scanned_desk: tuple[demo.Scanned, demo.Scanned]) -> None:
    from chainmend.desk.worklist.services import apply_scan

    events = Event.objects.count()
    assert apply_scan(scanned_desk[1].scan, QUICK) == []
    assert Event.objects.count() == events


def test_verify_proves_a_whole_record(
    scanned_desk: object, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _err = run(capsys, "verify", "--home", str(home.folder), "--json")
    assert code == 0
    last = Event.objects.latest("number")
    assert json.loads(out) == {"events": last.number, "broken": None, "head": last.hash}


def test_a_hash_kept_outside_proves_that_nothing_before_it_was_taken_away(
    scanned_desk: object, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("verify", "--home", str(home.folder), "--json", "--holds")
    seventh = Event.objects.get(number=7).hash
    code, out, _err = run(capsys, *ask, seventh)
    assert (code, json.loads(out)["holds"]) == (0, 7)
    code, out, _err = run(capsys, *ask, "f" * 64)
    assert (code, json.loads(out)["broken"], json.loads(out)["holds"]) == (1, None, None)


def test_an_attached_file_that_was_replaced_breaks_the_record(
    scanned_desk: object, people: dict[Role, User], settings: DjangoSettings, tmp_path: Path
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from chainmend.desk.worklist.talk import attach, stored

    settings.MEDIA_ROOT = tmp_path / "media"
    entry = Entry.objects.all()[0]
    event = attach(entry.pk, people["analyst"], SimpleUploadedFile("note.txt", b"as it was"))
    assert verify() == (event.number, None)
    file = stored(json.loads(event.content)["data"]["sha256"])
    file.write_bytes(b"as it is")
    count, broken = verify()
    assert (count, broken and (broken.number, broken.why)) == (event.number - 1, (event.number, "file"))
    file.unlink()
    assert verify()[1] == broken


def test_who_moves_an_entry_while_the_record_is_walked_breaks_nothing(
    scanned_desk: object, people: dict[Role, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chainmend.desk.worklist import record, services

    entry = Entry.objects.filter(state="detected")[0]
    walk = record._events

    def moved_after() -> Iterator[tuple[Any, ...]]:
        yield from list(walk())
        services.move(entry.pk, "review", people["analyst"], {}, entry.version)

    monkeypatch.setattr(record, "_events", moved_after)
    count, broken = verify()
    assert (count + 1, broken) == (Event.objects.count(), None)


TAMPERED = {
    "content": "UPDATE worklist_event SET content = replace(content, 'opened', 'OPENED') WHERE number = 7",
    "copy": "UPDATE worklist_event SET action = 'closed' WHERE number = 7",
    "number": "DELETE FROM worklist_event WHERE number = 7",
    "entry": "UPDATE worklist_entry SET state = 'closed' "
    "WHERE id = (SELECT entry_id FROM worklist_event WHERE number = 7)",
}


@pytest.mark.parametrize("why", TAMPERED)
def test_verify_names_the_first_place_that_was_changed(
    why: str, scanned_desk: object, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    last = Event.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(TAMPERED[why])
    code, out, _err = run(capsys, "verify", "--home", str(home.folder), "--json")
    assert code == 1
    broken = json.loads(out)["broken"]
    assert broken["why"] == why
    assert broken["number"] == (last + 1 if why == "entry" else 7)


def test_a_forged_event_with_a_right_hash_of_its_own_breaks_the_next_link(scanned_desk: object) -> None:
    from chainmend.desk.worklist.record import digest

    event = Event.objects.get(number=7)
    forged = event.content.replace('"to":"detected"', '"to":"closed"').replace(
        '"to":"confirmed"', '"to":"closed"'
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE worklist_event SET content = %s, hash = %s, after = 'closed' WHERE number = 7",
            [forged, digest(forged)],
        )
    count, broken = verify()
    assert (count, broken and (broken.number, broken.why)) == (7, (8, "before"))


def test_events_cannot_be_changed_or_deleted(scanned_desk: object) -> None:
    event = Event.objects.get(number=7)
    for change in (
        event.save,
        event.delete,
        Event.objects.filter(number=7).delete,
        lambda: Event.objects.update(action="x"),
        lambda: Event.objects.bulk_update([event], ["action"]),
        lambda: Event._base_manager.filter(number=7).update(action="x"),
    ):
        with pytest.raises(DeskError, match="a change of the record"):
            change()


def test_the_database_is_the_file_of_the_home_or_the_one_named(tmp_path: Path) -> None:
    own = database(None, Home(tmp_path))
    assert own["NAME"] == str(tmp_path / "db.sqlite3")
    assert own["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    named = database("postgres://me:secret@db.example:5433/desk", Home(tmp_path))
    assert (named["HOST"], named["PORT"], named["NAME"]) == ("db.example", 5433, "desk")
    assert "OPTIONS" not in named or "transaction_mode" not in named["OPTIONS"]


@pytest.mark.parametrize("url", ["nonsense", "mysql://me:secret@host/desk", "postgres:/x", "://"])
def test_an_address_of_no_database_is_refused_without_telling_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="postgres://") as refused:
        database(url, Home(tmp_path))
    assert "secret" not in str(refused.value)


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


SLEEPS = python("import time\nfor _ in range(600): time.sleep(0.05)")


def test_a_dead_process_is_started_anew_and_all_end_with_the_desk(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    once = python(
        f"import time; f = open({str(marks)!r}, 'a'); f.write('x'); f.close(); "
        f"n = len(open({str(marks)!r}).read())\nif n > 1:\n  time.sleep(30)"
    )
    ended, answers = threading.Event(), []
    plan = {"steady": SLEEPS, "dies-once": once}
    thread = threading.Thread(target=lambda: answers.append(serve.serve("", 0, plan=plan, ended=ended)))
    thread.start()
    until = time.monotonic() + 15
    while time.monotonic() < until and not (marks.exists() and marks.read_text() == "xx"):
        time.sleep(0.05)
    ended.set()
    thread.join(15)
    assert marks.read_text() == "xx"
    assert answers == [0]


def test_a_process_that_dies_again_and_again_ends_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_TOO_OFTEN", 2)
    assert serve.serve("", 0, plan={"steady": SLEEPS, "fails": python("raise SystemExit(3)")}) == 1


def test_deaths_long_ago_are_forgotten() -> None:
    child = serve.Child("x", [])
    assert not any(child.too_often(float(t)) for t in range(0, 1000, 100))
    assert [child.too_often(1000.0 + t) for t in range(5)][-1]
