"""Taking in data: files that were sent become a dataset, or nothing is kept of them."""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

import yaml
from django.conf import settings as conf
from django.core.files.uploadedfile import UploadedFile

from chainmend.desk.accounts.models import User
from chainmend.desk.scans import content
from chainmend.desk.scans.content import refused
from chainmend.desk.scans.models import Dataset
from chainmend.desk.scans.sources import look
from chainmend.errors import DeskError
from chainmend.i18n import _
from chainmend.intake.columns import table_of
from chainmend.intake.description import NAME

MOST_BYTES = 512 * 1024**2
MOST_FILES = 60
_BLOCK = 1 << 20
_NAME = re.compile(r"[\w（）() +.\-]{1,120}")
_LEFT_OUT = ("__MACOSX", "quarantine")


def receive(
    files: Sequence[UploadedFile[bytes]],
    user: User,
    *,
    base: Dataset | None = None,
    city: str = "",
    date: dt.date | None = None,
) -> Dataset:
    """Check what was sent, read it, and keep it as a new dataset.

    Parameters
    ----------
    files
        CSV, Excel and Parquet files, or zips of them, perhaps with a ``dataset.yaml``.
    user
        Who sent them.
    base
        A dataset whose other tables are kept; those sent take the place of its own.
    city, date
        What ``dataset.yaml`` would say; they go before it.

    Raises
    ------
    DeskError
        If a file is not what it may be, or the same data are here already.
    DatasetError
        If the files are no dataset.
    """
    if sum(f.size or 0 for f in files) > MOST_BYTES:
        raise refused(str(files[0].name), _("more than {n} bytes").format(n=MOST_BYTES))

    def fill(partial: Path) -> None:
        for file in files:
            _take(file, partial)
        if not any(partial.iterdir()):
            raise refused(str(files[0].name), _("no file of a table"))
        if base is not None:
            _fill_up(partial, base)
        _describe(partial, city, date)

    return _take_in(fill, user)


def incoming() -> list[str]:
    """Return the names of the folders that lie in the desk's folder for incoming data."""
    room = Path(conf.DESK_HOME.incoming)
    return (
        sorted(p.name for p in room.iterdir() if p.is_dir() and _NAME.fullmatch(p.name))
        if room.is_dir()
        else []
    )


def mount(name: str, user: User) -> Dataset:
    """Take in a folder of incoming data as it stands now: it is copied, so that a scan can be repeated.

    Parameters
    ----------
    name
        One of `incoming`. What is in its own subfolders is left alone.

    Raises
    ------
    DeskError
        If there is no such folder, a file is not what it may be, or the same data are here already.
    DatasetError
        If the files are no dataset.
    """
    if name not in incoming():
        raise refused(name[:80], _("no folder of incoming data"), ", ".join(incoming()) or _("a folder"))
    folder = Path(conf.DESK_HOME.incoming) / name

    def fill(partial: Path) -> None:
        for file in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
            with file.open("rb") as handle:
                _keep(handle, file.name, partial)
        if not any(partial.iterdir()):
            raise refused(name, _("no file of a table"))
        _describe(partial, "", None)

    return _take_in(fill, user)


def _take_in(fill: Callable[[Path], None], user: User) -> Dataset:
    """Keep what `fill` writes into a folder as a dataset, or nothing of it."""
    room = Path(conf.DESK_HOME.datasets)
    room.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".upload-", dir=room))
    try:
        fill(partial)
        read, report = look(partial)
        if Dataset.objects.filter(fingerprint=read.fingerprint).exists():
            raise DeskError(_("the same data are here already"), do=_("scan them where they are"))
        name = f"{read.date.isoformat()}-{secrets.token_hex(4)}"
        partial.chmod(0o750)
        os.replace(partial, room / name)
        return Dataset.objects.create(
            folder=name,
            city=read.place.city,
            date=read.date,
            synthetic=read.synthetic,
            fingerprint=read.fingerprint,
            added_by=user,
            report=report,
        )
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _take(file: UploadedFile[bytes], folder: Path) -> None:
    name = str(file.name)
    if PurePosixPath(name).suffix.lower() != ".zip":
        if file.file is None:
            raise refused(name, _("no file of a table"))
        _keep(file.file, name, folder)
        return
    try:
        with zipfile.ZipFile(file.file or "", metadata_encoding="gb18030") as archive:
            content.sound(archive, name)
            for member, inside in _members(archive, name):
                with archive.open(member) as handle:
                    _keep(handle, inside, folder)
    except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError, EOFError) as error:
        raise refused(name, _("no zip file, or a damaged one")) from error


def _members(archive: zipfile.ZipFile, name: str) -> list[tuple[zipfile.ZipInfo, str]]:
    """The files of an archive with their names, without the one folder that they may all be in."""
    found = []
    for member in archive.infolist():
        parts = PurePosixPath(member.filename).parts
        if member.is_dir() or any(p in _LEFT_OUT or p.startswith(".") for p in parts):
            continue
        found.append((member, parts))
    tops = {parts[0] if len(parts) > 1 else "" for _member, parts in found}
    if len(tops) > 1 or any(len(parts) > 2 for _member, parts in found):
        raise refused(name, _("folders in folders"), _("the tables in one folder, or in none"))
    return [(member, parts[-1]) for member, parts in found]


def _keep(handle: IO[bytes], name: str, folder: Path) -> None:
    """Write one file and check it; what all of them hold together is bounded."""
    out = folder / name
    if PurePosixPath(name).name != name or name.startswith(".") or not _NAME.fullmatch(name):
        raise refused(name[:80], _("a name with signs that are not taken"))
    if name != NAME and out.suffix.lower() not in content.KINDS:
        raise refused(name, _("a file of another kind"))
    held = list(folder.iterdir())
    if len(held) >= MOST_FILES:
        raise refused(name, _("more than {n} files").format(n=MOST_FILES))
    if any(p.name.casefold() == name.casefold() for p in held):
        raise refused(name, _("two files of one name"))
    size = sum(p.stat().st_size for p in held)
    with out.open("xb") as kept:
        while block := handle.read(_BLOCK):
            size += len(block)
            if size > content.MOST_UNPACKED:
                raise refused(name, _("more than {n} bytes when unpacked").format(n=content.MOST_UNPACKED))
            kept.write(block)
    out.chmod(0o640)
    content.check(out)


def _fill_up(folder: Path, base: Dataset) -> None:
    """Copy the files of the tables that were not sent."""
    sent = {p.name for p in folder.iterdir()}
    tables = {table_of(Path(n).stem) for n in sent} - {None}
    for path in sorted(base.path.iterdir()):
        if path.is_file() and path.name not in sent and table_of(path.stem) not in tables:
            shutil.copy2(path, folder / path.name)


def _describe(folder: Path, city: str, date: dt.date | None) -> None:
    """Write what the form says into ``dataset.yaml``; city and day must stand in one of the two."""
    file = folder / NAME
    told = yaml.safe_load(file.read_text("utf-8-sig")) if file.is_file() else {}
    if not isinstance(told, dict):
        raise refused(NAME, _("no keys such as city and date"))
    told |= {k: v for k, v in (("city", city), ("date", date)) if v}
    if not told.get("city") or not told.get("date"):
        raise refused(NAME, _("nothing says of which city and day the data are"), _("city and date"))
    if (city or date) or not file.is_file():
        file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), "utf-8")
