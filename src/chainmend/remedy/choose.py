"""Which remedy comes first for a finding, which department leads it, and with whom to begin.

The first row of the table `order` of the settings whose conditions all hold decides; the table and who leads are on the
page of remedies. Stock is added where local users would run short before another remedy has mended the segment, within
`stock_below` days.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.remedy.candidates import for_segments
from chainmend.remedy.context import FEN, Context
from chainmend.remedy.stock import exposures
from chainmend.remedy.timing import DAYS_PER_YEAR

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.gaps.facts import Facts
    from chainmend.settings import Settings
    from chainmend.settings_remedies import Order, RemedyKind

TOP = 3
SCHEMA = {
    "finding_id": pl.String,
    "segment_id": pl.String,
    "remedy": pl.String,
    "also": pl.String,
    "lead": pl.String,
    "lead_zh": pl.String,
    "lead_en": pl.String,
    "row": pl.Int64,
    "why_zh": pl.String,
    "why_en": pl.String,
    "months": pl.Int64,
    "days": pl.Float64,
    "candidates": pl.String,
    "in_talks": pl.Int64,
}


@dataclass(frozen=True)
class Choice:
    """What to do first about a segment.

    Attributes
    ----------
    first
        The remedy.
    also
        Remedies to begin beside it.
    row
        Row of the table that decided, from 1.
    why
        Its reason in Chinese and in English.
    lead, department
        Id of the department that leads, and its name in both languages.
    months
        Months until the remedy has mended the segment; None where the catalogue does not say.
    days
        Days of stock over the share bought from the largest outside source: how long local users last without it; None
        where nothing is bought outside or there are no links.
    """

    first: RemedyKind
    also: tuple[RemedyKind, ...]
    row: int
    why: tuple[str, str]
    lead: str
    department: tuple[str, str]
    months: int | None
    days: float | None


def choose(kind: str | None, segment_id: str, context: Context, days: float | None = None) -> Choice:
    """Say which remedy comes first for a finding, or for a segment without one.

    Parameters
    ----------
    kind
        Rule of the finding; None meets no condition on kinds.
    segment_id
        A segment of the catalogue.
    context
        The city.
    days
        Days until local users run short, as of `days_of`; None where unknown.

    Raises
    ------
    CatalogueError
        If the catalogue does not have the segment.
    """
    context.check([segment_id])
    t = context.settings.remedies
    number, row = next((n, r) for n, r in enumerate(t.order, 1) if _holds(r, kind, segment_id, context))
    months = context.months(row.first, segment_id)
    also = row.also
    if row.first != "stock" and "stock" not in also and _short(days, months, t.stock_below):
        also = (*also, "stock")
    lead = t.leads[row.first]
    return Choice(row.first, also, number, row.why, lead, t.departments[lead], months, days)


def _holds(row: Order, kind: str | None, segment_id: str, context: Context) -> bool:
    """Whether all conditions of a row hold; what is unknown meets none."""
    segment, fact = context.catalogue.segments[segment_id], context.facts.segments[segment_id]
    ready, density = segment.difficulty.readiness, fact.density
    return (
        (not row.kinds or kind in row.kinds)
        and (not row.nearest or context.nearest(segment_id) in row.nearest)
        and (row.readiness_most is None or (ready is not None and ready <= row.readiness_most))
        and (row.density_least is None or (density is not None and density >= row.density_least))
        and (row.complex is None or context.complex(segment_id) == row.complex)
    )


def _short(days: float | None, months: int | None, below: int) -> bool:
    """Whether stock runs out soon, and before the segment is mended; it does where nobody knows when that is."""
    return days is not None and days < below and (months is None or days < months * DAYS_PER_YEAR / 12)


def days_of(context: Context, segments: list[str]) -> dict[str, float]:
    """Segment id -> days until its local buyers as a whole run short when the largest outside source stops.

    Days of stock over the share of the source in what they buy together; segments of which nothing is bought outside
    are absent. The time path says it buyer by buyer (`chainmend.remedy.stock`).
    """
    if context.links is None:
        return {}
    held = context.settings.remedies.stock_days
    fen = (pl.col("lost") * FEN).round().cast(pl.Int64).sum()
    lost = exposures(context, segments).group_by("segment_id").agg(fen).sort("segment_id")
    bought = {s: context.facts.segments[s].purchases for s in segments}
    shares = {s: fen / FEN / whole for s, fen in lost.iter_rows() if (whole := bought[s])}
    return {s: round(held / min(1.0, share), 1) for s, share in shares.items()}


def remedies(
    dataset: Dataset,
    catalogue: Catalogue,
    placements: pl.DataFrame,
    facts: Facts,
    findings: pl.DataFrame,
    settings: Settings,
) -> pl.DataFrame:
    """Say for every finding of a scan which remedy comes first, who leads it, and with whom to begin.

    Parameters
    ----------
    dataset, catalogue, placements, facts, settings
        What the scan is made of.
    findings
        With finding_id, kind and segment_id.

    Returns
    -------
    polars.DataFrame
        One row a finding, in the order of `findings`: finding_id, segment_id, remedy, also (remedies beside it, with
        commas), lead (id of the department), lead_zh, lead_en, row (of the table, from 1), why_zh, why_en, months (to
        mend; null where the catalogue does not say), days (until local users run short; null where unknown),
        candidates (JSON: the first three, each with rank, candidate_id, name, what, score, zh, en) and in_talks (how
        many firms that would be candidates are in talks already).
    """
    context = Context(dataset, catalogue, placements, facts, settings)
    segments = findings["segment_id"].unique().sort().to_list()
    context.check(segments)
    days = days_of(context, segments)
    rows = findings.select("finding_id", "kind", "segment_id").rows()
    chosen = [choose(kind, s, context, days.get(s)) for _id, kind, s in rows]
    wanted: dict[str, set[str]] = {}
    for (_id, _kind, s), choice in zip(rows, chosen, strict=True):
        wanted.setdefault(choice.first, set()).add(s)
    named = {kind: _named(kind, sorted(those), context) for kind, those in sorted(wanted.items())}
    return pl.DataFrame(
        [
            _row(id, s, choice, named[choice.first].get(s, ([], 0)))
            for (id, _kind, s), choice in zip(rows, chosen, strict=True)
        ],
        schema=SCHEMA,
        orient="row",
    )


def _named(
    kind: str, segments: list[str], context: Context
) -> Mapping[str, tuple[list[dict[str, Any]], int]]:
    """Segment id -> its first candidates, and the number of those in talks."""
    found: dict[str, tuple[list[dict[str, Any]], int]] = {}
    columns = ("rank", "candidate_id", "name", "what", "score", "zh", "en")
    for row in for_segments(kind, segments, context, TOP).iter_rows(named=True):
        names, talks = found.setdefault(row["segment_id"], ([], 0))
        if row["rank"] is None:
            found[row["segment_id"]] = (names, talks + 1)
        else:
            names.append({c: row[c] for c in columns})
    return found


def _row(
    id: str, segment_id: str, choice: Choice, named: tuple[list[dict[str, Any]], int]
) -> tuple[Any, ...]:
    return (
        id,
        segment_id,
        choice.first,
        ",".join(choice.also),
        choice.lead,
        *choice.department,
        choice.row,
        *choice.why,
        choice.months,
        choice.days,
        json.dumps(named[0], ensure_ascii=False, sort_keys=True),
        named[1],
    )
