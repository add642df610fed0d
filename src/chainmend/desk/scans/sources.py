"""What the tables of a dataset hold: rows read, kept and refused, and how new each is."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from chainmend.dataset import Dataset as City
from chainmend.desk.scans.models import Dataset, Duty
from chainmend.errors import DeskError
from chainmend.i18n import _, language, speaking
from chainmend.intake.columns import FILES
from chainmend.intake.quarantine import rule_name
from chainmend.intake.reader import read_dataset, read_report
from chainmend.tables import TABLES

_OWN_DATES = ("date", "year")
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True)
class Source:
    """One table of a dataset.

    Attributes
    ----------
    table, name
        Its id, and what it is called in the language of the moment.
    files
        Where it came from; empty where the table was not provided.
    read, kept, rejected
        Numbers of rows.
    reasons
        Why rows were refused, with the number of each.
    newest
        The last day or year that its rows name; None where they name none: then it is as old as the dataset.
    age
        Days since then, None where the table was not provided.
    duty
        Who owes its update, None where nobody said.
    due, late
        The day the update is due and the days since then; None without a duty or a table to count from.
    """

    table: str
    name: str
    files: tuple[str, ...]
    read: int
    kept: int
    rejected: int
    reasons: tuple[tuple[str, int], ...]
    newest: str | None
    age: int | None
    duty: Duty | None = None
    due: dt.date | None = None
    late: int | None = None


def table_name(table: str) -> str:
    """Return what a table is called in the language of the moment.

    Examples
    --------
    >>> table_name("supply_links")
    'supply links'
    """
    return FILES[table][0] if language() == "zh" else table.replace("_", " ")


def look(folder: Path) -> tuple[City, dict[str, Any]]:
    """Read the tables of a folder; return them with a report that can be kept as JSON.

    Raises
    ------
    DatasetError
        If the folder cannot be used as a dataset.
    """
    with speaking("zh"):
        chinese = read_dataset(folder).notes
    with speaking("en"):
        city, reports = read_report(folder)
    tables = [
        {
            "table": r.table,
            "files": list(r.files),
            "read": r.read,
            "kept": r.kept,
            "rejected": r.rejected,
            "rules": dict(r.rules),
            "newest": _newest(city.table("supply_links" if r.table == "trades" else r.table)),
        }
        for r in reports
    ]
    return city, {"tables": tables, "notes": {"zh": list(chinese), "en": list(city.notes)}}


def _newest(frame: pl.DataFrame) -> str | None:
    for column in _OWN_DATES:
        if column in frame.columns:
            last = frame[column].max()
            return None if last is None else str(last)
    return None


def report_of(dataset: Dataset) -> dict[str, Any]:
    """Return the report of a dataset; one that has none yet is read, and its report kept."""
    if not dataset.report:
        dataset.report = look(dataset.path)[1]
        Dataset.objects.filter(pk=dataset.pk).update(report=dataset.report)
    report: dict[str, Any] = dataset.report
    return report


def sources(dataset: Dataset, today: dt.date) -> list[Source]:
    """Return every table that a dataset may have, those it has first."""
    told = {t["table"]: t for t in report_of(dataset)["tables"]}
    missing = [t for t in TABLES if t not in told and not (t == "supply_links" and "trades" in told)]
    if "supply_links" in told and "trades" in missing:
        missing.remove("trades")
    duties = {d.table: d for d in Duty.objects.select_related("organisation")}
    given = [_source(t, dataset.date, duties.get(t["table"]), today) for t in told.values()]
    return given + [Source(t, table_name(t), (), 0, 0, 0, (), None, None, duties.get(t)) for t in missing]


def _source(told: dict[str, Any], until: dt.date, duty: Duty | None, today: dt.date) -> Source:
    day = day_of(told["newest"], until)
    due = months_after(day, duty.months) if duty else None
    return Source(
        told["table"],
        table_name(told["table"]),
        tuple(told["files"]),
        told["read"],
        told["kept"],
        told["rejected"],
        tuple((rule_name(rule), n) for rule, n in told["rules"].items()),
        told["newest"],
        max(0, (today - day).days),
        duty,
        due,
        max(0, (today - due).days) if due else None,
    )


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later; the last one of a month that is shorter.

    Examples
    --------
    >>> months_after(dt.date(2025, 12, 31), 2).isoformat()
    '2026-02-28'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day_of(newest: str | None, otherwise: dt.date) -> dt.date:
    """Return the last day that a table speaks of: a year means its end, but not later than the data.

    Examples
    --------
    >>> day_of("2025", dt.date(2026, 6, 30)).isoformat(), day_of("2025", dt.date(2025, 6, 30)).isoformat()
    ('2025-12-31', '2025-06-30')
    """
    if newest is None:
        return otherwise
    if newest.isdigit():
        return min(dt.date(int(newest), 12, 31), otherwise)
    return dt.date.fromisoformat(newest)


def rejected_rows(dataset: Dataset, table: str) -> pl.DataFrame:
    """Return the refused rows of a table, all columns as text; no rows where none was refused.

    Raises
    ------
    DeskError
        If there is no such table.
    """
    if table not in TABLES:
        raise DeskError(_("no table {name}").format(name=table), do=_("go back to the list"))
    file = dataset.path / "quarantine" / f"{table}.csv"
    if not file.is_file():
        return pl.DataFrame()
    return pl.read_csv(file, infer_schema=False)


def as_csv(rows: pl.DataFrame, dataset: Dataset) -> bytes:
    """Return rows as a CSV file that says whose data they are; no cell of it is a formula to a spreadsheet."""
    texts = [
        pl.when(pl.col(c).str.contains(_FORMULA) & ~pl.col(c).str.contains(_NUMBER))
        .then("'" + pl.col(c))
        .otherwise(pl.col(c))
        .alias(c)
        for c in rows.columns
    ]
    about = (
        pl.lit(dataset.city).alias("city"),
        pl.lit(dataset.date.isoformat()).alias("data_to"),
        pl.lit(str(dataset.synthetic).lower()).alias("demo_data"),
    )
    return b"\xef\xbb\xbf" + rows.select(*texts, *about).write_csv().encode()
