"""What an uploaded file may be: told by its content, never by what it says it is."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

import yaml

from chainmend.errors import DatasetError, DeskError
from chainmend.i18n import _
from chainmend.intake.description import NAME
from chainmend.intake.files import encoding_of

KINDS = (".csv", ".xlsx", ".parquet")
MOST_UNPACKED = 2 * 1024**3
MOST_MEMBERS = 2000
MOST_RATIO = 200
_SMALL = 1024**2
_MOST_DESCRIPTION = 64 * 1024
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"PK\x03\x04", b"%PDF")
_BLOCK = 1 << 20


def refused(name: str, came: str, expected: str | None = None) -> DeskError:
    """Return the error of a file that is not taken."""
    return DeskError(
        came,
        expected=expected
        or _("CSV, Excel (.xlsx) or Parquet files, {name}, or a zip of them").format(name=NAME),
        where=name,
        do=_("nothing was kept; send the right file"),
    )


def check(path: Path) -> None:
    """Refuse a file whose content is not what its name says.

    Raises
    ------
    DeskError
        If it is no CSV, Excel or Parquet file or description of a dataset, or could hold a program.
    """
    kind = path.suffix.lower()
    if path.name == NAME:
        _description(path)
    elif kind == ".csv":
        _text(path)
    elif kind == ".xlsx":
        _workbook(path)
    elif kind == ".parquet":
        _parquet(path)
    else:
        raise refused(path.name, _("a file of another kind"))


def _description(path: Path) -> None:
    if path.stat().st_size > _MOST_DESCRIPTION:
        raise refused(path.name, _("more than {n} bytes").format(n=_MOST_DESCRIPTION))
    _text(path)
    try:
        yaml.safe_load(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise refused(path.name, _("no YAML")) from error


def _text(path: Path) -> None:
    with path.open("rb") as handle:
        first = handle.read(64)
        if first.startswith(_PROGRAMS) or first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise refused(path.name, _("no text of a table"))
        block = first
        while block:
            if b"\x00" in block:
                raise refused(path.name, _("no text of a table"), _("UTF-8 or GB18030"))
            block = handle.read(_BLOCK)
    try:
        encoding_of(path)
    except DatasetError as error:
        raise refused(path.name, error.came, error.expected) from error


def _parquet(path: Path) -> None:
    mark = b"PAR1"
    with path.open("rb") as handle:
        first = handle.read(len(mark))
        handle.seek(max(0, path.stat().st_size - len(mark)))
        last = handle.read()
    if first != mark or last != mark or path.stat().st_size <= 2 * len(mark):
        raise refused(path.name, _("no Parquet file"))


def _workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            sound(archive, path.name)
            names = {n.lower() for n in archive.namelist()}
            if not {"[content_types].xml", "xl/workbook.xml"} <= names:
                raise refused(path.name, _("no Excel workbook"))
            programs = ("vbaproject.bin", "xl/activex/", "xl/embeddings/", "xl/macrosheets/")
            if any(p in n for n in names for p in programs) or b"macroEnabled" in archive.read(
                next(n for n in archive.namelist() if n.lower() == "[content_types].xml")
            ):
                raise refused(path.name, _("a workbook with macros or embedded objects"))
            if archive.testzip() is not None:
                raise refused(path.name, _("a damaged file"))
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        raise refused(path.name, _("no Excel workbook")) from error


def sound(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that would unpack to too much, leave its folder, or is locked.

    Raises
    ------
    DeskError
        If it does.
    """
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise refused(name, _("more than {n} files").format(n=MOST_MEMBERS))
    if sum(m.file_size for m in members) > MOST_UNPACKED:
        raise refused(name, _("more than {n} bytes when unpacked").format(n=MOST_UNPACKED))
    for m in members:
        if m.file_size > _SMALL and m.file_size > MOST_RATIO * max(1, m.compress_size):
            raise refused(
                name, _("a file that unpacks to {n} bytes from almost nothing").format(n=m.file_size)
            )
        if m.flag_bits & 1:
            raise refused(name, _("a file locked with a password"))
        if stat.S_ISLNK(m.external_attr >> 16):
            raise refused(name, _("a link in place of a file"))
        if leaves(m.filename):
            raise refused(name, _("a path that leaves its folder"))


def leaves(name: str) -> bool:
    r"""Return whether a path inside an archive could lead out of the folder it is unpacked to.

    Examples
    --------
    >>> [leaves(n) for n in ("firms.csv", "city/firms.csv", "../firms.csv", "/etc/firms.csv", "c:\\firms.csv")]
    [False, False, True, True, True]
    """
    return (
        name.startswith("/")
        or "\\" in name
        or ":" in name
        or "\x00" in name
        or ".." in PurePosixPath(name).parts
    )
