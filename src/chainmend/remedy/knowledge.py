"""Whose inventions and fields of research name which segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.placement.terms import TermIndex

_NAMED = {"owner_id": pl.String, "segment_id": pl.String}


def inventions(dataset: Dataset, terms: TermIndex) -> pl.DataFrame | None:
    """Count the inventions whose titles name a segment.

    Parameters
    ----------
    dataset
        The city's tables.
    terms
        Terms of the catalogue.

    Returns
    -------
    polars.DataFrame or None
        owner_id, segment_id, inventions; an owner that is absent has none. None where no invention of the dataset has a
        title: then nothing is known.
    """
    titled = dataset.table("patents").filter(pl.col("invention") & pl.col("title").is_not_null())
    if titled.is_empty():
        return None
    named = {
        title: sorted({m.segment_id for m in terms.find(title)}) for title in titled["title"].unique().sort()
    }
    rows = [
        (owner, s) for owner, title in titled.select("owner_id", "title").iter_rows() for s in named[title]
    ]
    found = pl.DataFrame(rows, schema=_NAMED, orient="row")
    return found.group_by("owner_id", "segment_id").agg(inventions=pl.len().cast(pl.Int64))


def institutes(dataset: Dataset, terms: TermIndex, owned: pl.DataFrame | None) -> pl.DataFrame:
    """Institutes with a field or an invention that names a segment.

    Parameters
    ----------
    dataset, terms
        As of `inventions`.
    owned
        As of `inventions`.

    Returns
    -------
    polars.DataFrame
        institute_id, segment_id, name, city, named (whether its fields name the segment; null where it gives none),
        inventions (null where nothing is known of inventions).
    """
    table = dataset.table("institutes").select("institute_id", "name", "city", "fields")
    by_field = [
        (id, s)
        for id, fields in table.select("institute_id", "fields").iter_rows()
        if fields
        for s in sorted({m.segment_id for m in terms.find(fields)})
    ]
    schema = {"institute_id": pl.String, "segment_id": pl.String}
    fields = pl.DataFrame(by_field, schema=schema, orient="row").with_columns(named=pl.lit(value=True))
    count = pl.DataFrame(schema=schema | {"inventions": pl.Int64})
    if owned is not None:
        count = owned.rename({"owner_id": "institute_id"}).join(
            table.select("institute_id"), on="institute_id"
        )
    joined = fields.join(count, on=["institute_id", "segment_id"], how="full", coalesce=True).join(
        table, on="institute_id"
    )
    return joined.select(
        "institute_id",
        "segment_id",
        "name",
        "city",
        named=pl.when(pl.col("fields").is_not_null()).then(pl.col("named").fill_null(value=False)),
        inventions=pl.col("inventions") if owned is None else pl.col("inventions").fill_null(0),
    )
