"""Firms outside the city on a segment, and what speaks for each of them; behind `attract` and `ally`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.i18n import both
from chainmend.names import country_name, money, percent
from chainmend.remedy.context import FEN
from chainmend.remedy.ranking import Phrase, Pool, capped, counted, scored
from chainmend.remedy.reading import on_segment
from chainmend.remedy.trading import trading

if TYPE_CHECKING:
    from chainmend.remedy.context import Context

LEVELS = {"region": 0.8, "country": 0.4, "abroad": 0.0}
"""What `near` is of a firm that is not on the map, by the place it is in."""
PARTS = ("focus", "size", "sells", "growth", "near", "ties")
FACTS = (
    "place",
    "country",
    "city",
    "weight",
    "output",
    "buyers",
    "sold_here",
    "sales_growth",
    "km",
    "ties_here",
)


def outside_firms(
    context: Context, segments: Sequence[str], places: Sequence[str], weights: Mapping[Any, float]
) -> Pool:
    """Score the active firms in some places on some segments.

    Parameters
    ----------
    context
        The city.
    segments
        Ids of segments.
    places
        Of region, country and abroad.
    weights
        Part -> weight.

    Returns
    -------
    Pool
        Parts: ``focus``, the firm's weight on the segment; ``size``, its output there (`output_anchor`); ``sells``,
        local firms it sells to (`buyers_anchor`); ``growth`` of its sales in a year, 0.5 where they stay
        (`growth_anchor`); ``near``, 1 less the distance (`radius_km`), or `LEVELS` where it is not on the map;
        ``ties``, local firms it buys from and customers it shares with them (`ties_anchor`). Without supply links what
        is of sales is unknown; growth is unknown of a firm that sold nothing the year before.
    """
    t = context.settings.remedies
    firms = (
        context.present.filter(
            pl.col("place").is_in(list(places)) & pl.col("segment_id").is_in(list(segments))
        )
        .with_columns(pl.col("place").cast(pl.String))
        .join(context.distances, on="firm_id", how="left")
        .join(context.bases, on=["firm_id", "segment_id"], how="left")
    )
    known = _with_trade(context, firms)
    growth = pl.col("sales_growth") / (2 * t.growth_anchor) + 0.5
    level = pl.col("place").replace_strict(LEVELS, return_dtype=pl.Float64)
    parts = known.with_columns(
        focus=pl.col("weight"),
        size=capped(pl.col("output"), t.output_anchor),
        sells=capped(pl.col("buyers"), t.buyers_anchor),
        growth=growth.clip(0.0, 1.0),
        near=pl.when(pl.col("km").is_not_null())
        .then(1.0 - capped(pl.col("km"), t.radius_km))
        .otherwise(level),
        ties=capped(pl.col("ties_here"), t.ties_anchor),
        what=pl.lit("firm"),
    ).with_columns(pl.col(PARTS).round(6))
    frame = scored(parts, weights).rename({"firm_id": "candidate_id"})
    used = counted(weights)
    return Pool(frame, {"firm": used}, FACTS, lambda row: _say(row, used, context.dataset.currency))


def _with_trade(context: Context, firms: pl.DataFrame) -> pl.DataFrame:
    """Add buyers, sold_here (money), ties_here and sales_growth; all null without links."""
    if context.links is None:
        missing = {
            "buyers": pl.Int64,
            "sold_here": pl.Float64,
            "ties_here": pl.Int64,
            "sales_growth": pl.Float64,
        }
        return firms.with_columns(pl.lit(None, kind).alias(name) for name, kind in missing.items())
    joined = firms.join(trading(context.links), on="firm_id", how="left").with_columns(
        pl.col("buyers", "sold_here", "ties", "before", "now").fill_null(0)
    )
    return joined.with_columns(
        sold_here=pl.col("sold_here") / FEN,
        ties_here=pl.col("ties"),
        sales_growth=pl.when(pl.col("before") > 0).then((pl.col("now") / pl.col("before") - 1).round(6)),
    )


def _say(row: Mapping[str, Any], parts: Sequence[str], currency: str) -> list[Phrase]:
    """Why this firm: its sales here, where it is, what it makes, how it grows, whom it knows."""
    found = []
    if row["buyers"]:
        found.append(
            both(
                "sells {money} a year here, to {n} firm(s)",
                money=money(row["sold_here"], currency),
                n=row["buyers"],
            )
        )
    elif row["buyers"] is not None:
        found.append(both("sells nothing to firms here yet"))
    found += _where(row)
    if row["output"] is not None:
        found.append(both("makes {money} of it a year", money=money(row["output"], currency)))
    if row["weight"] < 1 or row["basis"] == "named":
        found.append(on_segment(row["weight"], row["basis"]))
    if row["sales_growth"] and "growth" in parts:
        up = row["sales_growth"] > 0
        change = percent(abs(row["sales_growth"]))
        found.append(
            both(
                "its sales rose by {change} in a year" if up else "its sales fell by {change} in a year",
                change=change,
            )
        )
    if row["ties_here"] and "ties" in parts:
        found.append(both("suppliers here and customers in common with firms here: {n}", n=row["ties_here"]))
    return found


def _where(row: Mapping[str, Any]) -> list[Phrase]:
    if row["place"] == "abroad":
        found = [both("a firm from abroad, {country}", country=country_name(row["country"]))]
    else:
        found = [both("in {city}", city=row["city"])] if row["city"] else []
    if row["km"] is not None:
        found.append(both("{km} km away", km=f"{row['km']:,.0f}"))
    return found
