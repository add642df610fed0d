"""What another catalogue does to the placements of a dataset: which firms move from which segment to which.

A firm's weights sum to one, so what leaves one segment arrives at others; the moved part of a firm is half the sum
of the absolute differences of its weights, and is shared out over the segments that gained in proportion to
their gains. A firm that was on no segment, or is on none any more, comes from or goes to nowhere (null).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from chainmend.placement.assign import NOWHERE

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

_LEAST = 1e-6
"""A difference of weights below this is rounding."""
SCHEMA = {"firm_id": pl.String, "before": pl.String, "after": pl.String, "weight": pl.Float64}


def moves(before: pl.DataFrame, after: pl.DataFrame, same: Mapping[str, str]) -> pl.DataFrame:
    """Compare two placements of the same firms.

    Parameters
    ----------
    before, after
        Placements (firm_id, segment_id, weight) under the earlier and the later catalogue.
    same
        Segment of the earlier catalogue -> the same segment of the later: a firm that stays there has not moved.

    Returns
    -------
    polars.DataFrame
        Sorted by firm_id, before, after: a segment of the earlier catalogue, one of the later, the moved weight.
    """
    old, new = _weights(before), _weights(after)
    rows = [(firm, *move) for firm in sorted({*old, *new}) for move in _of_firm(old[firm], new[firm], same)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("firm_id", "before", "after")


def fitted(
    dataset: Dataset, catalogue: Catalogue, other: Catalogue, same: Mapping[str, str]
) -> tuple[Dataset, int]:
    """`dataset` with corrections of placements that were made under `other` in the segments of `catalogue`.

    Parameters
    ----------
    same
        Segment of `other` -> the same segment of `catalogue`. A correction onto a segment that has none is left out;
        the number of those is returned with the dataset.
    """
    if not dataset.has("overrides"):
        return dataset, 0
    table = dataset.table("overrides")
    own = pl.col("segment_id").is_in([*catalogue.segments, NOWHERE])
    theirs = pl.col("segment_id").is_in([s for s in other.segments if s not in same])
    kept = table.filter(own | ~theirs)  # one that neither knows is refused when firms are placed
    moved = kept.with_columns(
        segment_id=pl.when(pl.col("segment_id").is_in(list(catalogue.segments)))
        .then("segment_id")
        .otherwise(pl.col("segment_id").replace(dict(same)))
    ).unique(["firm_id", "segment_id"], keep="first", maintain_order=True)
    return replace(dataset, tables={**dataset.tables, "overrides": moved}), table.height - kept.height


def _weights(placed: pl.DataFrame) -> defaultdict[str, dict[str, float]]:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for firm, segment, weight in placed.select("firm_id", "segment_id", "weight").iter_rows():
        found[firm][segment] = weight
    return found


def _of_firm(
    old: Mapping[str, float], new: Mapping[str, float], same: Mapping[str, str]
) -> Iterator[tuple[str | None, str | None, float]]:
    lost: dict[str | None, float] = {}
    gain: dict[str | None, float] = dict(new.items())
    for segment, weight in old.items():
        now = same.get(segment)
        stays = min(weight, gain.get(now, 0.0)) if now is not None else 0.0
        if now is not None and now in gain:
            gain[now] -= stays
        lost[segment] = weight - stays
    lost = {s: w for s, w in lost.items() if w > _LEAST}
    gain = {s: w for s, w in gain.items() if w > _LEAST}
    gap = sum(lost.values()) - sum(gain.values())
    if abs(gap) > _LEAST:
        (gain if gap > 0 else lost)[None] = abs(gap)
    total = sum(gain.values())
    for source, left in lost.items():
        for target, came in gain.items():
            yield source, target, round(left * came / total, 9)
