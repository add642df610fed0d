"""Files of a small city, to be sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.core.files.uploadedfile import SimpleUploadedFile

from chainmend.desk.home import Home
from chainmend.desk.scans.models import Dataset

FIRMS = "firm_id,name,city,output\nA1,Alpha,示例市,100\nA2,Beta,示例市,200\nA3,Gamma,示例市,-5\n"
ABOUT = "city: 示例市\ndate: 2025-12-31\nsynthetic: true\n"
QUICK_YAML = "value: {draws: 0, top: 5}\nsensitivity: {draws: 0, step: 0, missing_links: 0}\n"


def sent(name: str, content: str | bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def zipped(*members: tuple[str, str | bytes]) -> bytes:
    """A zip of files."""
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return room.getvalue()


def workbook(*more: tuple[str, str | bytes]) -> bytes:
    """A workbook with one sheet of firms, with more members than it needs."""
    import polars as pl

    room = io.BytesIO()
    pl.DataFrame({"firm_id": ["A1"], "name": ["Alpha"], "city": ["示例市"]}).write_excel(room, "firms")
    with zipfile.ZipFile(room, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in more:
            archive.writestr(name, content)
    return room.getvalue()


@pytest.fixture
def quick_home(home: Home) -> Home:
    """A desk whose scans leave out what only costs time."""
    (home.folder / "settings.yaml").write_text(QUICK_YAML, "utf-8")
    return home


@pytest.fixture
def keep(db: None, quick_home: Home) -> Callable[..., Dataset]:
    """Keeps a small dataset of a day."""
    from chainmend.desk.scans.sources import look

    def made(date: str = "2025-12-31", firms: str = FIRMS) -> Dataset:
        folder = Path(conf.DESK_HOME.datasets) / date
        folder.mkdir()
        (folder / "firms.csv").write_text(firms, "utf-8")
        (folder / "dataset.yaml").write_text(ABOUT.replace("2025-12-31", date), "utf-8")
        city, report = look(folder)
        return Dataset.objects.create(
            folder=date,
            city=city.place.city,
            date=city.date,
            synthetic=True,
            fingerprint=city.fingerprint,
            report=report,
        )

    return made
