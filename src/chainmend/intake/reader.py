"""A folder of files to a validated dataset; what is refused goes to the quarantine and the reading goes on."""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError, TableError
from chainmend.i18n import _
from chainmend.intake import checks
from chainmend.intake.cast import RULES, text, to_type
from chainmend.intake.columns import FILES, HEADINGS, UNITS, match, plain, table_of
from chainmend.intake.contract import hold, unreadable
from chainmend.intake.contract import refused as refused_rows
from chainmend.intake.description import NAME, Description, read_description
from chainmend.intake.files import (
    KINDS,
    ROW,
    Raw,
    headings,
    known_headings,
    read_csv,
    read_excel,
    read_parquet,
)
from chainmend.intake.quarantine import Quarantine, rule_name, write
from chainmend.tables import TABLES, empty

_ORDER = ("institutes", "districts", "firms")
_DAMAGED = r"^\d+(\.\d+)?[eE]\+\d+$"


@dataclass(frozen=True)
class TableReport:
    """What became of one table's rows."""

    table: str
    files: tuple[str, ...]
    read: int
    kept: int
    rejected: int
    rules: dict[str, int]
    examples: tuple[str, ...] = ()


@dataclass
class _State:
    folder: Path
    about: Description
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    reports: list[TableReport] = field(default_factory=list)
    quarantines: list[Quarantine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_dataset(folder: Path, *, quarantine: Path | None = None) -> Dataset:
    """Read the tables of one city from a folder of CSV, Excel or Parquet files.

    Parameters
    ----------
    folder
        Holds one file a table, or a workbook with one sheet a table, and mostly a ``dataset.yaml``.
    quarantine
        Where refused rows go; ``quarantine/`` in `folder` by default.

    Raises
    ------
    DatasetError
        If the folder, a required table or a whole file cannot be used.
    """
    return read_report(folder, quarantine=quarantine)[0]


def read_report(folder: Path, *, quarantine: Path | None = None) -> tuple[Dataset, list[TableReport]]:
    """As `read_dataset`, with what became of each table's rows."""
    state = _open(folder)
    raws, trades = _collect(state)
    if "firms" not in raws:
        raise DatasetError(
            _("no table of firms in {folder}").format(folder=folder),
            expected=_("a file firms.csv, .xlsx or .parquet (or {names})").format(
                names=", ".join(FILES["firms"])
            ),
            do=_("add the table; every other one may be missing"),
        )
    for table in sorted(raws, key=lambda t: (_ORDER.index(t) if t in _ORDER else len(_ORDER), t)):
        if table != "trades":
            _table(state, table, raws[table])
    with ExitStack() as stack:
        for raw in raws.pop("trades", []):  # a sheet; it goes the way of a file
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory())) / f"{raw.file}.csv"
            raw.frame.drop(ROW).write_csv(copy)
            trades.append(copy)
        if trades:
            _trades(state, trades, quarantine or folder / "quarantine")
    _write(state, quarantine)
    if state.about.place.city and not (state.tables["firms"]["city"] == state.about.place.city).any():
        state.notes.append(
            _("no firm is in the city {city}: is it written as in the table of firms?").format(
                city=state.about.place.city
            )
        )
    if state.tables["firms"].is_empty():
        if any(r.table == "firms" and r.read for r in state.reports):
            raise DatasetError(
                _("not one row of the table of firms could be used"),
                expected=_("rows with a firm id and a name"),
                where=str(folder),
                do=_("look into {folder}").format(folder=quarantine or folder / "quarantine"),
            )
        state.notes.append(_("the table of firms has no rows"))
    about = state.about
    data = Dataset(
        about.place,
        about.date,
        state.tables,
        about.synthetic,
        {r.table: r.rejected for r in state.reports if r.rejected},
        tuple(dict.fromkeys(state.notes)),
        about.code_system,
        about.currency,
    )
    return data, state.reports


def _write(state: _State, quarantine: Path | None) -> None:
    try:
        write(state.quarantines, quarantine or state.folder / "quarantine")
    except OSError as error:
        state.notes.append(_("refused rows could not be written: {error}").format(error=error))


def _open(folder: Path) -> _State:
    if not folder.is_dir():
        raise DatasetError(
            _("no folder {folder}").format(folder=folder), expected=_("a folder with the tables of a city")
        )
    about = read_description(folder)
    notes = []
    if about is None:
        about = Description(Place(""), dt.date.today())
        notes.append(_("no dataset.yaml: the city is the one most firms are in, the date is today"))
    return _State(folder, about, notes=[*about.notes, *notes])


def _collect(state: _State) -> tuple[dict[str, list[Raw]], list[Path]]:
    """Raw frames by table, and the files of trades, which are never read whole."""
    raws: dict[str, list[Raw]] = {}
    trades: list[Path] = []
    files = sorted(p for p in state.folder.iterdir() if p.is_file() and not p.name.startswith((".", "~")))
    for path in files:
        kind, table = path.suffix.lower(), table_of(path.stem)
        if path.name == NAME or kind not in KINDS:
            continue
        if kind in (".xlsx", ".xls"):
            known = _all_headings()
            sheets = read_excel(path, partial(known_headings, known=known))
            for name, frame in sheets.items():
                # a sheet of remarks beside the table has none of its headings
                here = len(sheets) == 1 or known_headings(frame.columns, known)
                sheet = table_of(name) or (table if here else None)
                if sheet:
                    raws.setdefault(sheet, []).append(Raw(f"{path.name}[{name}]", frame))
                else:
                    state.notes.append(
                        _("{file}: not a table we know, left out").format(file=f"{path.name}[{name}]")
                    )
        elif table is None:
            state.notes.append(_("{file}: not a table we know, left out").format(file=path.name))
        elif table == "trades":
            trades.append(path)
        else:
            frame = read_csv(path) if kind == ".csv" else read_parquet(path)
            raws.setdefault(table, []).append(Raw(path.name, frame))
    if not raws and not trades:
        raise DatasetError(
            _("no tables in {folder}").format(folder=state.folder),
            expected=_("files such as firms.csv or {name}.xlsx").format(name=FILES["firms"][0]),
        )
    if "supply_links" in raws and (trades or raws.pop("trades", [])):
        state.notes.append(_("supply links are given, so the trades were not summed"))
        trades = []
    return raws, trades


def _all_headings() -> set[str]:
    names = {plain(h) for t in HEADINGS for c, others in HEADINGS[t].items() for h in (c, *others)}
    return names | {f"{name}({unit})" for name in names for unit in UNITS}


def _table(state: _State, table: str, raws: list[Raw]) -> None:
    contract = TABLES[table]
    kept, quarantine, read = [], Quarantine(table), 0
    for raw in raws:
        renamed, factors = _rename(state, table, raw)
        read += renamed.height
        kept.append(_one_file(state, table, raw.file, renamed, factors, quarantine))
    frame = pl.concat(kept) if len(kept) > 1 else kept[0]
    if len(kept) > 1 and contract.primary_key():
        before = frame.height
        frame = frame.unique(contract.primary_key(), keep="first", maintain_order=True)
        if frame.height < before:
            state.notes.append(
                _("{table}: {n} rows stand in two files; the first was kept").format(
                    table=table, n=before - frame.height
                )
            )
    state.tables[table] = frame
    state.quarantines.append(quarantine)
    state.reports.append(
        TableReport(
            table,
            tuple(r.file for r in raws),
            read,
            frame.height,
            quarantine.rows,
            quarantine.rules,
            _examples(quarantine),
        )
    )
    if table == "firms" and not state.about.country_told:
        state.about = replace(state.about, place=_where(state.about.place, frame))


def _where(place: Place, firms: pl.DataFrame) -> Place:
    """The city most firms are in where none is named, and the country most firms of the city are in."""
    cities = firms["city"].drop_nulls()
    city = place.city or (str(cities.mode().sort()[0]) if len(cities) else "")
    there = firms.filter(pl.col("city") == city)["country"].mode().sort()
    return replace(place, city=city, country=str(there[0]) if len(there) else place.country)


def _examples(quarantine: Quarantine, limit: int = 3) -> tuple[str, ...]:
    """The first refused rows as a person would name them: where, what came, which rule."""
    where = _("{file}, row {row}, {column} {value}: {rule}")
    return tuple(
        where.format(**{k: "–" if v is None else rule_name(v) if k == "rule" else v for k, v in r.items()})
        for r in quarantine.frame.drop("original").head(limit).iter_rows(named=True)
    )


def _rename(state: _State, table: str, raw: Raw) -> tuple[pl.DataFrame, dict[str, float]]:
    """The raw frame under the contract's names, without blank lines; column -> factor of its unit."""
    heads = [c for c in raw.frame.columns if c != ROW]
    mapping, factors = match(table, heads, state.about.columns.get(table, {}))
    contract = TABLES[table]
    needed = [c for c, col in contract.columns().items() if not col.nullable or col.primary_key]
    given = {"country", "status", "leader"} if table == "firms" else set()
    missing = [c for c in needed if c not in mapping.values() and c not in given]
    if missing:
        raise TableError(
            _("headings: {headings}").format(headings=", ".join(heads[:12])),
            expected=_("a column {column} (or {names})").format(
                column=missing[0], names=", ".join(HEADINGS[table][missing[0]])
            ),
            where=raw.file,
            do=_("name the column so, or map it under columns in dataset.yaml"),
        )
    unused = [h for h in heads if h not in mapping and not h.startswith("column ")]
    if unused:
        state.notes.append(
            _("{file}: columns left out: {names}").format(file=raw.file, names=", ".join(unused[:8]))
        )
    stated = {c: f for (t, c), f in state.about.factors.items() if t == table}
    frame = raw.frame.select(ROW, *[pl.col(h).alias(c) for h, c in mapping.items()])
    if not raw.file.endswith(".parquet"):  # text files and workbooks have blank lines
        frame = frame.filter(~pl.all_horizontal(text(c).is_null() for c in mapping.values()))
    return frame, stated | factors


def _one_file(
    state: _State,
    table: str,
    file: str,
    raw: pl.DataFrame,
    factors: dict[str, float],
    quarantine: Quarantine,
) -> pl.DataFrame:
    """Cast, default, check; returns the good rows under the contract's types."""
    types = dict(empty(table).schema)
    cast = raw.select(
        ROW,
        *[to_type(table, c, raw.schema[c], types[c]) for c in raw.columns if c != ROW],
        *[pl.lit(None, types[c]).alias(c) for c in types if c not in raw.columns],
    ).select(ROW, *types)
    bad = [unreadable(raw, cast, c) for c in raw.columns if c != ROW and type(types[c]).__name__ in RULES]
    if "firm_id" in raw.columns and raw.schema["firm_id"] == pl.String:
        bad.append(refused_rows(cast, "damaged_code", "firm_id", pl.col("firm_id").str.contains(_DAMAGED)))
    if checks.swapped(cast):
        cast = cast.rename({"lon": "lat", "lat": "lon"}).select(ROW, *types)
        state.notes.append(_("{file}: longitude and latitude stood in the other order").format(file=file))
    cast = _defaults(state, table, cast, factors)
    _note_codes(state, file, raw, cast)
    city = state.about.place.city or None
    for rule, column, condition in (
        *checks.future(cast, state.about.date),
        *checks.dangling(table, state.tables),
        *checks.districts(table, state.tables, city),
    ):
        bad.append(refused_rows(cast, rule, column, condition))
    refused = pl.concat(bad).filter(pl.col(ROW).is_not_null()) if bad else None
    rest = (
        cast.join(refused.select(ROW).unique(), on=ROW, how="anti")
        if refused is not None and refused.height
        else cast
    )
    good, broken = hold(table, rest)
    same = rest.height - good.height - broken[ROW].n_unique()
    if same:
        state.notes.append(_("{file}: {n} rows stood there twice and count once").format(file=file, n=same))
    if refused is not None:
        quarantine.add(file, raw, refused)
    quarantine.add(file, raw, broken)
    return good.drop(ROW)


def _note_codes(state: _State, file: str, raw: pl.DataFrame, cast: pl.DataFrame) -> None:
    """Say that industry codes written as numbers got their leading zero back."""
    if "industry_code" not in raw.columns or not raw.schema["industry_code"].is_numeric():
        return
    n = cast["industry_code"].str.starts_with("0").sum()
    if n:
        state.notes.append(
            _("{file}: {n} values of industry_code had lost a leading zero and got it back").format(
                file=file, n=n
            )
        )


def _defaults(state: _State, table: str, cast: pl.DataFrame, factors: dict[str, float]) -> pl.DataFrame:
    """Units into whole money; what a table of firms may leave out."""
    scale = [(pl.col(c) * f).alias(c) for c, f in factors.items() if c in cast.columns and f != 1]
    if table == "firms":
        scale += [
            pl.col("country").fill_null(state.about.place.country),
            pl.col("status").fill_null("active"),
            pl.col("leader").fill_null(value=False),
        ]
    return cast.with_columns(scale)


def _trades(state: _State, files: list[Path], quarantine: Path) -> None:
    """Sum the files of trades to supply links without ever holding them in memory."""
    from chainmend.intake.trades import sum_trades

    mapping: dict[str, str] = {}
    factors: dict[float, str] = {}
    for file in files:
        heads = headings(file)
        found, units = match("trades", heads, state.about.columns.get("trades", {}))
        missing = [c for c in TABLES["trades"].column_names() if c not in found.values()]
        if missing:
            raise TableError(
                _("headings: {headings}").format(headings=", ".join(heads)),
                expected=_("a column {column} (or {names})").format(
                    column=missing[0], names=", ".join(HEADINGS["trades"][missing[0]])
                ),
                where=file.name,
            )
        mapping |= found
        factors[units.get("amount") or state.about.factors.get(("trades", "amount"), 1.0)] = file.name
    if len(factors) > 1:
        raise TableError(
            _("amounts in several units: {files}").format(files=", ".join(factors.values())),
            expected=_("one unit in all files of trades"),
            do=_("write the amounts of all of them in one unit"),
        )
    summed = sum_trades(
        files,
        rename=mapping,
        factor=next(iter(factors)),
        latest=state.about.date,
        firm_ids=state.tables["firms"]["firm_id"].to_list(),
        rejected_to=quarantine / "trades.csv",
    )
    state.tables["supply_links"] = summed.links
    state.reports.append(
        TableReport(
            "trades",
            tuple(f.name for f in files),
            summed.read,
            summed.read - summed.rejected,
            summed.rejected,
            summed.reasons,
        )
    )
    state.notes.append(
        _("{n} trades were summed to {links} supply links").format(
            n=summed.read - summed.rejected, links=summed.links.height
        )
    )
