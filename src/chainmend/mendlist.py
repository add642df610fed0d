"""The standing mend-list: what each scan opens, worsens, eases and closes. Only a scan closes an entry.

An entry is *detected* when its finding first shows and *confirmed* when it holds in k of the last n scans. When the
finding is absent the entry is *gone* once, and *closed* at the second scan in a row; found again later it *relapses*.
A rule that could not look leaves its entries as they are: unknown is not gone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.errors import ScanError
from chainmend.explaining import Seen, not_checked, step, unknown
from chainmend.gaps.reasons import Sighting, facts_moved, reasons, sentence
from chainmend.i18n import _
from chainmend.names import CURRENCY
from chainmend.settings import Settings

if TYPE_CHECKING:
    from chainmend.scanning import Scan

ENTRY_SCHEMA: dict[str, Any] = {
    "entry_id": pl.String,
    "finding_id": pl.String,
    "kind": pl.String,
    "cluster_id": pl.String,
    "chain_id": pl.String,
    "segment_id": pl.String,
    "firm_id": pl.String,
    "state": pl.String,
    "severity": pl.Float64,
    "severity_low": pl.Float64,
    "severity_high": pl.Float64,
    "criticality": pl.Float64,
    "exposure": pl.Float64,
    "recovery": pl.Float64,
    "gap_class": pl.String,
    "summary_zh": pl.String,
    "summary_en": pl.String,
    "opened": pl.String,
    "last_seen": pl.String,
    "closed": pl.String,
    "history": pl.String,
    "scans": pl.Int64,
    "relapses": pl.Int64,
    "evidence": pl.String,
    "last_scan": pl.String,
    "last_date": pl.String,
    "catalogue": pl.String,
    "city": pl.String,
    "cluster_status": pl.String,
}
_COPIED = (
    "severity", "severity_low", "severity_high", "criticality", "exposure", "recovery", "gap_class", "summary_zh",
    "summary_en", "evidence",
)  # fmt: skip
_CLOSE_AFTER = 2
LIST, EVENTS = "mendlist.parquet", "events.jsonl"


@dataclass(frozen=True)
class Reconciled:
    """The list after a scan, and what the scan did to it.

    Attributes
    ----------
    entries
        Columns of `ENTRY_SCHEMA`; open ones first, gravest first.
    events
        One mapping an entry: event, severities before and after, the facts that moved.
    """

    entries: pl.DataFrame
    events: tuple[dict[str, Any], ...]


def reconcile(entries: pl.DataFrame | None, scan: Scan, settings: Settings | None = None) -> Reconciled:
    """Hold the standing list against a scan. Pure: nothing is read or written.

    Parameters
    ----------
    entries
        The list so far; None or empty for a new one.
    scan
        A scan of the same city with the same catalogue, not older than the last.
    settings
        Persistence k of n and how far a severity must move to count.

    Raises
    ------
    ScanError
        If the scan is older than the last one, or of another catalogue.
    """
    settings = settings or Settings()
    standing = [] if entries is None else entries.to_dicts()
    if standing and standing[0]["last_scan"] == scan.id:
        return Reconciled(entries if entries is not None else pl.DataFrame(schema=ENTRY_SCHEMA), ())
    _same_series(standing, scan)
    seen = Seen(scan)
    found = dict(seen.findings)
    after, events = [], []
    for old in standing:
        finding = found.pop(old["finding_id"], None)
        unseen = finding is None and seen.why_blind(old["kind"], old["segment_id"]) is not None
        blinded = (dict(old), None if old["state"] == "closed" else "not_checked")
        new, event = blinded if unseen else _step(old, finding, scan, settings)
        after.append(new | {"last_scan": scan.id, "last_date": scan.manifest["date"]} | _status(new, scan))
        if event:
            events.append(_event(seen, old, new, event, settings))
    for finding in found.values():
        new = _open(finding, scan, settings)
        after.append(new)
        events.append(_event(seen, None, new, "opened", settings))
    frame = pl.DataFrame(after, schema=ENTRY_SCHEMA, orient="row")
    place = pl.col("finding_id").replace_strict(
        {id: n for n, id in enumerate(seen.findings)}, default=None, return_dtype=pl.Int64
    )
    ranked = frame.sort(
        [pl.col("state") == "closed", "severity", place, "entry_id"],
        descending=[False, True, False, False],
        nulls_last=True,
    )
    return Reconciled(ranked, tuple(events))


def _same_series(standing: Sequence[Mapping[str, Any]], scan: Scan) -> None:
    if not standing:
        return
    last, catalogue = standing[0]["last_date"], standing[0]["catalogue"]
    if scan.manifest["date"] < last:
        raise ScanError(
            _("a scan of {date}").format(date=scan.manifest["date"]),
            expected=_("one that is not older than the last, of {date}").format(date=last),
            do=_("scan in the order of time"),
        )
    if scan.manifest["city"] != standing[0]["city"]:
        raise ScanError(
            _("a scan of the city {city}").format(city=scan.manifest["city"]),
            expected=_("a scan of {city}, whose list this is").format(city=standing[0]["city"]),
            do=_("keep one list a city"),
        )
    if scan.manifest["catalogue"]["id"] != catalogue:
        raise ScanError(
            _("a scan with the catalogue {id}").format(id=scan.manifest["catalogue"]["id"]),
            expected=_("the catalogue {id} of this list").format(id=catalogue),
            do=_("keep one list a catalogue"),
        )


def _open(finding: Mapping[str, Any], scan: Scan, settings: Settings) -> dict[str, Any]:
    date = scan.manifest["date"]
    return {
        **{c: finding[c] for c in ENTRY_SCHEMA if c in finding},
        "entry_id": "E" + finding["finding_id"][1:],
        "state": "confirmed" if settings.persistence.k <= 1 else "detected",
        "opened": date,
        "last_seen": date,
        "closed": None,
        "history": "[true]",
        "scans": 1,
        "relapses": 0,
        "last_scan": scan.id,
        "last_date": date,
        "catalogue": scan.manifest["catalogue"]["id"],
        "city": scan.manifest["city"],
        **_status(finding, scan),
    }


def _status(entry: Mapping[str, Any], scan: Scan) -> dict[str, str | None]:
    """How surely the name of an entry's cluster is known by now."""
    known = scan.manifest.get("clusters", {}).get(entry["cluster_id"], {})
    return {"cluster_status": known.get("status")}


def _step(
    old: Mapping[str, Any], finding: Mapping[str, Any] | None, scan: Scan, settings: Settings
) -> tuple[dict[str, Any], str | None]:
    """One entry through one scan: (entry, event); no event for a closed entry that stays away."""
    new = dict(old)
    keep = max(settings.persistence.n, _CLOSE_AFTER)
    past = json.loads(old["history"])
    if (
        old["last_date"] == scan.manifest["date"]
    ):  # data of one day count once, however often they are scanned
        past = past[:-1]
    history = [*past, finding is not None][-keep:]
    new["history"], new["scans"] = json.dumps(history), old["scans"] + 1
    if finding is None:
        if old["state"] == "closed":
            return new, None
        if len(history) >= _CLOSE_AFTER and not any(history[-_CLOSE_AFTER:]):
            return new | {"state": "closed", "closed": scan.manifest["date"]}, "closed"
        return new, "gone"
    new |= {c: finding[c] for c in _COPIED} | {"last_seen": scan.manifest["date"]}
    held = sum(history[-settings.persistence.n :]) >= settings.persistence.k
    if old["state"] == "closed":
        return new | {"state": "detected", "closed": None, "relapses": old["relapses"] + 1}, "relapsed"
    new["state"] = "confirmed" if held or old["state"] == "confirmed" else "detected"
    return new, step(old, finding, settings.persistence.change)


def _event(
    seen: Seen, old: Mapping[str, Any] | None, new: Mapping[str, Any], event: str, settings: Settings
) -> dict[str, Any]:
    held = event not in ("gone", "closed", "not_checked")
    last = Sighting(old) if old else Sighting(None)
    now = seen.of(new["finding_id"], new["segment_id"])
    because = _because(seen, last, now, event, new)
    zh, en = sentence(because)
    history = json.loads(new["history"])[-settings.persistence.n :]
    return {
        "scan_id": seen.scan.id,
        "date": seen.scan.manifest["date"],
        "entry_id": new["entry_id"],
        "finding_id": new["finding_id"],
        "kind": new["kind"],
        "segment_id": new["segment_id"],
        "event": event,
        **{c: new[c] for c in ("summary_zh", "summary_en")},
        "severity_before": old["severity"] if old else None,
        "severity_after": new["severity"] if held else None,
        "held": sum(history),
        "of": len(history),
        "moved": facts_moved(last, now) if old and held else [],
        "because": because,
        "because_zh": zh,
        "because_en": en,
    }


def _because(
    seen: Seen, last: Sighting, now: Sighting, event: str, entry: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Why an entry changed; nothing where it did not."""
    if event == "unchanged":
        return []
    if event == "not_checked":
        return not_checked(seen.why_blind(entry["kind"], entry["segment_id"]) or ("", ""))
    return reasons(last, now, seen.scan.manifest.get("currency", CURRENCY)) or unknown()


def read_list(folder: Path) -> pl.DataFrame | None:
    """Read the standing list of a folder; None where there is none yet.

    Raises
    ------
    ScanError
        If the file is there and cannot be read.
    """
    path = folder / LIST
    if not path.is_file():
        return None
    try:
        found = pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise ScanError(str(error).splitlines()[0], expected=_("a mend-list"), where=str(path)) from error
    found = _brought_up(found)
    if found.columns != list(ENTRY_SCHEMA):
        raise ScanError(
            _("columns: {names}").format(names=", ".join(found.columns[:8])),
            expected=_("a mend-list"),
            where=str(path),
            do=_("name the folder of the list with --list, or start a new one"),
        )
    return found


def _brought_up(found: pl.DataFrame) -> pl.DataFrame:
    """A list of an earlier version with the columns of today's; what it did not keep is unknown."""
    if "facts" not in found.columns or set(found.columns) - {"facts", *ENTRY_SCHEMA}:
        return found
    evidence = pl.concat_str(pl.lit('{"facts": '), "facts", pl.lit(', "rows": [], "thresholds": {}}'))
    kept = found.with_columns(evidence=evidence)
    unknown = {n: pl.lit(None, t) for n, t in ENTRY_SCHEMA.items() if n not in kept.columns}
    return kept.with_columns(**unknown).select(list(ENTRY_SCHEMA))


def write_list(folder: Path, result: Reconciled) -> None:
    """Append the events to ``events.jsonl``, then replace ``mendlist.parquet``.

    When a process is killed between the two, the same scan writes the list again; its events stand once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / EVENTS
    lines = path.read_text("utf-8").split("\n") if path.exists() else [""]
    known = _last_scan(lines[:-1])
    fresh = [e for e in result.events if (e["scan_id"], e["entry_id"]) not in known]
    with path.open("a", encoding="utf-8") as handle:
        if lines[-1]:  # a line that a killed process left unfinished
            handle.write("\n")
        for event in fresh:
            handle.write(json.dumps(event, ensure_ascii=False) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    partial = folder / f".{LIST}.partial"
    result.entries.write_parquet(partial, compression="zstd")
    partial.replace(folder / LIST)


def _last_scan(lines: Sequence[str]) -> set[tuple[str, str]]:
    """(scan, entry) of the events at the end of the file that belong to one scan."""
    known: set[tuple[str, str]] = set()
    for event in filter(None, map(_parsed, reversed(lines))):
        if known and event["scan_id"] not in {scan for scan, _entry in known}:
            break
        known.add((event["scan_id"], event["entry_id"]))
    return known


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
