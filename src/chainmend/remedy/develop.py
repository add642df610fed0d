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
from scipy import sparse

from chainmend.i18n import both
from chainmend.names import money, percent
from chainmend.registry import register
from chainmend.remedy.knowledge import institutes, inventions
from chainmend.remedy.ranking import Phrase, Pool, capped, counted, scored

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.remedy.context import Context

FIRM_PARTS = ("makes", "related", "shared", "patents", "rd")
FACTS = ("main", "output", "inventions", "rd_share", "city")


@register(
    "remedy", "develop", name=("攻关", "Develop"), needs=("firms", "patents", "institutes"),
    reference="Hidalgo et al. (2007), The Product Space Conditions the Development of Nations",
)  # fmt: skip
def develop(context: Context, segments: Sequence[str]) -> Pool:
    """Local firms that could grow into a segment, and institutes that know it."""
    t = context.settings.remedies
    owned = inventions(context.dataset, context.catalogue)
    frame = pl.concat(
        [_firms(context, segments, owned), _institutes(context, segments, owned)], how="diagonal"
    )
    parts = {"firm": counted(t.develop), "institute": counted(t.institute)}
    return Pool(frame, parts, FACTS, lambda row: _say(row, context))


def _firms(context: Context, segments: Sequence[str], owned: pl.DataFrame | None) -> pl.DataFrame:
    t = context.settings.remedies
    main = (
        context.weights.sort(["firm_id", "weight", "segment_id"], descending=[False, True, False])
        .group_by("firm_id", maintain_order=True)
        .agg(main=pl.col("segment_id").first())
    )
    firms = (
        context.dataset.firms.filter((pl.col("place") == "local") & (pl.col("status") == "active"))
        .join(main, on="firm_id", how="left")
        .select(
            "firm_id", "name", "main", "output", "city",
            rd_share=pl.when(pl.col("revenue") > 0).then(pl.col("rd") / pl.col("revenue")).round(6),
        )
        .sort("firm_id")
    )  # fmt: skip
    near = _near(context, firms["firm_id"], segments, owned)
    parts = (
        near.join(firms, on="firm_id")
        .with_columns(
            patents=capped(pl.col("inventions"), t.patents_anchor),
            rd=capped(pl.col("rd_share"), t.rd_anchor),
            what=pl.lit("firm"),
        )
        .with_columns(pl.col(FIRM_PARTS).round(6))
    )
    return scored(parts, t.develop).rename({"firm_id": "candidate_id"})


def _near(
    context: Context, firms: pl.Series, segments: Sequence[str], owned: pl.DataFrame | None
) -> pl.DataFrame:
    """segment_id, firm_id, makes, related, shared, inventions: the firms that are candidates."""
    on = _matrix(context, firms, context.weights.rename({"weight": "value"}))
    having = None
    if owned is not None:
        having = _matrix(context, firms, owned.rename({"owner_id": "firm_id", "inventions": "value"}))
    least, common = context.settings.remedies.related_least, _common(context.catalogue)
    ids, frames = list(context.catalogue.segments), []
    for s in sorted(set(segments)):
        column = ids.index(s)
        phi = _proximity(context, s)
        makes = on[:, [column]].toarray()[:, 0]
        shared = on @ common[column]
        related = np.full(len(firms), np.nan) if phi is None else on @ phi
        number = np.zeros(len(firms)) if having is None else having[:, [column]].toarray()[:, 0]
        near = (makes > 0) | (number > 0) | (shared >= least) | (np.nan_to_num(related) >= least)
        keep = np.flatnonzero(near)
        frames.append(
            pl.DataFrame(
                {
                    "firm_id": firms.gather(keep),
                    "makes": makes[keep],
                    "related": pl.Series(related[keep]).fill_nan(None),
                    "shared": shared[keep],
                    "inventions": pl.Series(number[keep]).cast(pl.Int64),
                }
            ).select(pl.lit(s).alias("segment_id"), pl.all())
        )
    found = pl.concat(frames)
    return found if having is not None else found.with_columns(inventions=pl.lit(None, pl.Int64))


def _matrix(context: Context, firms: pl.Series, cells: pl.DataFrame) -> sparse.csr_array:
    """Firms x segments of the catalogue, with the `value` of firm_id and segment_id."""
    ids = list(context.catalogue.segments)
    place = pl.DataFrame({"segment_id": ids}).with_row_index("column")
    found = cells.join(firms.alias("firm_id").to_frame().with_row_index("row"), on="firm_id").join(
        place, on="segment_id"
    )
    where = (found["row"].to_numpy(), found["column"].to_numpy())
    values = found["value"].cast(pl.Float64).to_numpy()
    matrix = sparse.coo_array((values, where), shape=(len(firms), len(ids))).tocsr()
    matrix.sort_indices()  # sums are taken in one order
    return matrix


def _proximity(context: Context, segment_id: str) -> np.ndarray | None:
    """Proximity of every segment of the catalogue to one, 1 to itself; None where the cities say nothing of it."""
    column = context.columns.get(segment_id)
    if context.space is None or column is None:
        return None
    found = np.zeros(len(context.catalogue.segments))
    found[context.space.kept.columns] = context.space.phi[column]
    found[context.space.kept.columns[column]] = 1.0
    return found


def _common(catalogue: Catalogue) -> np.ndarray:
    """Inputs and uses that two segments have in common over those that either has, themselves included."""
    ids = {s: n for n, s in enumerate(catalogue.segments)}
    around = np.eye(len(ids))
    for d in catalogue.dependences:
        around[ids[d.source], ids[d.target]] = around[ids[d.target], ids[d.source]] = 1.0
    both_have = around @ around.T
    size = around.sum(axis=1)
    return np.asarray(both_have / (size[:, None] + size - both_have))


def _institutes(context: Context, segments: Sequence[str], owned: pl.DataFrame | None) -> pl.DataFrame:
    t = context.settings.remedies
    found = institutes(context.dataset, context.catalogue, owned).filter(
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
        found.append(both("{share} of its business is on the segment", share=percent(row["makes"])))
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
