"""Two scans of one city held against each other: what changed, which fact moved, and because of which rows.

What the settings or another catalogue changed is told apart from what changed in the world; see `gaps.reasons`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.errors import ScanError
from chainmend.gaps.reasons import Sighting, facts_moved, reasons, sentence
from chainmend.i18n import _, both
from chainmend.names import CURRENCY
from chainmend.scanning import FIRM_COLUMNS
from chainmend.settings import Settings

if TYPE_CHECKING:
    from chainmend.scanning import Scan

_ORDER = ("opened", "worsened", "gone", "eased", "not_checked", "unchanged")


class Seen:
    """What a scan says of each finding and segment, looked up once.

    Parameters
    ----------
    scan
        The scan.
    """

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.findings: dict[str, dict[str, Any]] = {f["finding_id"]: f for f in scan.findings.to_dicts()}
        self.segments: dict[str, dict[str, Any]] = {r["segment_id"]: r for r in scan.segment_facts.to_dicts()}
        chosen = scan.manifest.get("settings", {})  # a scan of an early version does not say
        self.thresholds: dict[str, Any] = chosen.get("thresholds", {}) | chosen.get("severity", {})

    @cached_property
    def blind(self) -> dict[tuple[str, str | None], tuple[str, str]]:
        """(rule, segment) where the scan could not look -> why; the segment is None where it could look nowhere."""
        columns = ("rule", "segment_id", "reason_zh", "reason_en")
        rows = self.scan.not_checked.select(columns).iter_rows()
        return {(rule, segment): (zh, en) for rule, segment, zh, en in rows}

    def why_blind(self, kind: str, segment_id: str) -> tuple[str, str] | None:
        """Why a rule could not look at a segment; None where it could."""
        return self.blind.get((kind, None), self.blind.get((kind, segment_id)))

    @cached_property
    def _rows(self) -> dict[str, list[Mapping[str, Any]]]:
        rows: dict[str, list[Mapping[str, Any]]] = {}
        names: dict[str, str] = {}
        for finding in self.findings.values():
            behind = json.loads(finding["evidence"]).get("rows", [])
            rows.setdefault(finding["segment_id"], []).extend(behind)
            names |= {r["supplier_id"]: r["name"] for r in behind if "supplier_id" in r}
        stopped = self.scan.knock_outs
        if not stopped.is_empty():
            for r in stopped.filter(pl.col("kind") != "segment").iter_rows(named=True):
                source = {"source": r["source"], "share": r["share"], "name": names.get(r["source"])}
                rows.setdefault(r["segment_id"], []).append(source)
        return rows

    @cached_property
    def _placed(self) -> dict[str, dict[str, dict[str, Any]]] | None:
        """Segment id -> the firms on it with name, place and status; an older scan does not have these."""
        placements = self.scan.placements
        if placements.is_empty():
            return None
        there = placements.filter(pl.col("weight") >= self.thresholds.get("placement_weight", 0.0))
        known = [c for c in FIRM_COLUMNS if c in there.columns]
        placed: dict[str, dict[str, dict[str, Any]]] = {}
        for r in there.select("segment_id", "firm_id", *known).iter_rows(named=True):
            placed.setdefault(r.pop("segment_id"), {})[r.pop("firm_id")] = r
        return placed

    def of(self, finding_id: str, segment_id: str) -> Sighting:
        """What the scan says of one finding, whether it has it or not."""
        return Sighting(
            self.findings.get(finding_id),
            self.segments.get(segment_id, {}),
            self.thresholds,
            self._rows.get(segment_id, ()),
            None if self._placed is None else self._placed.get(segment_id, {}),
        )


def explain(before: Scan, after: Scan, settings: Settings | None = None) -> list[dict[str, Any]]:
    """Say what changed from one scan to another, and why.

    Parameters
    ----------
    before, after
        Scans of one city with one catalogue, which may be of two versions.
    settings
        How far a severity must move to be another one (`persistence.change`).

    Returns
    -------
    list
        One mapping a finding, changes first: finding_id, event (opened, worsened, gone, eased, not_checked or
        unchanged), kind, segment_id, firm_id, summary_zh, summary_en, severity_before, severity_after, moved (facts
        with before and after), because (reasons, see `gaps.reasons`), because_zh, because_en (the same in a sentence).
        Of unchanged findings no reason is given.

    Raises
    ------
    ScanError
        If the two were made with different catalogues.
    """
    ids = [s.manifest["catalogue"]["id"] for s in (before, after)]
    if ids[0] != ids[1]:
        raise ScanError(
            _("scans with the catalogues {a} and {b}").format(a=ids[0], b=ids[1]),
            expected=_("two scans with one catalogue"),
        )
    change = (settings or Settings()).persistence.change
    sides = Seen(before), Seen(after)
    rows = [_row(id, *sides, change) for id in sorted({*sides[0].findings, *sides[1].findings})]
    return sorted(rows, key=lambda r: (_ORDER.index(r["event"]), -_last(r)))


def _row(id: str, before: Seen, after: Seen, change: float) -> dict[str, Any]:
    old, new = before.findings.get(id), after.findings.get(id)
    one: Mapping[str, Any] = new or old or {}
    kind, segment = one["kind"], one["segment_id"]
    event = step(old, new, change)
    blind = {"gone": after.why_blind(kind, segment), "opened": before.why_blind(kind, segment)}.get(event)
    sightings = before.of(id, segment), after.of(id, segment)
    if blind:
        event, because = "not_checked", not_checked(blind)
    elif event == "unchanged":
        because = []
    else:
        currency = after.scan.manifest.get("currency", CURRENCY)
        because = [*_versions(before, after, segment), *reasons(*sightings, currency)] or unknown()
    zh, en = sentence(because)
    return {
        "finding_id": id,
        "event": event,
        **{k: one[k] for k in ("kind", "segment_id", "firm_id", "summary_zh", "summary_en")},
        "severity_before": old["severity"] if old else None,
        "severity_after": new["severity"] if new else None,
        "moved": facts_moved(*sightings),
        "because": because,
        "because_zh": zh,
        "because_en": en,
    }


def _versions(before: Seen, after: Seen, segment: str) -> Iterator[dict[str, Any]]:
    """What else than data and settings differs between the scans: the catalogue, the program."""
    a, b = (seen.scan.manifest for seen in (before, after))
    old, new = a["catalogue"], b["catalogue"]
    versions = {"a": old.get("version"), "b": new.get("version")}
    if (old.get("version"), old.get("fingerprint")) != (new.get("version"), new.get("fingerprint")):
        if before.segments and segment not in before.segments:
            told = both("the segment is new in the catalogue (version {b})", **versions)
        elif after.segments and segment not in after.segments:
            told = both("the catalogue (version {b}) has the segment no more", **versions)
        elif versions["a"] == versions["b"]:
            told = both("the catalogue was edited within version {b}", **versions)
        else:
            told = both("the catalogue went from version {a} to {b}", **versions)
        yield {
            "cause": "catalogue",
            "before": versions["a"],
            "after": versions["b"],
            "zh": told[0],
            "en": told[1],
        }
    programs = {"a": a.get("chainmend"), "b": b.get("chainmend")}
    if programs["a"] != programs["b"]:
        told = both("the program went from version {a} to {b}", **programs)
        yield {
            "cause": "program",
            "before": programs["a"],
            "after": programs["b"],
            "zh": told[0],
            "en": told[1],
        }


def not_checked(why: tuple[str, str]) -> list[dict[str, Any]]:
    """The reason of a finding whose rule could not look."""
    zh, en = both("the rule could not look: {why}", why=why)
    return [{"cause": "data", "zh": zh, "en": en}]


def unknown() -> list[dict[str, Any]]:
    """The reason where nothing that is kept of the scans differs."""
    zh, en = both("what is kept of the two scans does not say why")
    return [{"cause": "unknown", "zh": zh, "en": en}]


def step(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, change: float) -> str:
    """What became of a finding from one scan to the next.

    Parameters
    ----------
    old, new
        The finding with its severity; None where it is absent.
    change
        Points a severity must move to be worse or eased.

    Examples
    --------
    >>> step({"severity": 50.0}, {"severity": 51.0}, 1.0), step({"severity": 50.0}, None, 1.0)
    ('unchanged', 'gone')
    """
    if old is None or new is None:
        return "opened" if old is None else "gone"
    moved = new["severity"] - old["severity"]
    return "unchanged" if abs(moved) <= change else "worsened" if moved > 0 else "eased"


def _last(row: Mapping[str, Any]) -> float:
    """The severity after, or before where the finding is gone; 0 is a severity."""
    after = row["severity_after"]
    return float(row["severity_before"] if after is None else after)
