"""Sums single trades into yearly supply links without ever holding the trades in memory.

The only module that knows DuckDB: files are streamed, sums beyond the memory allowed spill to a temporary folder,
and amounts are summed as whole fen, so that the result does not depend on the order in which rows are read.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from chainmend.errors import DatasetError, TableError
from chainmend.i18n import _
from chainmend.intake.files import utf8_copy
from chainmend.tables import SupplyLinks, empty

COLUMNS = ("seller_id", "buyer_id", "date", "amount")
# What a row may break, in the order of judging; a row is counted under the first. Rule -> column.
RULES = {
    "seller_missing": "seller_id",
    "buyer_missing": "buyer_id",
    "date_unreadable": "date",
    "date_after_dataset": "date",
    "amount_unreadable": "amount",
    "amount_negative": "amount",
    "sold_to_itself": "buyer_id",
    "seller_unknown": "seller_id",
    "buyer_unknown": "buyer_id",
}
_MOST_FEN = 9e16  # a single trade beyond this (900 trillion yuan) is an error of typing, and keeps sums exact
_DATE_FORMATS = (
    ["%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d%H%M%S", "%Y%m%d %H:%M:%S"]
    + [f"%Y.%m.%d {clock}" for clock in ("%H:%M", "%H:%M:%S")]
    + [f"%Y/%m/%d {clock}" for clock in ("%H:%M", "%H:%M:%S")]
)


@dataclass(frozen=True)
class SummedTrades:
    """What came of the trades.

    Attributes
    ----------
    links
        One row a supplier, buyer and year, sorted by them (contract SupplyLinks).
    read, rejected
        Rows in the files, and those of them that were refused.
    reasons
        Rule -> number of rows refused by it.
    """

    links: pl.DataFrame
    read: int
    rejected: int
    reasons: dict[str, int] = field(default_factory=dict)


def sum_trades(
    files: Sequence[Path],
    *,
    rename: Mapping[str, str],
    factor: float,
    latest: dt.date,
    firm_ids: Sequence[str] | None = None,
    rejected_to: Path | None = None,
    memory: str = "1GB",
) -> SummedTrades:
    """Sum the trades of `files` by seller, buyer and year.

    Parameters
    ----------
    files
        CSV (UTF-8 or GB18030) or Parquet files of one contract.
    rename
        Heading in the files -> column of the contract; headings that are the contract's own need no entry.
    factor
        What an amount is multiplied by to be in yuan.
    latest
        Day after which no trade can have happened.
    firm_ids
        Firms that exist; without it any seller and buyer is taken.
    rejected_to
        CSV the refused rows are written to (file, row, column, rule, value); the heading is row 1.
    memory
        Most memory DuckDB may use before it spills to disk.

    Raises
    ------
    TableError
        If a file lacks a column.
    DatasetError
        If a file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="chainmend-") as folder:
        work = Path(folder)
        with _connect(work, memory) as con:
            if firm_ids is not None:
                known = pl.DataFrame({"firm_id": list(firm_ids)}, schema={"firm_id": pl.String}).unique()
                known.write_parquet(work / "known.parquet")
                con.execute(
                    f"CREATE TABLE known AS SELECT firm_id FROM read_parquet({_text(work / 'known.parquet')})"
                )
            sources = [_source(Path(file), rename, work, number) for number, file in enumerate(files)]
            try:
                selects = [select for select, _lines in sources]
                summed = _sum(con, selects, factor, latest, firm_ids is not None, rejected_to, work)
            except duckdb.Error as error:
                raise DatasetError(
                    str(error).split("\n")[0],
                    expected=_("CSV or Parquet files of trades that can be read to their end"),
                    where=", ".join(str(file) for file in files),
                    do=_("look at the file at that place; export it anew"),
                ) from error
    lines = sum(least for _select, least in sources)
    if summed.read < lines:
        raise DatasetError(
            _("{lines} lines give only {rows} rows").format(lines=lines, rows=summed.read),
            expected=_("one row a line; a quote is not closed or a cell holds a line break"),
            where=", ".join(str(file) for file in files),
            do=_("take quotes and line breaks out of the cells and export the file anew"),
        )
    return summed


def _connect(work: Path, memory: str) -> duckdb.DuckDBPyConnection:
    """An own in-memory database that loads no extension and spills into `work`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(work / "spill"),
        "threads": 2,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return duckdb.connect(":memory:", config=config)


def _text(value: object) -> str:
    """`value` as a literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def _name(value: str) -> str:
    """`value` as a name of SQL."""
    return '"' + value.replace('"', '""') + '"'


def _source(file: Path, rename: Mapping[str, str], work: Path, number: int) -> tuple[str, int]:
    """A SELECT of file, row and the four columns as trimmed text, null where empty; and the least rows it has."""
    if not file.is_file():
        raise DatasetError(_("no such file"), where=str(file))
    if file.suffix.lower() == ".parquet":
        headings = list(pl.read_parquet_schema(file))
        names = {heading: _name(heading) for heading in headings}
        lines = int(pl.scan_parquet(file).select(pl.len()).collect().item())
        origin, row = f"read_parquet({_text(file)}, file_row_number=true)", "file_row_number + 2"
    else:
        # Counted here, since a quote that is never closed would take in the rows after it without a word.
        with file.open("rb") as handle:
            lines = sum(1 for line in handle if line.strip(b"\r\n")) - 1
        readable = utf8_copy(file, work / f"trades-{number}.csv")
        headings, delimiter = _heading(readable)
        names = {heading: f"c{i}" for i, heading in enumerate(headings)}
        columns = ", ".join(f"c{i}: 'VARCHAR'" for i in range(len(headings)))
        origin = (
            f"read_csv({_text(readable)}, auto_detect=false, header=false, skip=1, delim={_text(delimiter)}, "
            f"quote='\"', escape='\"', null_padding=true, strict_mode=false, parallel=false, "
            f"columns={{{columns}}})"
        )
        row = "row_number() OVER () + 1"
    wanted = _columns(headings, rename, file)
    cells = ", ".join(
        f"nullif(trim({names[heading]}::VARCHAR), '') AS {column}" for column, heading in wanted.items()
    )
    return f"SELECT {_text(file.name)} AS file, {row} AS row, {cells} FROM {origin}", lines


def _columns(headings: Sequence[str], rename: Mapping[str, str], file: Path) -> dict[str, str]:
    """Contract column -> heading of the file."""
    found: dict[str, str] = {}
    for heading in headings:
        column = rename.get(heading, rename.get(heading.strip(), heading.strip()))
        if column in COLUMNS:
            found.setdefault(column, heading)
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        raise TableError(
            _("no column {columns} among: {headings}").format(
                columns=", ".join(missing), headings=", ".join(headings)
            ),
            expected=", ".join(COLUMNS),
            where=file.name,
            do=_("name the headings under `columns: trades:` in dataset.yaml"),
        )
    return {column: found[column] for column in COLUMNS}


def _heading(file: Path) -> tuple[list[str], str]:
    """The headings and what separates them."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        line = handle.readline()
    delimiter = max((",", "\t", ";"), key=line.count)
    return next(csv.reader([line], delimiter=delimiter), []), delimiter


def _judged(sources: Sequence[str], factor: float, latest: dt.date, known: bool) -> str:
    """A SELECT of every row with its day, whole fen and the first rule it breaks."""
    formats = ", ".join(_text(f) for f in _DATE_FORMATS)
    day = (
        "CASE WHEN left(date, 1) BETWEEN '0' AND '9' THEN "
        f"coalesce(try_cast(date AS DATE), CAST(try_strptime(date, [{formats}]) AS DATE)) END"
    )
    yuan = r"try_cast(regexp_replace(replace(replace(amount, ',', ''), '，', ''), '^[¥￥]', '') AS DOUBLE)"
    checks = [
        ("seller_missing", "seller_id IS NULL"),
        ("buyer_missing", "buyer_id IS NULL"),
        ("date_unreadable", "day IS NULL OR day < DATE '1900-01-01'"),
        ("date_after_dataset", f"day > DATE '{latest.isoformat()}'"),
        ("amount_unreadable", f"fen IS NULL OR NOT isfinite(fen) OR abs(fen) > {_MOST_FEN!r}"),
        ("amount_negative", "fen < 0"),
        ("sold_to_itself", "seller_id = buyer_id"),
    ]
    if known:
        checks += [
            ("seller_unknown", "seller_id NOT IN (SELECT firm_id FROM known)"),
            ("buyer_unknown", "buyer_id NOT IN (SELECT firm_id FROM known)"),
        ]
    rule = "CASE " + " ".join(f"WHEN {test} THEN '{name}'" for name, test in checks) + " END"
    return (
        f"SELECT *, {rule} AS rule FROM (SELECT *, {day} AS day, round({yuan} * {factor!r} * 100) AS fen "
        f"FROM ({' UNION ALL '.join(sources)}))"
    )


def _sum(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[str],
    factor: float,
    latest: dt.date,
    known: bool,
    rejected_to: Path | None,
    work: Path,
) -> SummedTrades:
    """One pass for sums and reasons, a second one only where rows were refused and are to be kept."""
    if not sources:
        return SummedTrades(empty("supply_links"), 0, 0)
    judged = _judged(sources, float(factor), latest, known)
    good = "CASE WHEN rule IS NULL THEN {} END"
    con.execute(
        f"CREATE TABLE summed AS SELECT {good.format('seller_id')} AS supplier_id, "
        f"{good.format('buyer_id')} AS buyer_id, {good.format('year(day)')} AS year, rule, "
        f"sum({good.format('fen::BIGINT')}) AS fen, count(*) AS trades FROM ({judged}) GROUP BY 1, 2, 3, 4"
    )
    target = work / "links.parquet"
    con.execute(
        "COPY (SELECT supplier_id, buyer_id, year::INTEGER AS year, fen::DOUBLE / 100 AS amount, "
        "trades::BIGINT AS trades FROM summed WHERE rule IS NULL ORDER BY supplier_id, buyer_id, year) "
        f"TO {_text(target)} (FORMAT parquet)"
    )
    links = SupplyLinks.cast(pl.read_parquet(target))
    found = con.execute("SELECT rule, trades FROM summed WHERE rule IS NOT NULL").fetchall()
    counts = {str(rule): int(number) for rule, number in found}
    reasons = {rule: counts[rule] for rule in RULES if rule in counts}
    rejected = sum(reasons.values())
    if rejected_to is not None:
        _keep_rejected(con, judged, Path(rejected_to), rejected)
    return SummedTrades(links, int(links["trades"].sum()) + rejected, rejected, reasons)


def _keep_rejected(con: duckdb.DuckDBPyConnection, judged: str, target: Path, rejected: int) -> None:
    """Write the refused rows beside and rename; what an earlier reading refused does not stay."""
    if not rejected:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    column = "CASE " + " ".join(f"WHEN rule = '{r}' THEN '{c}'" for r, c in RULES.items()) + " END"
    value = "CASE " + " ".join(f"WHEN rule = '{r}' THEN {c}" for r, c in RULES.items()) + " END"
    con.execute(
        f"COPY (SELECT file, row, {column} AS column, rule, {value} AS value FROM ({judged}) "
        f"WHERE rule IS NOT NULL ORDER BY file, row) TO {_text(part)} (FORMAT csv, HEADER true)"
    )
    os.replace(part, target)
