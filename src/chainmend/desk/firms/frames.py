"""The local firms of a scan as one frame, and which of them a person may see."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.desk.visibility import may

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

_KEPT = 2
_OWN = ("firm_id", "name", "industry_code", "district", "status", "leader", "output", "scope_text")


@lru_cache(maxsize=_KEPT)
def local_firms(view: ScanView) -> pl.DataFrame:
    """Return every local firm of a scan, one row each, in the order of ids.

    Returns
    -------
    polars.DataFrame
        The firm's own columns, output in the currency of the dataset a year; `segment_id`, `basis` of its greatest
        weight; `segments`, `clusters`, `weights` (lists, greatest weight first); `confidence` (0 to 1, mean by weight);
        `doubt` (output times one less the confidence). What is of a placement is null for a firm on no segment.
    """
    clusters = pl.DataFrame(
        [(s.id, s.cluster_id) for s in view.catalogue.segments.values()],
        schema={"segment_id": pl.String, "cluster_id": pl.String},
        orient="row",
    )
    placed = (
        view.scan.placements.select("firm_id", "segment_id", "weight", "confidence", "basis")
        .join(clusters, on="segment_id", how="left")
        .sort("firm_id", "weight", "segment_id", descending=[False, True, False])
        .group_by("firm_id", maintain_order=True)
        .agg(
            pl.col("segment_id", "basis").first(),
            pl.col("segment_id").alias("segments"),
            pl.col("weight").alias("weights"),
            pl.col("cluster_id").unique(maintain_order=True).alias("clusters"),
            confidence=(pl.col("weight") * pl.col("confidence")).sum().round(6),
        )
    )
    local = view.dataset.firms.filter(pl.col("place") == "local").select(*_OWN)
    return (
        local.join(placed, on="firm_id", how="left")
        .with_columns(
            doubt=pl.col("output") * (1 - pl.col("confidence")), low=pl.col("name").str.to_lowercase()
        )
        .sort("firm_id")
    )


def visible_firms(view: ScanView, user: User) -> pl.DataFrame:
    """Return the local firms a person may see, as `visibility.may` says of each; every page of firms begins here."""
    every = local_firms(view)
    if not may(user, "see_firm"):
        return every.clear()
    if user.what == "district":
        return every.filter(pl.col("district") == user.district) if user.district else every.clear()
    if user.what == "leader":
        own = user.organisation.firm_id
        return every.filter(pl.col("firm_id") == own) if own else every.clear()
    return every


def firm_of(view: ScanView, user: User, firm_id: str) -> dict[str, Any] | None:
    """Return one firm; None where there is none or the person may not see it, which nobody can tell apart."""
    found = visible_firms(view, user).filter(pl.col("firm_id") == firm_id)
    return found.row(0, named=True) if found.height else None
