"""Parts of a score, each 0..1 on an absolute anchor, to one score and a rank.

``score = sum(weight x part) / sum(weight)`` over the parts that are known: a part that is unknown is left out, and the
weights of the others count for it. No part depends on the other candidates, so a score means the same in every list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

Phrase = tuple[str, str]
_DIGITS = 6


@dataclass(frozen=True)
class Pool:
    """Candidates of one remedy for some segments, scored but not ranked.

    A remedy is a function ``(context, segments, limit) -> Pool``. It may leave out candidates that are not among the
    first `limit` of a segment, never one in talks.

    Attributes
    ----------
    frame
        One row a segment and candidate: segment_id, candidate_id, name, what (firm or institute), score, and a column
        for each part and fact.
    parts
        what -> names of its parts.
    facts
        Names of the numbers that the parts are of.
    say
        Row -> phrases in Chinese and English that together say why.
    """

    frame: pl.DataFrame
    parts: Mapping[str, tuple[str, ...]]
    facts: tuple[str, ...]
    say: Callable[[Mapping[str, Any]], list[Phrase]]


def scored(candidates: pl.DataFrame, weights: Mapping[Any, float]) -> pl.DataFrame:
    """Add the column `score`: 0..1, null where no part with a weight is known.

    Parameters
    ----------
    candidates
        One column a part: 0..1, null where unknown.
    weights
        Part -> weight, at least 0; a part without one does not count.

    Examples
    --------
    >>> parts = pl.DataFrame({"x": [0.5, 1.0], "y": [None, 0.2]})
    >>> scored(parts, {"x": 1, "y": 3})["score"].to_list()
    [0.5, 0.4]
    """
    parts = [(pl.col(part), float(weights[part])) for part in counted(weights)]
    got = pl.sum_horizontal([part.fill_null(0.0) * w for part, w in parts])
    of = pl.sum_horizontal([part.is_not_null().cast(pl.Float64) * w for part, w in parts])
    return candidates.with_columns(score=pl.when(of > 0).then((got / of).round(_DIGITS)))


def counted(weights: Mapping[Any, float]) -> tuple[str, ...]:
    """Return the names of the parts that weigh something.

    Examples
    --------
    >>> counted({"size": 2.0, "near": 0.0})
    ('size',)
    """
    return tuple(part for part, weight in weights.items() if weight > 0)


def ranked(candidates: pl.DataFrame, talks: pl.DataFrame, limit: int | None = None) -> pl.DataFrame:
    """Rank the candidates of each segment, those in talks apart.

    Parameters
    ----------
    candidates
        segment_id, candidate_id, score. Other columns stay.
    talks
        firm_id, stage: who is in talks and takes no rank.
    limit
        Candidates with a rank to keep for each segment; all where None.

    Returns
    -------
    polars.DataFrame
        `candidates` with talks (stage, null for nobody) and rank (from 1, ties in order of id; null in talks), by
        segment and rank, those in talks last.

    Examples
    --------
    >>> given = pl.DataFrame({"segment_id": "s", "candidate_id": ["b", "a", "c"], "score": [0.5, 0.5, 0.9]})
    >>> talks = pl.DataFrame({"firm_id": ["c"], "stage": ["signed"]})
    >>> ranked(given, talks).select("candidate_id", "rank", "talks").rows()
    [('a', 1, None), ('b', 2, None), ('c', None, 'signed')]
    """
    free = pl.col("talks").is_null()
    ordered = candidates.join(
        talks.select(candidate_id="firm_id", talks="stage"), on="candidate_id", how="left"
    ).sort(
        pl.col("segment_id"), ~free, pl.col("score"), pl.col("candidate_id"),
        descending=[False, False, True, False], nulls_last=True,
    )  # fmt: skip
    count = free.cast(pl.Int64).cum_sum().over("segment_id")
    numbered = ordered.with_columns(rank=pl.when(free).then(count))
    return (
        numbered if limit is None else numbered.filter(pl.col("rank").is_null() | (pl.col("rank") <= limit))
    )


def capped(value: pl.Expr, anchor: float) -> pl.Expr:
    """Return ``min(1, value / anchor)``; null stays null.

    Examples
    --------
    >>> pl.DataFrame({"x": [5.0, 20.0, None]}).select(capped(pl.col("x"), 10.0)).to_series().to_list()
    [0.5, 1.0, None]
    """
    return (value / anchor).clip(0.0, 1.0)
