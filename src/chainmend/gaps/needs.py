"""Verified needs of a segment, and who reported them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from chainmend.dataset import Dataset


def needs_by_segment(dataset: Dataset) -> dict[str, list[dict[str, Any]]] | None:
    """Verified needs with their reporters.

    Parameters
    ----------
    dataset
        The city's tables; needs without a segment are left out.

    Returns
    -------
    dict or None
        Segment id -> needs, newest first: need_id, reporter_id, reporter (name, or the id where it is in no table), by
        (``leader``: a chain leader of the table of firms; ``institute``; ``firm``; null where it is in no table),
        text, date (ISO). None without a table of needs.

    Examples
    --------
    >>> import datetime as dt
    >>> from chainmend.dataset import Dataset, Place
    >>> from chainmend.tables import empty
    >>> tables = {"firms": empty("firms"), "needs": pl.DataFrame({"need_id": ["n"], "reporter_id": ["x"],
    ...     "segment_id": ["ic.eda"], "text": ["EDA"], "date": [dt.date(2025, 6, 1)], "verified": [True]})}
    >>> needs_by_segment(Dataset(Place("杭州市"), dt.date(2025, 12, 31), tables))["ic.eda"][0]["date"]
    '2025-06-01'
    """
    if not dataset.has("needs"):
        return None
    firms = dataset.firms.select(
        "firm_id",
        firm="name",
        firm_by=pl.when("leader").then(pl.lit("leader")).otherwise(pl.lit("firm")),
    )
    institutes = dataset.table("institutes").select(
        "institute_id", institute="name", institute_by=pl.lit("institute")
    )
    verified = (
        dataset.table("needs")
        .filter(pl.col("verified") & pl.col("segment_id").is_not_null())
        .join(firms, left_on="reporter_id", right_on="firm_id", how="left")
        .join(institutes, left_on="reporter_id", right_on="institute_id", how="left")
        .sort(["segment_id", "date", "need_id"], descending=[False, True, False])
        .select(
            "segment_id",
            "need_id",
            "reporter_id",
            reporter=pl.coalesce("institute", "firm", "reporter_id"),
            by=pl.coalesce("institute_by", "firm_by"),
            text="text",
            date=pl.col("date").dt.to_string("iso"),
        )
    )
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in verified.iter_rows(named=True):
        rows.setdefault(r.pop("segment_id"), []).append(r)
    return rows
