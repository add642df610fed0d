"""What the page of a segment shows: facts, findings, firms, suppliers by place, remedies, history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.desk.atlas.earlier import past
from chainmend.desk.atlas.reading import PLACE, Atlas, Node, contributions, purchases
from chainmend.desk.atlas.states import State, state_of
from chainmend.desk.suppression import suppress
from chainmend.desk.visibility import may, may_name_candidates, visible_entries
from chainmend.desk.worklist.words import headline, readable
from chainmend.gaps.wording import label, value
from chainmend.i18n import _, language
from chainmend.names import country_name, money

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

_CUTS = {
    "self_sufficiency": "self_sufficiency",
    "location_quotient": "location_quotient",
    "outside_share": "outside_share",
    "source_hhi": "origin_hhi",
    "top_share": "top_share",
    "knock_out_loss": "fragile_loss",
    "patents_per_output_ratio": "technology_ratio",
}
"""Fact -> the threshold that it is held against."""
_PRESENCE = (
    "firms", "firms_region", "firms_country", "firms_abroad", "output", "share_of_country", "location_quotient",
)  # fmt: skip
_SUPPLY = (
    "purchases", "self_sufficiency", "outside_share", "foreign_share", "top_share", "supplier_hhi", "source_hhi",
)  # fmt: skip
_RISK = (
    "dependent_share",
    "knock_out_loss",
    "worst_source_loss",
    "alternatives",
    "suppliers_near",
    "nearest_km",
)
_MORE = ("needs", "patents", "patents_per_output_ratio", "density")
_MONEY = frozenset({"output", "purchases"})
_FIRMS, _SCANS = 200, 12


@dataclass(frozen=True)
class Fact:
    """One fact: its name, its value in words, the cut it is held against, whether it is withheld or unknown."""

    name: str
    label: str
    value: str
    cut: str
    withheld: bool
    unknown: bool


@dataclass(frozen=True)
class Facts:
    """Facts of one source, with what they are about."""

    title: str
    scope: tuple[str, ...]
    facts: tuple[Fact, ...]


def facts_of(view: ScanView, node: Node) -> list[Facts]:
    """Return the facts of a segment by source, each group with its scope."""
    date = _("twelve months to {date}").format(date=view.date)
    year = node.facts.get("year")
    bought = str(year) if year else _("last year of the links")
    told = (
        (_("Who is here"), (_("table of firms"), date, _("by placement")), _PRESENCE),
        (_("What is bought"), (_("supply links"), bought, _("buyers in the city")), _SUPPLY),
        (_("What hangs on it"), (_("supply network"), bought, _("share of the city's output")), _RISK),
        (
            _("Needs and knowledge"),
            (_("needs, patents, institutes"), _("to {date}").format(date=view.date)),
            _MORE,
        ),
    )
    return [Facts(title, scope, tuple(fact(view, node, n) for n in names)) for title, scope, names in told]


def fact(view: ScanView, node: Node, name: str) -> Fact:
    """Return one fact in the words of the moment's language."""
    side = 0 if language() == "zh" else 1
    currency = view.dataset.currency
    found = node.facts.get(name)
    thresholds = view.scan.manifest.get("settings", {}).get("thresholds", {})
    cut = thresholds.get(_CUTS.get(name, ""))
    hidden = name in node.withheld
    told = money(found, currency) if name in _MONEY and found is not None else value(name, found, currency)
    shown = _("withheld") if hidden else told[side]
    at = _("cut {value}").format(value=value(name, cut, currency)[side]) if cut is not None else ""
    return Fact(name, label(name)[side], shown, at, hidden, found is None and not hidden)


def findings_of(view: ScanView, node: Node, user: User) -> list[dict[str, Any]]:
    """Return the findings of a segment whose entries the person may see, with reasons and rows behind them.

    What a sentence or a fact tells of one firm is for who may see exact figures; others read what is the matter and the
    facts that the segment shows them anyway.
    """
    rows = view.scan.findings.filter(pl.col("segment_id") == node.segment.id)
    entries = {e.finding_id: e for e in visible_entries(user).filter(segment_id=node.segment.id)}
    side, currency = (0 if language() == "zh" else 1), view.dataset.currency
    found = []
    for row in rows.iter_rows(named=True):
        entry = entries.get(row["finding_id"])
        if entry is None:
            continue
        evidence = json.loads(row["evidence"])
        given = evidence.get("facts", {})
        figures = {n for n, v in given.items() if n in node.facts and not isinstance(v, str)} - node.withheld
        shown = {n for n in given if n in figures or (n not in node.withheld and readable(n, given, user))}
        facts = [
            (label(n)[side], value(n, v, currency)[side] if n in shown else _("withheld"))
            for n, v in given.items()
            if not isinstance(v, dict | list) and n != "firms_stopped"
        ]
        cuts = [
            (label(n)[side], value(n, v, currency)[side]) for n, v in evidence.get("thresholds", {}).items()
        ]
        said = headline(entry, user, view.catalogue)
        found.append(row | {"entry": entry, "summary": said, "facts": facts, "cuts": cuts})
    return found


def firms_of(view: ScanView, node: Node, user: User) -> list[dict[str, Any]]:
    """Return the local firms on a segment that the person may see, largest first; all of them no more than 200."""
    placed = view.scan.placements.filter(pl.col("segment_id") == node.segment.id)
    local = view.dataset.firms.filter(pl.col("place") == "local")
    made = contributions(view).filter(pl.col("segment_id") == node.segment.id)
    rows = (
        placed.join(local, on="firm_id")
        .join(made.select("firm_id", "made"), on="firm_id", how="left")
        .sort(["made", "firm_id"], descending=[True, False], nulls_last=True)
    )
    shown = [r for r in rows.iter_rows(named=True) if may(user, "see_firm", r)]
    if not may(user, "see_exact_figures"):
        own = user.organisation.firm_id
        shown = [r if own and r["firm_id"] == own else r | {"made": None} for r in shown]
    return shown[:_FIRMS]


@dataclass(frozen=True)
class Place:
    """What local firms bought of a segment in one place; the amount is None where it is withheld."""

    name: str
    suppliers: int
    amount: float | None
    share: float | None
    named: tuple[tuple[str, float], ...]


def suppliers_of(
    view: ScanView, atlas: Atlas, node: Node, user: User
) -> tuple[list[Place], float | None] | None:
    """Return where local firms bought a segment and the sum of all; None where no links are known.

    Suppliers are named only to who may see links.
    """
    bought = purchases(view)
    if bought is None:
        return None
    own = bought.filter(pl.col("segment_id") == node.segment.id)
    if own.is_empty():
        return [], 0.0
    by_firm = own.group_by(PLACE, "supplier_id", "name").agg(pl.col("amount").sum())
    cells = (
        by_firm.group_by("where")
        .agg(pl.len().alias("firms"), pl.col("amount").sum(), pl.col("amount").max().alias("largest"))
        .sort(["amount", "where"], descending=[True, False])
    )
    total: float | None = float(cells["amount"].sum())
    if not atlas.exact:
        safe = suppress(cells, "amount")
        cells, total = safe.cells, safe.totals[0]["amount"][0]
        if "purchases" in node.withheld:  # few buyers: what they bought anywhere tells of them
            cells, total = cells.with_columns(amount=pl.lit(None, pl.Float64)), None
    linked = may(user, "see_links")
    places = []
    for row in cells.iter_rows(named=True):
        there = by_firm.filter(pl.col("where") == row["where"]).sort(
            ["amount", "name"], descending=[True, False]
        )
        named = tuple(there.head(3).select("name", "amount").iter_rows()) if linked else ()
        share = row["amount"] / total if row["amount"] is not None and total else None
        places.append(Place(_place(row["where"]), row["firms"], row["amount"], share, named))
    return places, total


def _place(where: str) -> str:
    return _("in the city") if where == "local" else country_name(where)[0 if language() == "zh" else 1]


def remedies_of(view: ScanView, findings: list[dict[str, Any]], user: User) -> list[dict[str, Any]]:
    """Return what to do first about the findings shown, each remedy once, with candidates that may be named."""
    frame = view.scan.remedies
    if frame.is_empty():
        return []
    ids = [f["finding_id"] for f in findings]
    rows = frame.filter(pl.col("finding_id").is_in(ids)).unique("remedy", keep="first", maintain_order=True)
    side = "zh" if language() == "zh" else "en"
    found = []
    for row in rows.iter_rows(named=True):
        candidates = json.loads(row["candidates"] or "[]") if may_name_candidates(user, row["remedy"]) else []
        shown = [
            {"name": c["name"], "why": c[side] if may(user, "see_links") else ""} for c in candidates[:5]
        ]
        found.append(row | {"candidates": shown, "why": row[f"why_{side}"], "lead": row[f"lead_{side}"]})
    return found


def worth_of(view: ScanView, node: Node) -> dict[str, Any] | None:
    """Return the loss avoided a year by mending the segment, with its interval; None where it was not valued."""
    frame = view.scan.values
    if frame.is_empty():
        return None
    rows = frame.filter(pl.col("segment_id") == node.segment.id)
    return rows.row(0, named=True) if rows.height else None


@lru_cache(maxsize=_SCANS)
def _past(view: ScanView) -> dict[str, tuple[State, int, float | None]]:
    """Segment -> state, firms here, severity of the gravest finding, of one scan."""
    kinds: dict[str, list[str]] = {}
    worst: dict[str, float] = {}
    for segment, kind, severity in view.scan.findings.select("segment_id", "kind", "severity").iter_rows():
        kinds.setdefault(segment, []).append(kind)
        if severity is not None:
            worst[segment] = max(severity, worst.get(segment, severity))
    rows = view.scan.segment_facts.select("segment_id", "firms").iter_rows()
    return {s: (state_of(kinds.get(s, ())), int(firms), worst.get(s)) for s, firms in rows}


def history_of(node: Node, city: str) -> list[dict[str, Any]]:
    """Return the segment in the last scans, newest first."""
    found = []
    for view in past(city):
        seen = _past(view).get(node.segment.id)
        if seen is not None:
            found.append(
                {
                    "date": view.date,
                    "scan": view.scan_id,
                    "state": seen[0],
                    "firms": seen[1],
                    "severity": seen[2],
                }
            )
    return found
