"""Candidates of a remedy for a segment, ranked, each with its parts and a reason to read aloud."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

import chainmend.remedy.ally
import chainmend.remedy.attract
import chainmend.remedy.develop
import chainmend.remedy.stock  # noqa: F401  (importing a remedy registers it)
from chainmend.i18n import both
from chainmend.registry import get
from chainmend.remedy.ranking import Phrase, ranked

if TYPE_CHECKING:
    from chainmend.remedy.context import Context
    from chainmend.remedy.ranking import Pool

SCHEMA = {
    "segment_id": pl.String,
    "rank": pl.Int64,
    "kind": pl.String,
    "candidate_id": pl.String,
    "name": pl.String,
    "what": pl.String,
    "score": pl.Float64,
    "talks": pl.String,
    "zh": pl.String,
    "en": pl.String,
    "parts": pl.String,
    "facts": pl.String,
}


def candidates(kind: str, segment_id: str, context: Context, limit: int | None = None) -> pl.DataFrame:
    """Rank the candidates of one remedy for one segment.

    Parameters
    ----------
    kind
        attract, develop, ally or stock.
    segment_id
        A segment of the catalogue.
    context
        The city.
    limit
        Candidates to rank; all where None. Those in talks come on top of it.

    Returns
    -------
    polars.DataFrame
        rank (null in talks), kind, candidate_id, name, what (firm or institute), score (0..1), talks (stage, null for
        nobody), zh and en (the reason, one sentence), parts (JSON: part -> 0..1, null where unknown) and facts (JSON:
        the numbers they are of; money in the currency of the dataset).

    Raises
    ------
    CatalogueError
        If the catalogue does not have the segment.
    RegistryError
        If there is no such remedy.
    """
    return for_segments(kind, [segment_id], context, limit).drop("segment_id")


def for_segments(
    kind: str, segments: Sequence[str], context: Context, limit: int | None = None
) -> pl.DataFrame:
    """Rank the candidates of one remedy for several segments at once; as `candidates`, with segment_id first."""
    entry = get("remedy", kind)
    context.check(segments)
    if not segments:
        return pl.DataFrame(schema=SCHEMA)
    pool: Pool = entry.function(context, segments, limit)
    rows = [_row(kind, row, pool) for row in ranked(pool.frame, context.talks, limit).iter_rows(named=True)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(kind: str, row: Mapping[str, Any], pool: Pool) -> tuple[Any, ...]:
    parts = pool.parts[row["what"]]
    phrases = pool.say(row)
    unknown = [_part(p) for p in parts if row[p] is None]
    if unknown:
        phrases.append(both("not known: {parts}", parts=_list(unknown)))
    if row["talks"]:
        phrases.insert(0, _stage(row["talks"]))
    zh = "，".join(p[0] for p in phrases)
    en = ", ".join(p[1] for p in phrases)
    return (
        row["segment_id"],
        row["rank"],
        kind,
        row["candidate_id"],
        row["name"],
        row["what"],
        row["score"],
        row["talks"],
        zh,
        en[:1].upper() + en[1:],
        _json({p: row[p] for p in parts}),
        _json({f: row[f] for f in pool.facts if f in row}),
    )


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)


def _list(names: Sequence[Phrase]) -> Phrase:
    return "、".join(n[0] for n in names), ", ".join(n[1] for n in names)


def _stage(stage: str) -> Phrase:
    """How far the talks with a firm are."""
    return {
        "contact": both("in talks already, first contact"),
        "negotiating": both("in talks already, negotiating"),
        "signed": both("in talks already, signed"),
    }[stage]


def _part(part: str) -> Phrase:
    """What a part is called where it is not known."""
    return {
        "focus": both("focus on the segment"),
        "size": both("output on the segment"),
        "sells": both("sales here"),
        "growth": both("growth of its sales"),
        "near": both("distance"),
        "ties": both("ties to firms here"),
        "makes": both("what it makes of it"),
        "related": both("relatedness"),
        "shared": both("common inputs and uses"),
        "patents": both("inventions"),
        "rd": both("spending on research"),
        "field": both("fields of research"),
        "here": both("where it is"),
        "exposed": both("share of one source"),
        "purchases": both("purchases"),
        "short": both("months to mend"),
    }[part]
