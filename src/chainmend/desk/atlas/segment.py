"""What the page of a segment shows: facts, findings, firms, suppliers by place, remedies, history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.desk.atlas.earlier import past
from chainmend.desk.atlas.reading import PLACE, SINGLE, Atlas, Node, atlas, contributions, nobody, purchases
from chainmend.desk.atlas.states import state_of
from chainmend.desk.figures import Loss, figures, readable, severity_range, step
from chainmend.desk.figures import side as side_of
from chainmend.desk.suppression import suppress
from chainmend.desk.visibility import may, may_name_candidates, visible_entries
from chainmend.desk.worklist.evidence import level_words
from chainmend.desk.worklist.words import headline
from chainmend.gaps.reasons import CUTS
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
_FIRMS_COUNTED = frozenset(
    {"firms", "firms_region", "firms_country", "firms_abroad", "alternatives", "suppliers_near"}
)
_MONEY = frozenset({"output", "purchases"})
_FIRMS, _SCANS = 200, 12


@dataclass(frozen=True)
class Fact:
    """One fact: its name, its value in words, the cut it is held against, whether it is withheld or unknown.

    `raw` is the value as the scan has it, None where withheld or unknown; `threshold` the cut.
    """

    name: str
    label: str
    value: str
    cut: str
    withheld: bool
    unknown: bool
    raw: Any = None
    threshold: float | None = None


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
    grouped = told[side].replace(",", "\u202f") if isinstance(found, float | int) else told[side]
    shown = _("withheld") if hidden else _with_unit(name, found, grouped)
    at = _("cut {value}").format(value=value(name, cut, currency)[side]) if cut is not None else ""
    unknown = found is None and not hidden
    return Fact(name, label(name)[side], shown, at, hidden, unknown, None if hidden else found, cut)


def _with_unit(name: str, found: Any, told: str) -> str:
    """A count with what it counts; other facts say their unit themselves or are shares."""
    if found is None:
        return told
    if name in _FIRMS_COUNTED:
        return _("{n} firms").format(n=f"{found:,.0f}".replace(",", "\u202f"))
    if name == "needs":
        return _("{n} reports").format(n=f"{found:,.0f}".replace(",", "\u202f"))
    return _("{n} patents").format(n=f"{found:,.0f}".replace(",", "\u202f")) if name == "patents" else told


def findings_of(view: ScanView, node: Node, user: User) -> list[dict[str, Any]]:
    """Return the findings of a segment whose entries the person may see, with reasons and rows behind them.

    Who sees no exact figures finds bands, and findings in the order of these.
    """
    rows = view.scan.findings.filter(pl.col("segment_id") == node.segment.id)
    entries = {
        e.finding_id: e
        for e in visible_entries(user).filter(segment_id=node.segment.id).select_related("owner")
    }
    exact, open_ = may(user, "see_exact_figures"), atlas(view, False).nodes[node.segment.id].facts
    side, currency = (0 if language() == "zh" else 1), view.dataset.currency
    found = []
    for row in rows.iter_rows(named=True):
        entry = entries.get(row["finding_id"])
        if entry is None:
            continue
        evidence = json.loads(row["evidence"])
        known, held = evidence.get("facts", {}), evidence.get("thresholds", {})
        facts = [
            (
                label(n)[side],
                value(n, level_words(n, v) if isinstance(v, str) else v, currency)[side]
                if readable(n, known, open_, exact)
                else side_of(n, v, held.get(CUTS.get(n, ""))) or _("withheld"),
            )
            for n, v in known.items()
            if not isinstance(v, dict | list) and n != "firms_stopped"
        ]
        cuts = [(label(n)[side], value(n, v, currency)[side]) for n, v in held.items()]
        told = {
            "entry": entry, "facts": facts, "cuts": cuts, "severity": figures(entry, exact).severity,
            "headline": row[f"summary_{language()}"] if exact else headline(entry, user, view.catalogue),
        }  # fmt: skip
        found.append(row | told)
    if not exact:
        found.sort(key=lambda f: (-(f["entry"].severity_rank or 0), f["entry"].pk))
    return found


def firms_of(view: ScanView, node: Node, user: User) -> list[dict[str, Any]]:
    """Return the local firms on a segment that the person may see, largest first; all of them no more than 200."""
    placed = view.scan.placements.filter(pl.col("segment_id") == node.segment.id)
    there = view.dataset.firms.filter(pl.col("firm_id").is_in(placed["firm_id"].implode()))
    local = there.filter(pl.col("place") == "local")
    made = contributions(view).filter(pl.col("segment_id") == node.segment.id)
    rows = (
        placed.join(local, on="firm_id")
        .join(made.select("firm_id", "made"), on="firm_id", how="left")
        .sort(["made", "firm_id"], descending=[True, False], nulls_last=True)
    )
    shown = list(islice((r for r in rows.iter_rows(named=True) if may(user, "see_firm", r)), _FIRMS))
    if not may(user, "see_exact_figures"):
        own = user.organisation.firm_id
        shown = [r if own and r["firm_id"] == own else r | {"made": None} for r in shown]
    return shown


def lead(view: ScanView, node: Node) -> str:
    """Return what has to be said before the findings of a segment that nobody here makes; nothing of any other."""
    if nobody(view) or node.facts.get("firms") != 0:
        return ""
    loss = node.facts.get("knock_out_loss")
    if "fragile_segment" not in node.kinds or loss is None:
        return _("Nobody here makes it: all that is used here comes from outside.")
    return _(
        "Nobody here makes it: what is fragile is the supply from outside. If all of it stopped for a year, the city "
        "would lose {loss} of its output."
    ).format(loss=value("knock_out_loss", loss, view.dataset.currency)[0 if language() == "zh" else 1])


@dataclass(frozen=True)
class Place:
    """What local firms bought of a segment in one place; the amount is None where it is withheld."""

    name: str
    suppliers: int
    amount: float | None
    share: float | None
    named: tuple[tuple[str, float], ...]


def suppliers_of(
    view: ScanView, known: Atlas, node: Node, user: User
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
    if not known.exact:
        if (
            SINGLE in node.kinds
        ):  # with the cut known, any place, and what is withheld, bounds the share of the one
            cells = cells.with_columns(amount=pl.lit(None, pl.Float64)).sort("where")
        else:
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


def worth_of(view: ScanView, node: Node, exact: bool) -> Loss | None:
    """Return the loss avoided a year by mending the segment; None where it was not valued.

    It is an estimate with its interval, or where not `exact` a band.
    """
    frame = view.scan.values
    rows = frame if frame.is_empty() else frame.filter(pl.col("segment_id") == node.segment.id)
    if rows.is_empty() or rows["value"][0] is None:
        return None
    amount, low, high = (rows[c][0] for c in ("value", "low", "high"))
    if not exact:
        return Loss(None, *step(amount))
    return Loss(amount, amount if low is None else low, amount if high is None else high)


@dataclass(frozen=True)
class _Sum:
    """A finding of an earlier scan, as far as its severity goes."""

    severity: float | None
    criticality: float | None
    exposure: float | None
    recovery: float | None
    firm_id: str | None


@lru_cache(maxsize=2 * _SCANS)
def _past(view: ScanView, exact: bool) -> dict[str, dict[str, Any]]:
    """Segment -> state, firms here, severity of the gravest finding as `history_of` gives it, of one scan."""
    kinds: dict[str, list[str]] = {}
    worst: dict[str, tuple[float, str, float, float]] = {}
    columns = ("severity", "criticality", "exposure", "recovery", "firm_id")
    for segment, kind, *parts in view.scan.findings.select("segment_id", "kind", *columns).iter_rows():
        kinds.setdefault(segment, []).append(kind)
        found = _Sum(*parts)
        span = severity_range(found)
        if found.severity is None or span is None:
            continue
        if exact:
            told = found.severity, f"{found.severity:.0f}", found.severity, found.severity
        else:
            told = sum(span) / 2, f"{span[0]}–{span[1]}", float(span[0]), float(span[1])
        worst[segment] = max(told, worst.get(segment, told))
    rows = view.scan.segment_facts.select("segment_id", "firms").iter_rows()
    unknown = (None, "", None, None)
    return {
        s: {
            "state": state_of(kinds.get(s, ()), firms),
            "firms": int(firms),
            **dict(zip(("severity", "low", "high"), worst.get(s, unknown)[1:], strict=True)),
        }
        for s, firms in rows
    }


def past_states(city: str, exact: bool) -> list[tuple[ScanView, dict[str, dict[str, Any]]]]:
    """Return the last scans of a city, newest first, each with what its segments were, as `history_of` gives it."""
    return [(view, _past(view, exact)) for view in past(city)]


def history_of(node: Node, city: str, exact: bool) -> list[dict[str, Any]]:
    """Return the segment in the last scans, newest first.

    Each has `date`, `scan`, `state`, `firms`, the `severity` of its gravest finding in words (empty where none is
    known), and between what it is: `low` and `high`, which are equal where `exact`.
    """
    found = []
    for view, states in past_states(city, exact):
        seen = states.get(node.segment.id)
        if seen is not None:
            found.append({"date": view.date, "scan": view.scan_id} | seen)
    return found
