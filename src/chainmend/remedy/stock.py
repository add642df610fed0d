"""Stock 储备: let local buyers hold enough to last until another remedy has mended the segment.

Local firms that buy the segment from the outside source that the city buys most of it from: if that source stops, they
run short.

- ``exposed``: share of the buyer's purchases of the segment that come from that source
- ``purchases``: what it buys of the segment in a year, against `purchases_anchor`
- ``short``: 1 less the days until it runs short over the days until another remedy has mended the segment

Days until it runs short come from the time path of the supply network where there is one (the first day below 0.9 of
normal production within 180 days; a buyer that is not short then is no candidate). Without one they are
`stock_days` / ``exposed``: a stock that is used as ever and refilled but for what is lost. How many days to hold beyond
today's stock is what is missing until then, at most `stock_most`; what it costs is the daily purchases from that source
times these days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.i18n import both
from chainmend.names import country_name, money, percent
from chainmend.registry import register
from chainmend.remedy.context import FEN
from chainmend.remedy.ranking import Phrase, Pool, capped, counted, scored
from chainmend.remedy.timing import DAYS_PER_YEAR, days_short

if TYPE_CHECKING:
    from chainmend.remedy.context import Context

PARTS = ("exposed", "purchases", "short")
FACTS = ("bought", "source", "source_share", "days", "days_from", "months", "hold_days", "cost")
_PATH, _STOCK = "time path", "stock over share lost"


@register(
    "remedy", "stock", name=("储备", "Stock"), needs=("supply_links",),
    reference="Hallegatte (2014), Modeling the role of inventories and heterogeneity",
)  # fmt: skip
def stock(context: Context, segments: Sequence[str], limit: int | None = None) -> Pool:  # noqa: ARG001
    """Local buyers that should hold more of the segment, and how much."""
    t = context.settings.remedies
    found = _with_days(context, exposures(context, segments))
    months = pl.DataFrame(
        {"segment_id": list(segments), "months": [context.months("stock", s) for s in segments]},
        schema={"segment_id": pl.String, "months": pl.Int64},
    ).unique("segment_id", keep="first")
    until = pl.col("months") * DAYS_PER_YEAR / 12
    held = found.join(months, on="segment_id").with_columns(
        hold_days=(until - pl.col("days")).clip(0, t.stock_most).ceil().cast(pl.Int64),
        source_share=pl.col("exposed"),
        purchases=capped(pl.col("bought"), t.purchases_anchor),
        short=1.0 - (pl.col("days") / until).clip(0.0, 1.0),
        what=pl.lit("firm"),
    )
    parts = (
        held.filter(pl.col("hold_days").is_null() | (pl.col("hold_days") > 0))
        .with_columns(
            pl.col(PARTS).round(6), cost=(pl.col("lost") / DAYS_PER_YEAR * pl.col("hold_days")).round(2)
        )
        .join(context.dataset.firms.select(buyer_id="firm_id", name="name"), on="buyer_id")
    )
    frame = scored(parts, t.stock).rename({"buyer_id": "candidate_id"})
    return Pool(frame, {"firm": counted(t.stock)}, FACTS, lambda row: _say(row, context.dataset.currency))


def exposures(context: Context, segments: Sequence[str]) -> pl.DataFrame:
    """What local buyers bought of segments in the last year, and how much from the largest outside source.

    Returns
    -------
    polars.DataFrame
        segment_id, buyer_id, source (country, city or province), bought and lost (money a year; what came from the
        source), exposed (their ratio), for buyers with something from the source; sorted. Empty without supply links.
    """
    if context.links is None:
        return _nothing()
    asked = pl.col("segment_id").is_in(list(segments))
    makers = context.weights.filter(asked).select(supplier_id="firm_id").unique()
    places = context.dataset.firms.select(
        supplier_id="firm_id",
        outside=pl.col("place") != "local",
        source=pl.when(pl.col("place") == "abroad")
        .then("country")
        .otherwise(pl.coalesce("city", "province", "country")),
    )
    bought = context.links.lazy().filter(pl.col("last") & pl.col("to_here"))
    links = bought.join(makers.lazy(), on="supplier_id", how="semi").select("supplier_id", "buyer_id", "fen")
    parts = (
        context.split.divide(links, ["buyer_id"], ["fen"])
        .filter(asked)
        .join(places, on="supplier_id")
        .group_by("segment_id", "buyer_id", "source", "outside")
        .agg(pl.col("fen").sum())
    )
    worst = (
        parts.filter("outside")
        .group_by("segment_id", "source")
        .agg(pl.col("fen").sum())
        .sort(["segment_id", "fen", "source"], descending=[False, True, False])
        .group_by("segment_id", maintain_order=True)
        .agg(worst=pl.col("source").first())
    )
    lost = pl.col("fen").filter(pl.col("outside") & (pl.col("source") == pl.col("worst"))).sum()
    return (
        parts.join(worst, on="segment_id")
        .group_by("segment_id", "buyer_id", source="worst")
        .agg(bought=pl.col("fen").sum(), lost=lost)
        .filter(pl.col("lost") > 0)
        .with_columns(exposed=pl.col("lost") / pl.col("bought"))
        .with_columns(pl.col("bought", "lost") / FEN)
        .sort("segment_id", "buyer_id")
    )


def _nothing() -> pl.DataFrame:
    text, number = ("segment_id", "buyer_id", "source"), ("bought", "lost", "exposed")
    return pl.DataFrame(schema=dict.fromkeys(text, pl.String) | dict.fromkeys(number, pl.Float64))


def _with_days(context: Context, found: pl.DataFrame) -> pl.DataFrame:
    """Add days until each buyer runs short, and what they are from; buyers that never do are left out."""
    held = context.settings.remedies.stock_days
    reckoned = found.with_columns(days=(held / pl.col("exposed")).round(1), days_from=pl.lit(_STOCK))
    if context.city is None or found.is_empty():
        return reckoned
    frames = []
    for (segment, source), rows in reckoned.group_by("segment_id", "source", maintain_order=True):
        path = days_short(context.city, str(segment), str(source), rows["buyer_id"].to_list(), stock=held)
        if path is not None:
            days = pl.Series("days", [path.get(b) for b in rows["buyer_id"]], dtype=pl.Float64)
            rows = rows.with_columns(days, days_from=pl.lit(_PATH)).filter(pl.col("days").is_not_null())
        frames.append(rows)
    return pl.concat(frames)


def _say(row: Mapping[str, Any], currency: str) -> list[Phrase]:
    found = [
        both(
            "buys {money} of it a year, {share} of that from {source}",
            money=money(row["bought"], currency),
            share=percent(row["source_share"]),
            source=country_name(row["source"]),
        ),
        both("is short after {days} days if that stops", days=f"{row['days']:.0f}"),
    ]
    if row["months"] is not None:
        found.append(both("mending takes about {n} months", n=row["months"]))
    if row["hold_days"] is not None:
        found.append(
            both(
                "should hold {n} days more, worth {money}",
                n=row["hold_days"],
                money=money(row["cost"], currency),
            )
        )
    return found
