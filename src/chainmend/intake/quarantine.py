"""Refused rows, kept with file, row, column, rule and value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from chainmend.i18n import _
from chainmend.intake.files import ROW

_SCHEMA = {
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "original": pl.String,
}


@dataclass
class Quarantine:
    """What was refused of one table.

    Attributes
    ----------
    table
        Contract the rows were meant for.
    parts
        Frames of refused rows; a row that breaks two rules stands in them twice.
    """

    table: str
    parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, file: str, raw: pl.DataFrame, bad: pl.DataFrame) -> None:
        """Keep rows of `raw` named in `bad` (columns: row number, column, rule)."""
        if bad.is_empty():
            return
        names = [c for c in raw.columns if c != ROW]
        rows = raw.join(bad.select(ROW).unique(), on=ROW, how="semi")
        originals = rows.select(ROW, original=pl.struct(pl.col(names).cast(pl.String)).struct.json_encode())
        values = (  # renamed only afterwards: a table may have a column `value` itself
            rows.select(ROW, pl.col(names).cast(pl.String))
            .unpivot(names, index=ROW, variable_name="column__", value_name="value__")
            .rename({"column__": "column", "value__": "value"})
        )
        self.parts.append(
            bad.join(originals, on=ROW, how="left")
            .join(values, on=[ROW, "column"], how="left")
            .select(
                pl.lit(file).alias("file"),
                pl.col(ROW).cast(pl.Int64).alias("row"),
                "column",
                "rule",
                "value",
                "original",
            )
        )

    @property
    def frame(self) -> pl.DataFrame:
        """All of them, by file and row."""
        if not self.parts:
            return pl.DataFrame(schema=_SCHEMA)
        return pl.concat(self.parts).sort("file", "row", "column", "rule", nulls_last=True)

    @property
    def rows(self) -> int:
        """Number of refused rows."""
        return self.frame.select("file", "row").n_unique() if self.parts else 0

    @property
    def rules(self) -> dict[str, int]:
        """Rule -> number of rows that broke it."""
        counted = self.frame.group_by("rule").agg(pl.struct("file", "row").n_unique()).sort("rule")
        return dict(counted.iter_rows())


def rule_name(rule: str) -> str:
    """A rule in the words of the current language; its id where it has none.

    Examples
    --------
    >>> rule_name("no_scope")
    'figure without scope'
    """
    names = {
        "not_a_number": _("not a number"),
        "not_a_whole_number": _("not a whole number"),
        "not_a_date": _("not a date"),
        "not_yes_or_no": _("neither yes nor no"),
        "too_small": _("too small"),
        "too_large": _("too large"),
        "wrong_form": _("not the form of the column"),
        "unknown_word": _("unknown word"),
        "empty": _("empty"),
        "damaged_code": _("code damaged by a spreadsheet"),
        "duplicate_key": _("key stands twice"),
        "in_the_future": _("later than the data"),
        "unknown_firm": _("unknown firm"),
        "unknown_district": _("unknown district"),
        "no_scope": _("figure without scope"),
        "not_to_itself": _("sold to itself"),
        "seller_missing": _("seller is missing"),
        "buyer_missing": _("buyer is missing"),
        "date_unreadable": _("not a date"),
        "date_after_dataset": _("later than the data"),
        "amount_unreadable": _("not a number"),
        "amount_negative": _("negative amount"),
        "sold_to_itself": _("sold to itself"),
        "seller_unknown": _("unknown seller"),
        "buyer_unknown": _("unknown buyer"),
    }
    return names.get(rule, rule)


def write(quarantines: list[Quarantine], folder: Path) -> None:
    """Write one CSV a table with refused rows into `folder`, and take away those of an earlier reading."""
    kept = [q for q in quarantines if q.parts]
    if not kept and not folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for q in kept:
        partial = folder / f".{q.table}.partial"
        q.frame.write_csv(partial)
        partial.replace(folder / f"{q.table}.csv")
    names = {f"{q.table}.csv" for q in kept}
    for q in quarantines:
        old = folder / f"{q.table}.csv"
        if old.name not in names and old.exists():
            old.unlink()
