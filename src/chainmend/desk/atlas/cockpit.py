"""What the cockpit shows: clusters as tiles, what is late, what the last scan changed, and the two sets of ranks."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet

from chainmend.desk.atlas.draw.marks import strip
from chainmend.desk.atlas.draw.spark import spark
from chainmend.desk.atlas.earlier import before
from chainmend.desk.atlas.growth import Excess, between, figures_of, group_names, names_of, published
from chainmend.desk.atlas.trend import Crossing, Trend, crossing, trend
from chainmend.desk.figures import order_of, reason
from chainmend.desk.scans.view import ScanView
from chainmend.desk.visibility import may
from chainmend.desk.worklist.colours import COLOURS, condition
from chainmend.desk.worklist.models import Entry, Event
from chainmend.desk.worklist.services import open_moves
from chainmend.desk.worklist.words import kind_name, segment_name
from chainmend.i18n import _, language
from chainmend.names import money

if TYPE_CHECKING:
    from chainmend.chain.model import Cluster
    from chainmend.desk.accounts.models import User
    from chainmend.desk.atlas.reading import Atlas
    from chainmend.indicators.scope import Figure

_SHOWN, _REDS, _KEPT = 6, 3, 4
_TOLD = ("opened", "worsened", "eased", "gone", "closed", "relapsed")


@dataclass(frozen=True)
class Tile:
    """One cluster.

    Attributes
    ----------
    cluster
        Of the catalogue.
    strip
        Its chain strip as SVG, None for a cluster without segments.
    output
        Output of its segments as the language writes it; None where unknown.
    withheld
        Whether the output is withheld rather than unknown.
    excess
        Growth against all industry on one scope; None where no two figures have one.
    other
        A published figure of another scope, that stands alone.
    trend, spark
        Published growth over two years beside all industry, and its drawing; None where too little is published.
    crossing
        When its output crosses the mark of its tier; None where unknown, withheld or crossed already.
    red, yellow, blue
        How many entries are overdue, behind, due soon.
    """

    cluster: Cluster
    strip: str | None
    output: str | None
    withheld: bool
    excess: Excess | None
    other: Figure | None
    trend: Trend | None
    spark: str | None
    crossing: Crossing | None
    red: int
    yellow: int
    blue: int


def open_entries(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries that still ask something of somebody."""
    return entries.exclude(state__in=("closed", "rejected"))


def tiles(view: ScanView, atlas: Atlas, entries: QuerySet[Entry], today: dt.date) -> list[Tile]:
    """Return one tile a cluster, in the order of the catalogue."""
    told = _published(view)
    all_told = all(told[c.id][0] for c in view.catalogue.clusters if c.chains)
    computed = {} if all_told else between(view, before(view))  # reads the data of two scans
    counts = {
        name: Counter(entries.filter(condition(name, today)).values_list("cluster_id", flat=True))
        for name in COLOURS
    }
    made = []
    for cluster in view.catalogue.clusters:
        stages = atlas.stages(cluster)
        best, alone = told[cluster.id]
        output = atlas.outputs.get(cluster.id)
        withheld = output is None and not atlas.exact and any(n.withheld for n in atlas.of(cluster))
        line = trend(view, names_of(cluster))
        made.append(
            Tile(
                cluster,
                strip(stages) if stages else None,
                None if output is None else amount(output, view),
                withheld,
                best or (None if withheld else computed.get(cluster.id)),
                alone[0] if alone else None,
                line,
                spark(line) if line else None,
                crossing(output, view.dataset.currency, view.date, cluster.tier, line),
                *(counts[c][cluster.id] for c in COLOURS),
            )
        )
    return made


def amount(value: float, view: ScanView) -> str:
    """Money of the scan's data in the language of the moment."""
    return money(value, view.dataset.currency)[0 if language() == "zh" else 1].replace(",", "\u202f")


@dataclass(frozen=True)
class Tier:
    """The tiles of one tier.

    Attributes
    ----------
    name
        What it is called.
    shared
        The growth whose scope stands above the tiles, for all of them that have it.
    shown
        The tiles, each with whether its growth has another scope, which it says itself.
    """

    name: str
    shared: Excess | None
    shown: tuple[tuple[Tile, bool], ...]


def _scope(excess: Excess) -> tuple[object, ...]:
    return excess.scope, excess.basis, excess.industry


def in_tiers(shown: list[Tile]) -> list[Tier]:
    """Return the tiles of each tier that has some, with the scope that most of them share."""
    names = (
        ("trillion", _("Trillion-class")),
        ("hundred-billion", _("Hundred-billion-class")),
        ("unranked", _("Other clusters")),
    )
    found = []
    for tier, name in names:
        own = [t for t in shown if t.cluster.tier == tier]
        counts = Counter(_scope(t.excess) for t in own if t.excess)
        most = counts.most_common(1)[0][0] if counts else None
        shared = next((t.excess for t in own if t.excess and _scope(t.excess) == most), None)
        if own:
            told = tuple((t, t.excess is not None and _scope(t.excess) != most) for t in own)
            found.append(Tier(name, shared, told))
    return found


@dataclass(frozen=True)
class Red:
    """An overdue entry: what is the matter, why as far as the person may know, days late, whether to remind."""

    entry: Entry
    title: str
    why: str
    days: int
    remind: bool


def red(entry: Entry, view: ScanView, user: User, today: dt.date) -> Red:
    """Return an overdue entry as the person may see it."""
    segment = segment_name(view.catalogue, entry.segment_id)
    title = _("{segment}: {kind}").format(segment=segment, kind=kind_name(entry.kind))
    why = ""
    if may(user, "see_exact_figures"):
        why = entry.summary.split("：" if language() == "zh" else ": ", 1)[-1]
    days = (today - entry.due).days if entry.due else 0
    remind = any(move.action == "remind" for move in open_moves(entry, user))
    return Red(entry, title, why, days, remind)


def reds(entries: QuerySet[Entry], today: dt.date, exact: bool) -> tuple[list[Entry], int, Entry | None]:
    """Return the three overdue entries to decide first, how many there are, and the next that falls due."""
    late = entries.filter(condition("red", today)).select_related("owner")
    grave = F(order_of("severity", exact)).desc(nulls_last=True)
    order = (F("priority").asc(nulls_last=True), grave, "due", "pk")
    coming = (
        open_entries(entries).filter(due__gte=today).select_related("owner").order_by("due", "pk").first()
    )
    return list(late.order_by(*order)[:_REDS]), late.count(), coming


@dataclass(frozen=True)
class Changes:
    """What the last scan did to the list: counts by event, the events to read first, and what it could not judge."""

    counts: list[tuple[str, str, int]]
    lines: list[dict[str, Any]]
    unchecked: str
    before: int
    after: int


def changes(view: ScanView, entries: QuerySet[Entry], *, exact: bool) -> Changes:
    """Return what the last scan changed, as far as the entries may be seen; in figures and names only where `exact`."""
    events = Event.objects.filter(scan_id=view.scan_id, entry__in=entries, action__in=_TOLD).order_by()
    found = Counter(events.values_list("action", flat=True))
    gravest = F(f"entry__{order_of('severity', exact)}").desc(nulls_last=True)
    lines: list[Event] = []
    for action in _TOLD:  # some of each kind before more of one
        if found[action] and len(lines) < _SHOWN:
            of = events.filter(action=action).select_related("entry").defer("entry__standing")
            lines += of.order_by(gravest, "entry_id")[: 2 if action != "opened" else 3]
    after = entries.exclude(state="closed").count()
    then = after - found["opened"] - found["relapsed"] + found["closed"]
    return Changes(
        [(a, event_name(a), found[a]) for a in _TOLD if a != "relapsed" or found[a]],
        [_line(e, exact) for e in lines[:_SHOWN]],
        unchecked(view),
        then,
        after,
    )


def unchecked(view: ScanView) -> str:
    """Return why rules could not be judged for the whole city, in one sentence; nothing where all were."""
    rows = view.scan.not_checked
    rows = rows.filter(rows["segment_id"].is_null())
    reasons = list(dict.fromkeys(rows["reason_zh" if language() == "zh" else "reason_en"].to_list()))
    if not reasons:
        return ""
    return _("{reason}; rules not judged: {n}").format(reason=reasons[0], n=rows["rule"].n_unique())


def event_name(action: str) -> str:
    """Return what an event of a scan is called."""
    names = {
        "opened": _("New"),
        "worsened": _("Graver"),
        "eased": _("Lighter"),
        "gone": _("Absent once"),
        "closed": _("Struck off"),
        "relapsed": _("Back again"),
    }
    return names.get(action, action)


def _line(event: Event, exact: bool) -> dict[str, Any]:
    data = json.loads(event.content).get("data", {})
    because = sorted(data.get("because") or [], key=lambda one: _weight(one, event.action, exact))
    told = [text for one in because if (text := reason(one, exact))]
    before, after = data.get("severity_before"), data.get("severity_after")
    numbers = exact and before is not None and after is not None
    return {
        "name": event_name(event.action),
        "entry": event.entry,
        "moved": f"{before:.0f} → {after:.0f}" if numbers else "",
        "why": told[0] if told else "",
    }


def _weight(told: Mapping[str, Any], action: str, exact: bool) -> float:
    """How late a reason is told: first the part of the severity that moved most in the direction of the change.

    Which moved most is told to who sees exact figures alone.
    """
    before, after = told.get("before"), told.get("after")
    if "component" not in told or not before or not after:
        return 0.0
    moved = math.log(after / before) if action != "eased" else math.log(before / after)
    return -moved if exact else -math.copysign(1.0, moved)


@lru_cache(maxsize=_KEPT)
def _published(view: ScanView) -> dict[str, tuple[Excess | None, tuple[Figure, ...]]]:
    """Cluster -> its published growth against all industry, and its figures that stand alone."""
    return {c.id: published(figures_of(view), names_of(c)) for c in view.catalogue.clusters}


@lru_cache(maxsize=_KEPT)
def group(view: ScanView) -> Excess | None:
    """Return growth of all clusters together against all industry, where both are published on one scope."""
    names = group_names(view.catalogue, figures_of(view))
    return published(figures_of(view), names)[0] if names else None
