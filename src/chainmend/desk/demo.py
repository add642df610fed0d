"""A desk to try: a made-up city scanned twice, and one person of every role."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings as conf
from django.db import transaction
from django.utils import timezone

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.demo_past import DAYS, live
from chainmend.desk.scans.models import Dataset, Duty, ScanRun
from chainmend.desk.scans.sources import report_of
from chainmend.desk.worklist.services import apply_scan
from chainmend.errors import DeskError
from chainmend.i18n import _, both
from chainmend.workflow import Role

if TYPE_CHECKING:
    import polars as pl

    from chainmend.dataset import Dataset as City
    from chainmend.desk.home import Home
    from chainmend.scanning import Scan
    from chainmend.settings import Settings

_PASSWORD_BYTES = 9


def _silent(step: str) -> None:
    """Say nothing of a step."""


@dataclass(frozen=True)
class DemoLogin:
    """How to log in as a person of the demo; `role` and `organisation` in the language of the moment."""

    username: str
    password: str
    role: str
    organisation: str


@dataclass(frozen=True)
class Scanned:
    """A city at one date, written to the home and scanned; `folder` is the name of its dataset there."""

    folder: str
    dataset: City
    scan: Scan
    started: dt.datetime


def fill(
    *,
    firms: int = 3000,
    seed: int = 0,
    settings: Settings | None = None,
    say: Callable[[str], None] = _silent,
) -> list[DemoLogin]:
    """Make up a city, scan it at two dates, hold the list against both, and make a person of every role.

    Parameters
    ----------
    firms, seed
        Of `chainmend.demo.make_city`.
    settings
        Of the scans.
    say
        Called with the name of each of six steps.

    Raises
    ------
    DeskError
        If the desk has people or scans already.
    """
    _new()
    from chainmend.demo import make_city

    city = make_city(firms=firms, seed=seed)
    scanned = []
    for dataset in (city.now, city.later):
        scanned.append(write_and_scan(dataset, conf.DESK_HOME, settings, say))
        say(_("mend-list of {date}").format(date=dataset.date))
    return fill_with(scanned, settings)


def fill_with(scanned: Sequence[Scanned], settings: Settings | None = None) -> list[DemoLogin]:
    """Hold the list against scans that were made before, in the order of time, and make a person of every role.

    What people did between the first scan and those after it is made up (`demo_past`).

    Raises
    ------
    DeskError
        If the desk has people or scans already.
    """
    _new()
    now = timezone.now()
    first, *later = scanned
    take(first, settings, at=now - dt.timedelta(days=DAYS))
    logins = make_people(scanned[-1].dataset.tables["firms"])
    live(now)
    for one in later:
        take(one, settings)
    owe_tables()
    newest = Dataset.objects.first()
    if newest is not None:
        report_of(newest)  # how new each table is, as an upload would have told
    return logins


def _new() -> None:
    if User.objects.exists() or ScanRun.objects.exists():
        raise DeskError(
            _("the desk has people or scans already"),
            expected=_("a new one"),
            do=_("choose another folder with --home"),
        )


def adopt(dataset: Path, scan: Path, home: Home) -> Scanned:
    """Copy a dataset and its scan, two folders that `chainmend demo` wrote, to the home.

    Raises
    ------
    ChainmendError
        If one of them cannot be read.
    """
    from chainmend.intake.reader import read_dataset
    from chainmend.scanning import load_scan

    read, found = read_dataset(dataset), load_scan(scan)
    name = f"demo-{read.date.isoformat()}"
    shutil.copytree(dataset, home.datasets / name)
    shutil.copytree(scan, home.scans / found.id)
    return Scanned(name, read, found, timezone.now())


def write_and_scan(
    city: City, home: Home, settings: Settings | None = None, say: Callable[[str], None] = _silent
) -> Scanned:
    """Write a city to the home, read it back and scan it; nothing is written to the database."""
    from chainmend.desk.scans.catalogues import keep
    from chainmend.intake.reader import read_dataset
    from chainmend.intake.writer import write_dataset
    from chainmend.scanning import save_scan, scan

    name, started = f"demo-{city.date.isoformat()}", timezone.now()
    say(_("write and read the data of {date}").format(date=city.date))
    write_dataset(city, home.datasets / name)
    read = read_dataset(home.datasets / name)
    say(_("scan of {date}").format(date=city.date))
    found = scan(read, keep(home), settings)
    save_scan(found, home.scans / found.id)
    return Scanned(name, read, found, started)


@transaction.atomic
def take(scanned: Scanned, settings: Settings | None = None, *, at: dt.datetime | None = None) -> ScanRun:
    """Tell the database of a scan and hold the list against it, at a moment of the past where one is given."""
    read = scanned.dataset
    kept = Dataset.objects.create(
        folder=scanned.folder,
        city=read.place.city,
        date=read.date,
        synthetic=read.synthetic,
        fingerprint=read.fingerprint,
    )
    apply_scan(scanned.scan, settings, firms=read.tables["firms"], at=at)
    return ScanRun.objects.create(
        dataset=kept,
        state=ScanRun.DONE,
        started=at or scanned.started,
        finished=at or timezone.now(),
        scan_id=scanned.scan.id,
    )


def owe_tables() -> None:
    """Note which bureau of the demo owes the update of which table, and how often."""
    owed: tuple[tuple[str, Role, int], ...] = (
        ("firms", "analyst", 12),
        ("products", "analyst", 12),
        ("trades", "admin", 3),
        ("customs", "admin", 1),
        ("statistics", "admin", 12),
        ("needs", "analyst", 6),
        ("patents", "scientist", 6),
        ("institutes", "scientist", 12),
        ("talks", "promoter", 1),
    )
    homes = {u.what: u.organisation for u in User.objects.select_related("organisation")}
    Duty.objects.bulk_create(
        Duty(table=table, organisation=homes[role], months=months) for table, role, months in owed
    )


def make_people(firms: pl.DataFrame) -> list[DemoLogin]:
    """Make one person of every role; the leader is of the largest leading firm, the district that of most firms."""
    import polars as pl

    local = firms.filter(pl.col("district").is_not_null())
    counts = local["district"].value_counts().sort("count", "district", descending=True)
    district = str(counts["district"][0])
    size = ["leader", "output", "firm_id"]
    leader = local.sort(size, descending=[True, True, False], nulls_last=True).row(0, named=True)
    homes: tuple[tuple[Role, str, tuple[str, str], dict[str, Any]], ...] = (
        ("analyst", "fenxi", both("Bureau of economy and information technology (demo)"), {}),
        ("promoter", "touzi", both("Bureau of investment promotion (demo)"), {}),
        ("scientist", "keji", both("Bureau of science and technology (demo)"), {}),
        ("district", "qu", both("{district} (demo)", district=(district, district)), {"district": district}),
        ("leader", "lianzhu", (leader["name"], leader["name"]), {"firm_id": leader["firm_id"]}),
        ("chief", "lianzhang", both("Office of the chain chief (demo)"), {}),
        ("auditor", "shenji", both("Audit bureau (demo)"), {}),
        ("admin", "guanli", both("Data centre (demo)"), {}),
    )
    logins = []
    for role, username, (zh, en), more in homes:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        home = Organisation.objects.create(name=zh, name_en=en, **more)
        person = User.objects.create_user(
            username,
            password,
            name=_persons()[role],
            role=role,
            organisation=home,
            must_change_password=False,
        )
        logins.append(DemoLogin(username, password, person.role_name, str(home)))
    return logins


def _persons() -> dict[Role, str]:
    """Names of people that stand for nobody."""
    return {
        "analyst": both("Demo analyst")[0],
        "promoter": both("Demo promotion officer")[0],
        "scientist": both("Demo science officer")[0],
        "district": both("Demo district officer")[0],
        "leader": both("Demo supply manager")[0],
        "chief": both("Demo chain chief")[0],
        "auditor": both("Demo auditor")[0],
        "admin": both("Demo administrator")[0],
    }
