"""A scan: dataset + catalogue + settings -> findings. Pure, and the same bytes for the same inputs.

As a folder it is four Parquet files and a manifest, and appears whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

import chainmend.gaps.rules  # noqa: F401  (importing the package registers the rules)
from chainmend.chain.scope import system_notes
from chainmend.errors import ScanError
from chainmend.folders import restore, whole_folder
from chainmend.gaps.facts import Facts, SegmentFacts, segment_facts
from chainmend.gaps.finding import FINDING_SCHEMA, GapClass, Hit, NotChecked, finding_id
from chainmend.gaps.severity import SeverityTriple, criticality, exposure, recovery, severity
from chainmend.i18n import _
from chainmend.placement.assign import place
from chainmend.registry import Entry, entries
from chainmend.settings import Settings

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Segment
    from chainmend.dataset import Dataset

NOT_CHECKED_SCHEMA = {
    "rule": pl.String,
    "segment_id": pl.String,
    "tables": pl.String,
    "reason_zh": pl.String,
    "reason_en": pl.String,
}
STEPS = 3
TABLES = ("findings", "segment_facts", "placements", "not_checked")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Scan:
    """What one scan found.

    Attributes
    ----------
    findings
        One row a finding, gravest first.
    segment_facts
        One row a segment.
    placements
        Firms on segments.
    not_checked
        Rules that could not look, with the tables they lack; `segment_id` is null where it holds for all segments.
    manifest
        Versions, settings, fingerprints, counts; only `started` and `seconds` differ between two runs.
    """

    findings: pl.DataFrame
    segment_facts: pl.DataFrame
    placements: pl.DataFrame
    not_checked: pl.DataFrame
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Digest of everything the scan was made from."""
        return str(self.manifest["scan_id"])


def scan(
    dataset: Dataset,
    catalogue: Catalogue,
    settings: Settings | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> Scan:
    """Find the missing and fragile segments of a city.

    Parameters
    ----------
    dataset
        The city's tables.
    catalogue
        Clusters, chains and segments.
    settings
        Thresholds; the defaults where None.
    progress
        Called with the name of each step as it begins.

    Raises
    ------
    DatasetError
        If a correction of a placement names an unknown segment.
    """
    settings = settings or Settings()
    say = progress or (lambda step: None)  # noqa: ARG005
    started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
    say(_("placing firms on segments"))
    placements = place(dataset, catalogue)
    say(_("facts of the segments"))
    facts = segment_facts(dataset, catalogue, placements, settings.thresholds)
    say(_("rules"))
    findings, not_checked = _apply_rules(catalogue, facts, settings)
    manifest = _manifest(dataset, catalogue, settings)
    manifest["counts"] = {
        "firms": dataset.tables["firms"].height,
        "placed": placements["firm_id"].n_unique(),
        "segments": len(catalogue.segments),
        "findings": findings.height,
        "not_checked": not_checked.height,
    }
    manifest["started"] = started.isoformat(timespec="seconds")
    manifest["seconds"] = round(time.perf_counter() - clock, 3)
    return Scan(findings, facts.frame(), placements, not_checked, manifest)


def _apply_rules(catalogue: Catalogue, facts: Facts, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
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
    ranked = found.sort(["severity", "finding_id"], descending=[True, False])
    return ranked, _not_checked(blind, len(catalogue.segments))


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
    if fact.firms or fact.firms_region:
        return "local"
    if fact.firms_country is None and not fact.firms_abroad:
        return None
    return "regional" if fact.firms_country else "national"


def _manifest(dataset: Dataset, catalogue: Catalogue, settings: Settings) -> dict[str, Any]:
    inputs = {
        "chainmend": version("chainmend"),
        "catalogue": {"id": catalogue.id, "version": catalogue.version, "fingerprint": catalogue.fingerprint},
        "dataset": {
            "fingerprint": dataset.fingerprint,
            "rows": {n: t.height for n, t in sorted(dataset.tables.items())},
            "rejected": dict(sorted(dataset.rejected.items())),
        },
        "settings": settings.model_dump(mode="json"),
    }
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return {
        "scan_id": "S" + digest[:16],
        "city": dataset.place.city,
        "date": dataset.date.isoformat(),
        "currency": dataset.currency,
        "synthetic": dataset.synthetic,
        **inputs,
        "clusters": catalogue.cluster_names,  # a reader of the folder shows how surely each name is known
        "versions": {"python": platform.python_version(), "polars": version("polars")},
        "notes": [*dataset.notes, *system_notes(dataset, catalogue)],
    }


def save_scan(result: Scan, out: Path) -> None:
    """Write a scan to the folder `out`; an earlier scan there is replaced, anything else is left alone.

    Raises
    ------
    ScanError
        If `out` holds something that is not a scan.
    """
    ours = {MANIFEST, *(f"{name}.parquet" for name in TABLES)}
    held = {p.name for p in out.iterdir()} if out.is_dir() else set()
    if out.is_file() or held - ours or (held and MANIFEST not in held):
        raise ScanError(
            _("{folder} holds something that is not a scan").format(folder=out),
            expected=_("a new folder, or one that holds a scan"),
            do=_("name another folder with --out"),
        )
    with whole_folder(out) as partial:
        for name in TABLES:
            frame: pl.DataFrame = getattr(result, name)
            frame.write_parquet(partial / f"{name}.parquet", compression="zstd", statistics=True)
        text = json.dumps(dict(result.manifest), ensure_ascii=False, indent=2)
        (partial / MANIFEST).write_text(text + "\n", "utf-8")


def load_scan(folder: Path) -> Scan:
    """Read a scan back.

    Raises
    ------
    ScanError
        If the folder holds no scan, or one that is damaged.
    """
    restore(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        frames = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise ScanError(
            str(error).splitlines()[0],
            expected=_("a folder that `chainmend scan --out` wrote"),
            where=str(folder),
            do=_("run the scan again"),
        ) from error
    wanted: dict[str, list[str]] = {"findings": list(FINDING_SCHEMA), "not_checked": list(NOT_CHECKED_SCHEMA)}
    lost = [k for k in ("scan_id", "date", "city", "catalogue", "synthetic") if k not in manifest]
    lost += [
        f"{name}.{c}" for name, columns in wanted.items() for c in columns if c not in frames[name].columns
    ]
    if lost:
        raise ScanError(
            _("{names} is missing").format(names=", ".join(lost[:5])),
            expected=_("a folder that `chainmend scan --out` wrote"),
            where=str(folder),
            do=_("run the scan again"),
        )
    return Scan(**frames, manifest=manifest)
