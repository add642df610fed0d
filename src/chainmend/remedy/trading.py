"""What each firm outside the city has to do with the city: sales to it, growth of them, firms both deal with."""

from __future__ import annotations

import polars as pl

SCHEMA = {
    "firm_id": pl.String,
    "buyers": pl.Int64,
    "sold_here": pl.Int64,
    "ties": pl.Int64,
    "before": pl.Int64,
    "now": pl.Int64,
}


def trading(links: pl.DataFrame) -> pl.DataFrame:
    """Sum up the links of every firm outside the city that has one.

    Parameters
    ----------
    links
        Links of the last two years, as of `Context.links`.

    Returns
    -------
    polars.DataFrame
        firm_id; of the last year: buyers (local firms it sells to), sold_here (fen to them), ties (local firms it buys
        from, and customers elsewhere that local firms sell to as well); before and now (fen to anybody, of the year
        before and of the last year). Sorted by firm.

    Examples
    --------
    >>> links = pl.DataFrame(
    ...     [("far", "here", True, 500, False, True), ("here", "far", True, 100, True, False)],
    ...     schema=["supplier_id", "buyer_id", "last", "fen", "from_here", "to_here"], orient="row",
    ... )
    >>> trading(links).rows()
    [('far', 1, 500, 1, 0, 500)]
    """
    last = pl.col("last")
    outside = links.filter(~pl.col("from_here")).rename({"supplier_id": "firm_id"})
    sold = outside.group_by("firm_id").agg(
        buyers=pl.col("buyer_id").filter(last & pl.col("to_here")).n_unique(),
        sold_here=pl.col("fen").filter(last & pl.col("to_here")).sum(),
        before=pl.col("fen").filter(~last).sum(),
        now=pl.col("fen").filter(last).sum(),
    )
    here = links.filter(last & pl.col("from_here") & ~pl.col("to_here"))
    bought = here.group_by(firm_id="buyer_id").agg(suppliers=pl.col("supplier_id").n_unique())
    shared = (
        outside.filter(last & ~pl.col("to_here"))
        .join(here.select("buyer_id").unique(), on="buyer_id", how="semi")
        .group_by("firm_id")
        .agg(customers=pl.col("buyer_id").n_unique())
    )
    counts = ("buyers", "sold_here", "before", "now", "suppliers", "customers")
    return (
        sold.join(bought, on="firm_id", how="full", coalesce=True)
        .join(shared, on="firm_id", how="full", coalesce=True)
        .with_columns(pl.col(counts).fill_null(0).cast(pl.Int64))
        .with_columns(ties=pl.col("suppliers") + pl.col("customers"))
        .select(*SCHEMA)
        .sort("firm_id")
    )
