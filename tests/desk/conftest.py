"""A desk to test on: people of every role, a small city scanned twice, a client for each role.

`people` and `clients` need no scan; `scanned_desk` brings the list with its record, and `home` a folder of its own.
`whole` is all of that with things of every kind, made once a module for tests that look at all pages.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings as conf
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker
from pytest_django import Settings as DjangoSettings

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.demo import Scanned, take, write_and_scan
from chainmend.desk.home import Home
from chainmend.settings import Settings
from chainmend.workflow import ROLES, Role

from .matrix import Things
from .postgres import postgres  # noqa: F401  (a fixture)

PASSWORD = "a long word for tests"
QUICK = Settings(value={"draws": 0, "top": 5}, sensitivity={"draws": 0, "step": 0, "missing_links": 0})
"""Everything a scan finds, without what only costs time."""

HOMES: Mapping[Role, dict[str, str]] = {
    "analyst": {"name": "市经信局"},
    "promoter": {"name": "市投促局"},
    "scientist": {"name": "市科技局"},
    "district": {"name": "示例二区政府", "district": "示例二区"},
    "leader": {"name": "示例链主"},
    "chief": {"name": "链长办公室"},
    "auditor": {"name": "市审计局"},
    "admin": {"name": "市数据中心"},
}


@pytest.fixture(autouse=True)
def quick_desk(settings: DjangoSettings, tmp_path: Path) -> Iterator[None]:
    """Passwords are hashed quickly, tasks run at once, and nothing is written outside the test's own folder."""
    from chainmend.desk.scans import view

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.DESK_HOME = Home(tmp_path / "desk")
    settings.MEDIA_ROOT = settings.DESK_HOME.media
    view.forget()
    yield
    view.forget()
    translation.deactivate()


@pytest.fixture
def home() -> Home:
    """The folder of the test's own desk, made."""
    found: Home = conf.DESK_HOME
    return found.prepare()


@pytest.fixture
def people(db: None) -> dict[Role, User]:
    """Role -> a person of it; the chain leader is of the firm `F-LEAD`, the district officer of 示例二区."""
    return make_people()


def make_people() -> dict[Role, User]:
    """Make the people of `people`."""
    hashed = make_password(PASSWORD)
    found: dict[Role, User] = {}
    for role in ROLES:
        more = {"firm_id": "F-LEAD"} if role == "leader" else {}
        organisation = Organisation.objects.create(**HOMES[role], **more)
        found[role] = User.objects.create(
            username=role,
            name=f"{role} person",
            role=role,
            organisation=organisation,
            password=hashed,
            must_change_password=False,
        )
    return found


@pytest.fixture
def clients(people: dict[Role, User]) -> dict[Role, Client]:
    """Role -> a browser that is logged in, in English."""
    return {role: logged_in(person) for role, person in people.items()}


def logged_in(person: User, language: str = "en") -> Client:
    """Return a browser of a person who is logged in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = language
    return client


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, tuple[Scanned, Scanned]]:
    """A city of 300 firms at two dates, written and scanned once for all tests."""
    from chainmend.demo import make_city

    home = Home(tmp_path_factory.mktemp("scanned") / "desk").prepare()
    city = make_city(firms=300)
    return home, (write_and_scan(city.now, home, QUICK), write_and_scan(city.later, home, QUICK))


@pytest.fixture
def scanned_desk(
    db: None, settings: DjangoSettings, scanned: tuple[Home, tuple[Scanned, Scanned]]
) -> tuple[Scanned, Scanned]:
    """A desk whose list both scans were held against. Its folder is everybody's: write nothing there."""
    settings.DESK_HOME = scanned[0]
    for one in scanned[1]:
        take(one, QUICK)
    return scanned[1]


@pytest.fixture
def own_home(scanned: tuple[Home, tuple[Scanned, Scanned]], tmp_path: Path) -> Callable[[], Home]:
    """Copies the folder of the scanned city for a test that writes there."""

    def copy() -> Home:
        shutil.copytree(scanned[0].folder, tmp_path / "own")
        return Home(tmp_path / "own")

    return copy


@dataclass(frozen=True)
class Whole:
    """A desk with things of every kind: its people by role, and what addresses name."""

    home: Home
    people: Mapping[Role, User]
    things: Things

    def client(self, role: str, language: str = "en") -> Client:
        """A browser of a person of a role who is logged in; of nobody for any other word."""
        person = next((p for r, p in self.people.items() if r == role), None)
        if person is not None:
            return logged_in(person, language)
        client = Client()
        client.cookies[conf.LANGUAGE_COOKIE_NAME] = language
        return client


@pytest.fixture(scope="module")
def whole_made(
    scanned: tuple[Home, tuple[Scanned, Scanned]],
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Whole]:
    """Make it, once a module, in a transaction that is taken back at its end."""
    home = Home(tmp_path_factory.mktemp("whole") / "desk")
    shutil.copytree(scanned[0].folder, home.folder)
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        django_db_blocker.unblock(),
        override_settings(DESK_HOME=home, MEDIA_ROOT=home.media, PASSWORD_HASHERS=hashers),
        transaction.atomic(),
    ):
        yield Whole(home, people := make_people(), _things(people, scanned[1]))
        transaction.set_rollback(True)


def _things(people: Mapping[Role, User], scanned: tuple[Scanned, Scanned]) -> Things:
    """An entry that the district officer and the chain leader know, one that they do not, and the rest."""
    from chainmend.desk import scans
    from chainmend.desk.api.models import ApiToken
    from chainmend.desk.scans.models import ScanRun
    from chainmend.desk.scans.upload import receive
    from chainmend.desk.worklist.models import Entry, Need
    from chainmend.desk.worklist.services import move
    from chainmend.desk.worklist.talk import attach, comment

    analyst, leader = people["analyst"], people["leader"]
    runs = [take(one, QUICK) for one in scanned]
    near = Entry.objects.filter(district="示例二区", state="detected").order_by("pk")[0]
    far = Entry.objects.exclude(district="示例二区").filter(state="detected").order_by("pk")[0]
    due = timezone.localdate() + dt.timedelta(days=9)
    given = {"owner": str(leader.organisation_id), "remedy": "ally", "due": due.isoformat()}
    move(near.pk, "confirm", analyst, {}, near.version)
    move(near.pk, "assign", analyst, given, near.version + 1)
    move(far.pk, "confirm", analyst, {}, far.version)
    comment(near.pk, analyst, "@leader look")
    files = ((near, analyst), (near, leader), (far, analyst))
    told = [attach(e.pk, p, SimpleUploadedFile("a.pdf", b"%PDF-1.7 a page")).number for e, p in files]
    firms = b"firm_id,name,city,output\nA1,Alpha,\xe7\xa4\xba,100\nA2,Beta,\xe7\xa4\xba,-5\n"
    kept = receive([SimpleUploadedFile("firms.csv", firms)], analyst, city="示", date=dt.date(2026, 7, 31))
    waiting = ScanRun.objects.create(dataset=runs[1].dataset, asked_by=analyst)
    chief = people["chief"]
    view = scans.current()
    assert view is not None
    local = view.dataset.firms.filter(pl.col("place") == "local").sort("firm_id")
    second = pl.col("district") == "示例二区"
    here, there = (str(local.filter(rule)["firm_id"][0]) for rule in (second, ~second))
    need = Need.objects.create(
        organisation=leader.organisation, person=leader, segment_id="ic.eda", text="tools"
    )
    token = ApiToken.objects.create(
        owner=analyst, name="a program", digest="0" * 64, password_mark=analyst.get_session_auth_hash(),
        expires=timezone.now() + dt.timedelta(days=9),
    )  # fmt: skip
    return Things(
        near.pk, far.pk, *told, kept.pk, runs[1].pk, waiting.pk, chief.pk, chief.organisation_id, here, there,
        need.pk, token.pk,
    )  # fmt: skip


@pytest.fixture
def whole(whole_made: Whole, db: None, settings: DjangoSettings) -> Whole:
    """The desk of `whole_made`; what a test changes in the database is taken back, no scan is run."""
    settings.DESK_HOME, settings.MEDIA_ROOT = whole_made.home, whole_made.home.media
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    return whole_made
