"""The evidence of an entry: each fact with its cut, its scope, its source, how often it held, and who verified it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chainmend.desk.figures import readable, side
from chainmend.desk.visibility import may
from chainmend.desk.worklist.changes import content
from chainmend.desk.worklist.days import day
from chainmend.desk.worklist.given import said, verdict_name
from chainmend.gaps.wording import label, value
from chainmend.i18n import _
from chainmend.names import CURRENCY

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView
    from chainmend.desk.worklist.models import Entry, Event

_SCANS = 3
_KEPT = 8
_OF: Mapping[str, tuple[str, ...]] = {
    "supply_links": (
        "purchases", "self_sufficiency", "supplier_hhi", "top_share", "outside_share", "foreign_share", "source_hhi",
        "top_source", "outside_over_local_sales", "local_sales", "sales_before", "sales_after", "sales_growth",
        "knock_out_own", "knock_out_loss", "worst_source", "worst_source_loss", "esri", "own_share", "ratio",
        "downstream", "upstream", "money", "lost", "top_esri", "top_esri_firm",
    ),
    "customs": (
        "imports", "exports", "imports_over_exports", "import_hhi", "top_origin", "top_origin_share",
    ),
    "provision": ("world_hhi", "world_foreign_share", "world_top_origin"),
    "needs": ("needs", "needs_of_all", "newest"),
    "patents": (
        "patents", "patents_per_output", "national_patents_per_output", "patents_per_output_ratio",
    ),
    "institutes": ("institutes",),
    "statistics": ("share_of_country", "location_quotient"),
}  # fmt: skip
"""Table -> facts that are reckoned from it; all others from the table of firms."""


@dataclass(frozen=True)
class Fact:
    """A line of the evidence.

    Attributes
    ----------
    name
        What it is.
    value
        In words; None where it is withheld.
    cut
        That it is held against; empty where there is none.
    scope
        What it measures: of which table, which year or day, of whom.
    source, rows
        Table that it is reckoned from, and how many rows of it the scan read (None where not known).
    held
        In how many of the last scans it was on this side of its cut; empty without a cut.
    id, raw, threshold
        The fact, its value and its cut as the scan has them; `raw` None where the value is withheld.
    withheld
        Whether the value is; `value` then is the side of the cut that it is on, or None.
    """

    name: str
    value: str | None
    cut: str
    scope: tuple[str, ...] = ()
    source: str = ""
    rows: int | None = None
    held: str = ""
    id: str = ""
    raw: Any = None
    threshold: float | None = None
    withheld: bool = False


@dataclass(frozen=True)
class Verdict:
    """What a chain leader or an institute says of the evidence; the note is empty for who may not read it."""

    organisation: str
    verdict: str
    day: str
    note: str


def kept(entry: Entry) -> Mapping[str, Any]:
    """Return what the scan that saw the finding last kept of it: facts, thresholds, rows."""
    text = entry.standing.get("evidence")
    found: Mapping[str, Any] = json.loads(text) if text else {}
    return found


def facts(entry: Entry, user: User, view: ScanView | None = None, currency: str = CURRENCY) -> list[Fact]:
    """Return the evidence as far as a person may know it.

    Parameters
    ----------
    entry
        One that the person may see.
    user
        Who reads.
    view
        The last scan; without it, facts that depend on it are withheld and scope and source stay empty.
    currency
        Of the money.
    """
    from chainmend.gaps.reasons import CUTS

    proof = kept(entry)
    found: Mapping[str, Any] = proof.get("facts", {})
    cuts: Mapping[str, Any] = proof.get("thresholds", {})
    named = {
        r.get("source"): r["name"] for r in proof.get("rows", []) if isinstance(r, dict) and r.get("name")
    }
    exact = may(user, "see_exact_figures")
    shown = _shown(view, entry) if view and not exact else {}
    seen = _seen(view, entry) if view else []
    lines = []
    for name, fact in found.items():
        if isinstance(fact, list | dict) or name == "year":  # the year is the scope of the others
            continue
        cut = cuts.get(CUTS.get(name, ""))
        amount = named.get(fact, level_words(name, fact)) if isinstance(fact, str) else fact
        open_to = readable(name, found, shown, exact)
        told = said(value(name, amount, currency)) if open_to else side(name, fact, cut)
        at = said(value(CUTS[name], cut, currency)) if cut is not None else ""
        table = _table(name)
        lines.append(
            Fact(
                said(label(name)),
                told,
                at,
                _scope(table, found.get("year"), view),
                _table_name(table),
                _rows(view, table),
                _held(seen, name, fact, cut),
                name,
                amount if open_to else None,
                cut,
                not open_to,
            )
        )
    return lines


def level_words(name: str, text: str) -> str:
    """How far away the nearest firm is, in words; any other text as it is."""
    if name != "level":
        return text
    return {
        "district": _("in the district"),
        "city": _("in the city"),
        "region": _("in the region"),
        "country": _("in the country"),
        "world": _("abroad"),
    }.get(text, text)


def _shown(view: ScanView, entry: Entry) -> Mapping[str, Any]:
    from chainmend.desk.atlas.reading import atlas

    node = atlas(view, False).nodes.get(entry.segment_id)
    return node.facts if node else {}


def _table(fact: str) -> str:
    return next((table for table, facts in _OF.items() if fact in facts), "firms")


def _table_name(table: str) -> str:
    from chainmend.desk.scans.sources import table_name

    return table_name(table)


def _scope(table: str, year: Any, view: ScanView | None) -> tuple[str, ...]:
    until = _("to {date}").format(date=day(view.date)) if view else ""
    of = {
        "supply_links": _("buyers in the city"),
        "customs": _("by origin"),
        "provision": _("by origin"),
        "firms": _("by placement"),
        "statistics": _("the city against the country"),
    }.get(table, "")
    dated = str(year) if year and table in ("supply_links", "customs", "provision") else until
    return tuple(part for part in (dated, of) if part)


def _rows(view: ScanView | None, table: str) -> int | None:
    found = view.scan.manifest.get("dataset", {}).get("rows", {}) if view else {}
    count = found.get(table)
    return int(count) if count is not None else None


def _seen(view: ScanView, entry: Entry) -> list[Mapping[str, Any]]:
    """The facts of the finding in each of the last scans, nothing of one that did not find it."""
    from chainmend.desk.atlas.earlier import past

    return [_then(one, entry.finding_id) for one in past(view.city, _SCANS)]


def _held(seen: list[Mapping[str, Any]], name: str, fact: Any, cut: Any) -> str:
    """In how many of the last scans the fact was where it is now, seen from its cut."""
    if not seen or not isinstance(fact, float | int) or not isinstance(cut, float | int):
        return ""
    then = [one.get(name) for one in seen]
    held = sum(isinstance(one, float | int) and (one > cut) == (fact > cut) for one in then)
    return f"{held} / {len(seen)}"


@lru_cache(maxsize=_KEPT * 64)
def _then(view: ScanView, finding: str) -> Mapping[str, Any]:
    rows = view.scan.findings
    row = next(iter(rows.filter(rows["finding_id"] == finding)["evidence"]), None)
    found: Mapping[str, Any] = json.loads(row).get("facts", {}) if row else {}
    return found


def suppliers(entry: Entry, user: User) -> list[dict[str, Any]]:
    """Return rows behind the finding, for who may see which firm buys or sells what."""
    rows = kept(entry).get("rows", []) if may(user, "see_links") else []
    keep = [r for r in rows if isinstance(r, dict) and r.get("name")]
    return [
        {
            "name": r["name"],
            "share": f"{r['share']:.0%}" if r.get("share") is not None else "—",
            "raw": r.get("share"),
        }
        for r in keep[:8]
    ]


def verdicts(events: list[Event], user: User) -> list[Verdict]:
    """Return what chain leaders and institutes say of the evidence, the newest of each; notes of others are not told
    to a chain leader.
    """
    newest = {e.user.organisation_id: e for e in events if e.action == "verify_evidence" and e.user}
    found = []
    for organisation, event in newest.items():
        data = content(event)
        own = user.what != "leader" or organisation == user.organisation_id
        home = str(event.user.organisation) if event.user and own else _("another organisation")
        found.append(
            Verdict(home, verdict_name(data["verdict"]), day(event.at), data.get("note", "") if own else "")
        )
    return found
