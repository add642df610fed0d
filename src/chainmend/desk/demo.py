"""A desk to try: a made-up city scanned twice, and one person of every role."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.scans.models import Dataset, ScanRun
from chainmend.desk.worklist.services import apply_scan
from chainmend.errors import DeskError
from chainmend.i18n import _, both
from chainmend.workflow import Role

if TYPE_CHECKING:
    import polars as pl

    from chainmend.dataset import Dataset as City

_PASSWORD_BYTES = 9


@dataclass(frozen=True)
class DemoLogin:
    """How to log in as a person of the demo; `role` and `organisation` in the language of the moment."""

    username: str
    password: str
    role: str
    organisation: str


def fill(
    *, firms: int = 3000, seed: int = 0, say: Callable[[str], None] = lambda _step: None
) -> list[DemoLogin]:
    """Make up a city, scan it at two dates, hold the list against both, and make a person of every role.

    Parameters
    ----------
    firms, seed
        Of `chainmend.demo.make_city`.
    say
        Called with the name of each of six steps.

    Raises
    ------
    DeskError
        If the desk has people or scans already.
    """
    if User.objects.exists() or ScanRun.objects.exists():
        raise DeskError(
            _("the desk has people or scans already"),
            expected=_("a new one"),
            do=_("choose another folder with --home"),
        )
    from chainmend.demo import make_city

    city = make_city(firms=firms, seed=seed)
    logins = _people(city.now.tables["firms"])
    for dataset in (city.now, city.later):
        _scan(dataset, say)
    return logins


def _scan(city: City, say: Callable[[str], None]) -> None:
    from chainmend.chain import DEFAULT_CATALOGUE
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.intake.reader import read_dataset
    from chainmend.intake.writer import write_dataset
    from chainmend.scanning import save_scan, scan

    home = settings.DESK_HOME
    name = f"demo-{city.date.isoformat()}"
    say(_("write and read the data of {date}").format(date=city.date))
    write_dataset(city, home.datasets / name)
    read = read_dataset(home.datasets / name)
    started = timezone.now()
    say(_("scan of {date}").format(date=city.date))
    found = scan(read, load_catalogue(DEFAULT_CATALOGUE))
    save_scan(found, home.scans / found.id)
    say(_("mend-list of {date}").format(date=city.date))
    with transaction.atomic():
        kept = Dataset.objects.create(
            folder=name, city=read.place.city, date=read.date, synthetic=True, fingerprint=read.fingerprint
        )
        apply_scan(found)
        ScanRun.objects.create(
            dataset=kept, state=ScanRun.DONE, started=started, finished=timezone.now(), scan_id=found.id
        )


def _people(firms: pl.DataFrame) -> list[DemoLogin]:
    import polars as pl

    local = firms.filter(pl.col("district").is_not_null())
    district = str(
        local["district"].value_counts(sort=True).sort(["count", "district"], descending=True)["district"][0]
    )
    leader = local.filter("leader").sort("firm_id").row(0, named=True)
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
        logins.append(DemoLogin(username, password, person.role_name, zh))
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
