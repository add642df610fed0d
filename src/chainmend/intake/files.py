"""Files of any of the usual kinds as frames of raw text, with the number of each row."""

from __future__ import annotations

import codecs
import csv
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.intake.columns import HEADINGS, MONEY, plain

KINDS = (".csv", ".xlsx", ".xls", ".parquet")
ROW = "row__"
_SEARCH = 10
_UNIT_LINE = re.compile(r"单位:(千元|百万元|万元|亿元|元)")


@dataclass(frozen=True)
class Raw:
    """One table as it stands in one file; `ROW` counts lines, the header being line 1 of a text file."""

    file: str
    frame: pl.DataFrame


def encoding_of(path: Path) -> str:
    """Return utf-8-sig or gb18030, whichever the whole file is valid in.

    Raises
    ------
    DatasetError
        If it is neither.
    """
    for name in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as handle:
                while block := handle.read(1 << 20):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise DatasetError(
        _("text in an unknown encoding"),
        expected=_("UTF-8 or GB18030"),
        where=path.name,
        do=_("save the file again as UTF-8"),
    )


@contextmanager
def as_utf8(path: Path) -> Iterator[Path]:
    """Yield a path to the file in UTF-8: itself, or a copy that is deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield utf8_copy(path, Path(folder) / path.name)


def utf8_copy(path: Path, copy: Path) -> Path:
    """Return `path` where it is UTF-8, else `copy`, written from it block by block."""
    if encoding_of(path) != "gb18030":
        return path
    with (
        path.open(encoding="gb18030", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as to,
    ):
        while block := source.read(1 << 20):
            to.write(block)
    return copy


def read_csv(path: Path) -> pl.DataFrame:
    """Read a CSV file as text, every column; raises DatasetError where a line has more fields than the header."""
    if path.stat().st_size == 0:
        raise DatasetError(_("an empty file"), expected=_("a header and rows"), where=path.name)
    with as_utf8(path) as readable:
        try:
            frame = pl.read_csv(readable, infer_schema=False)
        except pl.exceptions.PolarsError as error:
            raise DatasetError(
                str(error).splitlines()[0],
                expected=_("comma-separated text, as many fields in each row as in the header"),
                where=path.name,
                do=_("quote values that hold a comma"),
            ) from error
    return frame.with_row_index(ROW, offset=2)


def read_columns(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    """Read those columns of a CSV file as text; raises DatasetError where one is missing."""
    frame = read_csv(path)
    lost = [c for c in columns if c not in frame.columns]
    if lost:
        raise DatasetError(
            _("no column {names}").format(names=", ".join(lost)),
            expected=", ".join(columns),
            where=str(path),
        )
    return frame.select(columns)


def read_excel(path: Path, known: Callable[[list[str]], int]) -> dict[str, pl.DataFrame]:
    """Read every sheet as text; the header is the row in the first ten that `known` counts most headings in."""
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        sheets = {
            name: book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
            for name in book.sheet_names
        }
    except Exception as error:
        raise DatasetError(
            str(error).splitlines()[0],
            expected=_("an Excel workbook"),
            where=path.name,
            do=_("open and save it again"),
        ) from error
    found = {}
    for name, sheet in sheets.items():
        if sheet.height == 0:
            continue
        heads = [[str(v) if v is not None else "" for v in row] for row in sheet.head(_SEARCH).rows()]
        best = max(range(len(heads)), key=lambda n: (known(_titles(heads, n, known)), -n))
        titles = _titles(heads, best, known)
        unique = [t if titles.index(t) == n else f"{t} {n + 1}" for n, t in enumerate(titles)]
        body = sheet.slice(best + 1)
        body.columns = unique
        typed = book.load_sheet(
            name, header_row=None, skip_rows=best + 1, schema_sample_rows=None
        ).to_polars()
        if (
            typed.height == body.height and typed.width == body.width
        ):  # whole numbers: codes may have lost zeros
            whole = [u for u, kind in zip(unique, typed.dtypes, strict=True) if kind.is_numeric()]
            numbers = body.select(pl.col(whole).cast(pl.Int64, strict=False))
            body = body.with_columns(n for n in numbers if n.null_count() == body[n.name].null_count())
        found[name] = body.with_row_index(ROW, offset=best + 2)
    return found


def _titles(heads: list[list[str]], best: int, known: Callable[[list[str]], int]) -> list[str]:
    """Headings of a sheet: a blank one takes the known one above; 单位：万元 is the unit of all amounts."""
    above = heads[best - 1] if best else [""] * len(heads[best])
    pairs = zip(heads[best], above, strict=True)
    titles = [h or (a if known([a]) else "") or f"column {n + 1}" for n, (h, a) in enumerate(pairs)]
    cells = (_UNIT_LINE.search(plain(cell)) for row in heads[:best] for cell in row)
    unit = next((found.group(1) for found in cells if found), None)
    amounts = {plain(h) for table, column in MONEY for h in (column, *HEADINGS[table][column])}
    return [f"{t}（{unit}）" if unit and plain(t) in amounts else t for t in titles]


def read_parquet(path: Path) -> pl.DataFrame:
    """Read a Parquet file with its own types."""
    try:
        return pl.read_parquet(path).with_row_index(ROW, offset=1)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DatasetError(
            str(error).splitlines()[0], expected=_("a Parquet file"), where=path.name, do=_("write it again")
        ) from error


def known_headings(headings: list[str], known: set[str]) -> int:
    """How many of `headings` are among the `known` ones."""
    return sum(plain(h) in known for h in headings if h)


def headings(path: Path) -> list[str]:
    """Headings of a CSV or Parquet file, without reading its rows."""
    if path.suffix.lower() == ".parquet":
        return list(pl.read_parquet_schema(path))
    with path.open(encoding=encoding_of(path)) as handle:
        return next(csv.reader(handle), [])
