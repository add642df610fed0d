"""Rows held against the contract of their table: which keep it, and which rule the others break."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl

from chainmend.intake.cast import RULES, text
from chainmend.intake.files import ROW
from chainmend.tables import TABLES

_SCOPE = ("measure", "universe", "year", "months", "basis")
_RULE_NAMES = {
    "primary_key": "duplicate_key",
    "nullability": "empty",
    "min": "too_small",
    "max": "too_large",
    "min_length": "empty",
    "regex": "wrong_form",
    "check": "unknown_word",
}


def refused(frame: pl.DataFrame, rule: str, column: str, condition: pl.Expr) -> pl.DataFrame:
    """Rows for which `condition` holds, with the column and the rule they break."""
    return frame.filter(condition).select(ROW, column=pl.lit(column), rule=pl.lit(rule))


def unreadable(raw: pl.DataFrame, cast: pl.DataFrame, column: str) -> pl.DataFrame:
    """Rows in which something stood that could not be read as the column's type."""
    rule = RULES[type(cast.schema[column]).__name__]
    if raw.schema[column] == cast.schema[column]:
        return pl.DataFrame(schema={ROW: raw.schema[ROW], "column": pl.String, "rule": pl.String})
    lost = raw.select(ROW, there=text(column).is_not_null()).with_columns(read=cast[column].is_not_null())
    return refused(lost, rule, column, pl.col("there") & ~pl.col("read"))


def hold(table: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hold `frame` against its contract: (good rows, refused rows with column and rule).

    Rows with the same key: identical ones count once, of others the first is kept.
    """
    contract = TABLES[table]
    keys = contract.primary_key()
    numbered: Any = type(f"Numbered{contract.__name__}", (contract,), {ROW: dy.UInt32(nullable=False)})
    good, failed = numbered.filter(frame.select(ROW, *contract.column_names()), cast=False)
    nothing = pl.DataFrame(schema={ROW: pl.UInt32, "column": pl.String, "rule": pl.String})
    if not failed.counts():
        return good.select(ROW, *contract.column_names()), nothing
    details = failed.details()
    rules = [c for c in details.columns if c not in frame.columns]
    long = (
        details.select(ROW, pl.col(rules).cast(pl.String))
        .unpivot(rules, index=ROW, variable_name="name", value_name="state")
        .filter(pl.col("state") == "invalid")
        .select(ROW, "name")
    )
    only_key = long.group_by(ROW).agg((pl.col("name") == "primary_key").all().alias("only")).filter("only")
    first = (
        details.join(only_key, on=ROW, how="semi").sort(ROW).unique(keys, keep="first", maintain_order=True)
        if keys
        else details.clear()
    ).select(ROW, *contract.column_names())
    same = (
        details.join(first, on=contract.column_names(), how="semi", nulls_equal=True)
        if keys
        else details.clear()
    )
    kept = pl.concat([good.select(ROW, *contract.column_names()), first]).sort(ROW)
    parts = pl.col("name").str.split("|")
    broken = (
        long.join(first, on=ROW, how="anti")
        .join(same, on=ROW, how="anti")
        .with_columns(
            column=pl.when(parts.list.len() > 1).then(parts.list.first()),
            rule=parts.list.last().replace(_RULE_NAMES),
        )
    )
    if table == "statistics":
        scope = pl.col("column").is_in(_SCOPE) & (pl.col("rule") == "empty")
        broken = broken.with_columns(rule=pl.when(scope).then(pl.lit("no_scope")).otherwise("rule"))
    return kept, broken.select(ROW, "column", "rule")
