"""Shares of world supply of the inputs of chip making, by country: the ETO chip supply chain dataset.

A file beside this one says which segment an input of the dataset belongs to.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import yaml

from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.registry import register
from chainmend.tables import Provision

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

MAP = "chipchain_map.yaml"
_COLUMNS = {
    "providers": ("provider_id", "provider_name", "provider_type"),
    "provision": ("provider_id", "provided_id", "share_provided", "year"),
    "inputs": ("input_id", "input_name"),
}
_NO_COUNTRY = frozenset({"EUR", "Various countries"})
_COMPLETE = 95.0
"""Per cent from which on an input's countries count as all of them; what lacks below that is of unknown origin."""


@dataclass(frozen=True)
class _Input:
    """Shares of the countries in one input."""

    id: str
    name: str
    year: int
    shares: dict[str, float]


@register(
    "source",
    "chipchain",
    name=("芯片供应链各国份额（ETO）", "Countries' shares in the supply of chip making"),
    reference="CSET, ETO Advanced Semiconductor Supply Chain dataset (2026-08-14); CC BY-NC 4.0",
    needs=("firms",),
)
def chipchain(source: Path, dataset: Dataset) -> Dataset:
    """Add `provision`: of each segment the mean of its inputs' country shares, in the latest year of each input.

    Segments that the dataset has provision for already are replaced by what is imported.

    Parameters
    ----------
    source
        Folder with providers, provision and inputs as .csv.gz (or .csv).
    dataset
        What the rows are added to.

    Raises
    ------
    DatasetError
        If a file is missing or lacks a column, or none of its inputs is known.
    """
    folder = Path(source)
    tables = {name: _rows(folder, name) for name in _COLUMNS}
    mapped = segments_of_inputs()
    inputs, refused = _inputs(tables, mapped)
    by_segment: dict[str, list[_Input]] = defaultdict(list)
    for one in inputs:
        by_segment[mapped[one.id]].append(one)
    if not by_segment:
        raise DatasetError(
            _("no input with shares that belongs to a segment"),
            expected=_("inputs such as {names}").format(names=", ".join(sorted(mapped)[:5])),
            where=str(folder),
        )
    rows = [row for segment in sorted(by_segment) for row in _segment(segment, by_segment[segment])]
    new = Provision.cast(pl.DataFrame(rows, schema=Provision.column_names(), orient="row"))
    kept = dataset.table("provision").filter(~pl.col("segment_id").is_in(list(by_segment)))
    table = pl.concat([kept.select(new.columns), new]).sort("segment_id", "origin", "year")
    notes = [
        *dataset.notes,
        _("shares of world supply for {segments} segments from {inputs} inputs of the ETO dataset").format(
            segments=len(by_segment), inputs=len(inputs)
        ),
    ]
    if refused:
        notes.append(
            _("{count} rows of country shares cannot be read and were left out").format(count=refused)
        )
    return replace(
        dataset,
        tables={**dataset.tables, "provision": table},
        rejected={**dataset.rejected, "provision": dataset.rejected.get("provision", 0) + refused},
        notes=tuple(notes),
    )


def segments_of_inputs() -> dict[str, str]:
    """Return input of the ETO dataset -> segment, as the file beside this module says.

    Examples
    --------
    >>> segments_of_inputs()["N19"]
    'ic.lithography'
    """
    text = resources.files(__package__).joinpath(MAP).read_text("utf-8")
    return {str(id): str(entry["segment"]) for id, entry in yaml.safe_load(text)["inputs"].items()}


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a file, packed or not."""
    path = next((p for p in (folder / f"{name}.csv.gz", folder / f"{name}.csv") if p.is_file()), None)
    if path is None:
        raise DatasetError(
            _("no file {name}").format(name=f"{name}.csv.gz"),
            expected=_("a folder with {names}").format(names=", ".join(f"{n}.csv.gz" for n in _COLUMNS)),
            where=str(folder),
        )
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            rows = list(reader)
            headings = reader.fieldnames or []
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            _("cannot be read: {error}").format(error=error), expected="CSV", where=str(path)
        ) from error
    missing = [column for column in _COLUMNS[name] if column not in headings]
    if missing:
        raise DatasetError(
            _("no column {columns}").format(columns=", ".join(missing)),
            expected=_("columns {columns}").format(columns=", ".join(_COLUMNS[name])),
            where=str(path),
        )
    return rows


def _number(text: str | None) -> float | None:
    """A figure of a cell; None where there is none or it is no figure."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if value == value else None  # nan is what a table program writes for an empty cell


def _inputs(tables: dict[str, list[dict[str, str]]], mapped: dict[str, str]) -> tuple[list[_Input], int]:
    """Mapped inputs with country shares in their latest year, and how many of their rows could not be read.

    Passed over and not counted: rows without a share (minor providers), of single firms, of whole stages.
    """
    countries = {
        row["provider_id"]: row["provider_name"]
        for row in tables["providers"]
        if row["provider_type"] == "country"
    }
    names = {row["input_id"]: row["input_name"] for row in tables["inputs"]}
    found: dict[str, dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    refused = 0
    for row in tables["provision"]:
        id = row["provided_id"]
        if (
            id not in mapped
            or row["provider_id"] not in countries
            or row["share_provided"] in (None, "", "nan")
        ):
            continue
        share, year = _number(row["share_provided"]), _number(row["year"])
        if (
            share is None
            or not 0 <= share <= 100
            or year is None
            or not 1900 <= year <= 2200
            or id not in names
        ):
            refused += 1
            continue
        origin = _origin(countries[row["provider_id"]])
        of_year = found[id][int(year)]
        of_year[origin] = of_year.get(origin, 0.0) + share
    inputs = []
    for id in sorted(found):
        year_ = max(found[id])
        if (shares := _normalised(found[id][year_])) is not None:
            inputs.append(_Input(id, names[id], year_, shares))
    return inputs, refused


def _origin(name: str) -> str:
    """The country's code; `other` for groups of countries."""
    return name if len(name) == 3 and name.isupper() and name not in _NO_COUNTRY else "other"


def _normalised(per_cent: dict[str, float]) -> dict[str, float] | None:
    """Shares that sum to 1; clearly less than all of the supply leaves the rest to `other`."""
    total = sum(per_cent.values())
    if total <= 0:
        return None
    filled = dict(per_cent)
    if total < _COMPLETE:
        filled["other"] = filled.get("other", 0.0) + 100.0 - total
        total = 100.0
    return {origin: share / total for origin, share in filled.items()}


def _segment(segment: str, inputs: list[_Input]) -> list[tuple[str, str, int, float, str]]:
    """Rows of one segment: the mean over its inputs, none of them weighing more than another."""
    origins = sorted({origin for one in inputs for origin in one.shares})
    year = max(one.year for one in inputs)
    named = "; ".join(f"{one.name} ({one.id}, {one.year})" for one in inputs)
    source = f"CSET/ETO Advanced Semiconductor Supply Chain dataset: {named}"
    means = {o: sum(one.shares.get(o, 0.0) for one in inputs) / len(inputs) for o in origins}
    return [(segment, o, year, min(round(share, 9), 1.0), source) for o, share in means.items() if share > 0]
