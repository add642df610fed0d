"""The rules applied to the facts: findings with their severity, and what could not be checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

import chainmend.gaps.rules  # noqa: F401  (importing the package registers the rules)
from chainmend.gaps.finding import FINDING_SCHEMA, GapClass, Hit, NotChecked, finding_id
from chainmend.gaps.severity import SeverityTriple, criticality, exposure, recovery, severity
from chainmend.registry import Entry, entries

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Settings

NOT_CHECKED_SCHEMA = {
    "rule": pl.String,
    "segment_id": pl.String,
    "tables": pl.String,
    "reason_zh": pl.String,
    "reason_en": pl.String,
}


def judge(catalogue: Catalogue, facts: Facts, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Apply every registered rule to every segment.

    Parameters
    ----------
    catalogue
        The segments.
    facts
        What is known of them.
    settings
        Thresholds of the rules and anchors of severity.

    Returns
    -------
    tuple
        Findings (`FINDING_SCHEMA`), gravest first; and what was not checked (`NOT_CHECKED_SCHEMA`).
    """
    rows: list[dict[str, Any]] = []
    blind: list[tuple[str, str, NotChecked]] = []
    for entry in entries("rule"):
        for id, segment in catalogue.segments.items():
            verdict = entry.function(segment, facts.segments[id], facts, settings.thresholds)
            if isinstance(verdict, NotChecked):
                blind.append((entry.id, id, verdict))
                continue
            hits = (verdict,) if isinstance(verdict, Hit) else verdict or ()
            rows += [_finding(catalogue, entry, segment, facts.segments[id], h, settings) for h in hits]
    found = pl.DataFrame(rows, schema=FINDING_SCHEMA, orient="row")
    return ranked(found, facts), _not_checked(blind, len(catalogue.segments))


def ranked(findings: pl.DataFrame, facts: Facts, values: pl.DataFrame | None = None) -> pl.DataFrame:
    """Order findings, gravest first.

    Parameters
    ----------
    findings
        Of `FINDING_SCHEMA`.
    facts
        Facts of their segments.
    values
        segment_id and value, the loss that a mend avoids; None where nothing was valued.

    Returns
    -------
    polars.DataFrame
        By severity. Of equal ones those of a segment come first whose mend avoids more; then those whose stop costs
        the city more beyond the segment; then those that more output depends on; what is unknown comes last. What is
        still equal goes by id.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> frame = pl.DataFrame({"segment_id": ["a", "b"], "knock_out_loss": [0.1, 0.2], "dependent_share": [1.0, 1.0]})
    >>> facts = SimpleNamespace(frame=lambda: frame)
    >>> found = pl.DataFrame({"finding_id": ["F1", "F2"], "segment_id": ["a", "b"], "severity": [100.0, 100.0]})
    >>> ranked(found, facts)["segment_id"].to_list()
    ['b', 'a']
    >>> ranked(found, facts, pl.DataFrame({"segment_id": ["a"], "value": [5.0]}))["segment_id"].to_list()
    ['a', 'b']
    """
    keys = ("severity", "value", "knock_out_loss", "dependent_share")
    worth = pl.DataFrame(schema={"segment_id": pl.String, "value": pl.Float64})
    if values is not None:
        worth = values.select("segment_id", "value")
    known = facts.frame().select("segment_id", "knock_out_loss", "dependent_share")
    joined = findings.join(known, on="segment_id", how="left").join(worth, on="segment_id", how="left")
    order = joined.sort([*keys, "finding_id"], descending=[*(True for _key in keys), False], nulls_last=True)
    return order.select(findings.columns)


def _not_checked(blind: list[tuple[str, str, NotChecked]], segments: int) -> pl.DataFrame:
    """One row a rule where it could look at no segment for one reason, else one a segment."""
    grouped: dict[tuple[str, tuple[str, ...], tuple[str, str]], list[str]] = {}
    for rule, segment, verdict in blind:
        grouped.setdefault((rule, verdict.tables, verdict.reason), []).append(segment)
    rows = [
        (rule, segment, ", ".join(tables), *reason)
        for (rule, tables, reason), those in grouped.items()
        for segment in ([None] if len(those) == segments else those)
    ]
    return pl.DataFrame(rows, schema=NOT_CHECKED_SCHEMA, orient="row").sort("rule", "segment_id")


def _finding(
    catalogue: Catalogue, entry: Entry, segment: Segment, fact: SegmentFacts, hit: Hit, settings: Settings
) -> dict[str, Any]:
    triple = _severity(fact, hit, settings)
    evidence = {
        "facts": dict(hit.facts),
        "thresholds": dict(hit.thresholds),
        "rows": [dict(r) for r in hit.rows],
    }
    return {
        "finding_id": finding_id(catalogue.id, entry.id, segment.id, hit.firm_id),
        "kind": entry.id,
        "cluster_id": segment.cluster_id,
        "chain_id": segment.chain_id,
        "segment_id": segment.id,
        "firm_id": hit.firm_id,
        "severity": round(triple.value, 2),
        "severity_low": round(triple.low, 2),
        "severity_high": round(triple.high, 2),
        "criticality": triple.criticality.value,
        "exposure": triple.exposure.value,
        "recovery": triple.recovery.value,
        "gap_class": _gap_class(entry.id, fact),
        "summary_zh": hit.summary[0],
        "summary_en": hit.summary[1],
        "evidence": json.dumps(evidence, ensure_ascii=False, sort_keys=True, default=str),
    }


def _severity(fact: SegmentFacts, hit: Hit, settings: Settings) -> SeverityTriple:
    """C x E x R of one segment, or of a firm on it. Nobody here means nothing is bought here, whatever the links say.

    Criticality is what a stop costs the city beyond the segment (the firm) itself where the supply network says it;
    without a network, and for a segment that is not in it, the share of output on essential paths stands in.
    """
    anchors = settings.severity
    loss = fact.knock_out_loss if hit.loss is None else hit.loss
    essential = criticality(fact.dependent_share, anchors.dependent_output_anchor)
    own = 0.0 if fact.firms == 0 else fact.self_sufficiency
    by_links = exposure(own, fact.top_share, fact.foreign_share, fact.source_hhi)
    by_world = exposure(own, fact.top_share, fact.world_foreign_share, fact.world_hhi)
    known = [e for e in (by_links, by_world) if e.value is not None]
    return severity(
        essential if loss is None else criticality(loss, anchors.knock_out_anchor),
        max(known, key=lambda e: e.low) if known else by_links,
        recovery(fact.alternatives, fact.density, anchors.alternatives_anchor),
    )


def _gap_class(kind: str, fact: SegmentFacts) -> GapClass | None:
    """How far away the nearest capable firm is; None where the data hold no firm from outside the city."""
    if kind not in ("missing", "weak"):
        return None
    if fact.firms_region is None and fact.firms_country is None and fact.firms_abroad is None:
        return None
    if fact.level in ("district", "city", "region"):
        return "local"
    if fact.firms_country is None and not fact.firms_abroad:
        return None
    return "regional" if fact.firms_country else "national"
