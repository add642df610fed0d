"""Develop 攻关: let local firms and institutes build what nobody sells.

Local firms that are near to the segment, and institutes that work on it; both are ranked in one list.

Of a firm:

- ``makes``: its placement weight on the segment, however small
- ``related``: proximity of its own segments to this one in the product space of the country's cities (two segments are
  near where the same cities are specialised in both), weighted by its placement
- ``shared``: inputs and uses that its own segments and this one have in common in the catalogue, over all that either
  has; the segments themselves count, so that making an input of it is something in common
- ``patents``: its inventions whose titles name the segment, against `patents_anchor`
- ``rd``: its spending on research over its revenue, against `rd_anchor`

A firm is a candidate where it makes some of it or has an invention of it, or where ``related`` or ``shared`` is at
least `related_least`.

Of an institute:

- ``field``: 1 where its fields of research name the segment
- ``patents``: as above
- ``here``: 1 in the city, 0 elsewhere
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.i18n import both
from chainmend.names import money, percent
from chainmend.registry import register
from chainmend.remedy.kinship import column_of, firm_matrix, kinship
from chainmend.remedy.knowledge import institutes, inventions
from chainmend.remedy.ranking import Phrase, Pool, capped, counted, scored
from chainmend.remedy.reading import on_segment

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray
    from chainmend.remedy.context import Context
    from chainmend.remedy.kinship import Kinship

FIRM_PARTS = ("makes", "related", "shared", "patents", "rd")
FACTS = ("main", "output", "inventions", "rd_share", "city")


@register(
    "remedy", "develop", name=("攻关", "Develop"), needs=("firms", "patents", "institutes"),
    reference="Hidalgo et al. (2007), The Product Space Conditions the Development of Nations",
)  # fmt: skip
def develop(context: Context, segments: Sequence[str], limit: int | None = None) -> Pool:
    """Local firms that could grow into a segment, and institutes that know it."""
    t = context.settings.remedies
    owned = inventions(context.dataset, context.terms)
    firms = _firms(context, segments, owned, limit)
    frame = pl.concat([firms, _institutes(context, segments, owned)], how="diagonal")
    parts = {"firm": counted(t.develop), "institute": counted(t.institute)}
    return Pool(frame, parts, FACTS, lambda row: _say(row, context))


def _firms(
    context: Context, segments: Sequence[str], owned: pl.DataFrame | None, limit: int | None
) -> pl.DataFrame:
    """Candidates of every segment with their score; at most `limit` a segment beside those in talks."""
    t = context.settings.remedies
    firms = _local_firms(context)
    number = None if owned is None else firm_matrix(context, firms["candidate_id"], owned)
    frames = []
    for s, near in kinship(context, firms["candidate_id"], sorted(set(segments))):
        named = None if number is None else column_of(number, context, s)
        keep = np.flatnonzero(_candidates(near, named, t.related_least))
        found = firms[keep].with_columns(
            segment_id=pl.lit(s),
            makes=pl.Series(near.makes[keep]),
            related=pl.lit(None, pl.Float64) if near.related is None else pl.Series(near.related[keep]),
            shared=pl.Series(near.shared[keep]),
            inventions=pl.lit(None, pl.Int64) if named is None else pl.Series(named[keep]).cast(pl.Int64),
        )
        parts = found.with_columns(patents=capped(pl.col("inventions"), t.patents_anchor))
        frames.append(
            _first(scored(parts.with_columns(pl.col(FIRM_PARTS).round(6)), t.develop), context, limit)
        )
    bases = context.bases.rename({"firm_id": "candidate_id"})
    return pl.concat(frames).join(bases, on=["candidate_id", "segment_id"], how="left", maintain_order="left")


def _candidates(near: Kinship, named: FloatArray | None, least: float) -> np.ndarray:
    """Which firms make some of it, have an invention of it, or are near enough."""
    found = (near.makes > 0) | (near.shared >= least)
    if near.related is not None:
        found |= near.related >= least
    return found if named is None else found | (named > 0)


def _first(found: pl.DataFrame, context: Context, limit: int | None) -> pl.DataFrame:
    """Those that can be among the first, and those in talks: what is left out need not be sorted."""
    if limit is None or found.is_empty() or found["score"].null_count():
        return found
    least = found["score"].top_k(limit + context.talks.height).min()
    talking = pl.col("candidate_id").is_in(context.talks["firm_id"].implode())
    if least is None:  # nobody is asked for
        return found.filter(talking)
    return found.filter((pl.col("score") >= least) | talking)


def _local_firms(context: Context) -> pl.DataFrame:
    """Active local firms by id, with what does not depend on the segment."""
    main = (
        context.weights.sort(["firm_id", "weight", "segment_id"], descending=[False, True, False])
        .group_by("firm_id", maintain_order=True)
        .agg(main=pl.col("segment_id").first())
    )
    rd_share = pl.when(pl.col("revenue") > 0).then(pl.col("rd") / pl.col("revenue")).round(6)
    return (
        context.dataset.firms.filter((pl.col("place") == "local") & (pl.col("status") == "active"))
        .join(main, on="firm_id", how="left")
        .select("firm_id", "name", "main", "output", "city", rd_share=rd_share, what=pl.lit("firm"))
        .with_columns(rd=capped(pl.col("rd_share"), context.settings.remedies.rd_anchor))
        .rename({"firm_id": "candidate_id"})
        .sort("candidate_id")
    )


def _institutes(context: Context, segments: Sequence[str], owned: pl.DataFrame | None) -> pl.DataFrame:
    t = context.settings.remedies
    found = institutes(context.dataset, context.terms, owned).filter(
        pl.col("segment_id").is_in(list(segments))
    )
    parts = found.with_columns(
        field=pl.col("named").cast(pl.Float64),
        patents=capped(pl.col("inventions"), t.patents_anchor).round(6),
        here=(pl.col("city") == context.dataset.place.city).cast(pl.Float64),
        what=pl.lit("institute"),
    ).drop("named")
    return scored(parts, t.institute).rename({"institute_id": "candidate_id"})


def _say(row: Mapping[str, Any], context: Context) -> list[Phrase]:
    return _say_institute(row) if row["what"] == "institute" else _say_firm(row, context)


def _say_firm(row: Mapping[str, Any], context: Context) -> list[Phrase]:
    found = []
    if row["main"]:
        found.append(
            both("its main segment is {name}", name=context.catalogue.segments[row["main"]].name.pair)
        )
    if row["makes"]:
        found.append(on_segment(row["makes"], row["basis"]))
    else:
        found += _kinship(row)
    if row["inventions"]:
        found.append(both("inventions that name the segment: {n}", n=row["inventions"]))
    if row["rd_share"] is not None:
        found.append(both("spends {share} of its revenue on research", share=percent(row["rd_share"])))
    if row["output"] is not None:
        found.append(
            both("its output is {money} a year", money=money(row["output"], context.dataset.currency))
        )
    return found


def _kinship(row: Mapping[str, Any]) -> list[Phrase]:
    """How near a firm is that is not on the segment itself."""
    found = []
    if row["related"] is not None:
        found.append(both("related to the segment by {value} of 1", value=f"{row['related']:.2f}"))
    if row["shared"]:
        found.append(both("has {share} of inputs and uses in common with it", share=percent(row["shared"])))
    return found


def _say_institute(row: Mapping[str, Any]) -> list[Phrase]:
    found = []
    if row["field"]:
        found.append(both("its fields of research name the segment"))
    if row["inventions"]:
        found.append(both("inventions that name the segment: {n}", n=row["inventions"]))
    if row["here"] == 1:
        found.append(both("an institute of this city"))
    elif row["city"]:
        found.append(both("in {city}", city=row["city"]))
    return found
