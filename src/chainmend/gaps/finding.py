"""What one rule says of one segment in one scan."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

GapClass = Literal["local", "regional", "national"]

FINDING_SCHEMA: dict[str, pl.DataType] = {
    "finding_id": pl.String(),
    "kind": pl.String(),
    "cluster_id": pl.String(),
    "chain_id": pl.String(),
    "segment_id": pl.String(),
    "firm_id": pl.String(),
    "severity": pl.Float64(),
    "severity_low": pl.Float64(),
    "severity_high": pl.Float64(),
    "criticality": pl.Float64(),
    "exposure": pl.Float64(),
    "recovery": pl.Float64(),
    "gap_class": pl.String(),
    "summary_zh": pl.String(),
    "summary_en": pl.String(),
    "evidence": pl.String(),
}


@dataclass(frozen=True)
class Hit:
    """A rule fires.

    Attributes
    ----------
    summary
        One sentence in Chinese and in English that a person could say aloud.
    facts
        The numbers the rule looked at.
    thresholds
        What they were held against.
    rows
        The rows behind: firms, suppliers, sources.
    firm_id
        The firm it is about, if it is about one.
    loss
        Share of the city's output lost beyond that firm when it stops; its criticality.
    """

    summary: tuple[str, str]
    facts: Mapping[str, Any]
    thresholds: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...] = ()
    firm_id: str | None = None
    loss: float | None = None


@dataclass(frozen=True)
class NotChecked:
    """A rule could not look: which tables it lacks, and why in both languages."""

    tables: tuple[str, ...]
    reason: tuple[str, str] = field(default=("", ""))


Verdict = Hit | tuple[Hit, ...] | NotChecked | None
"""Several hits where a rule speaks of firms; nothing where it looked and found nothing."""


def finding_id(catalogue_id: str, kind: str, segment_id: str, firm_id: str | None = None) -> str:
    """Return the id of a finding: the same in every scan of the same catalogue.

    Examples
    --------
    >>> finding_id("hangzhou-296x", "missing", "ic.eda") == finding_id("hangzhou-296x", "missing", "ic.eda")
    True
    """
    text = "|".join((catalogue_id, kind, segment_id, firm_id or ""))
    return "F" + hashlib.sha256(text.encode()).hexdigest()[:12]
