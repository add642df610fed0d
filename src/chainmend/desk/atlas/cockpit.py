"""What the cockpit shows: clusters as tiles, what is late, what the last scan changed, and the two sets of ranks."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet

from chainmend.desk.atlas.draw.marks import strip
from chainmend.desk.atlas.earlier import before
from chainmend.desk.atlas.growth import Excess, between, group_names, names_of, published
from chainmend.desk.scans.view import ScanView
from chainmend.desk.worklist.colours import COLOURS, condition
from chainmend.desk.worklist.models import Entry, Event
from chainmend.errors import DatasetError
from chainmend.i18n import _, language
from chainmend.names import money

if TYPE_CHECKING:
    from chainmend.chain.model import Cluster
    from chainmend.desk.atlas.reading import Atlas
    from chainmend.indicators.position import Position
    from chainmend.indicators.scope import Figure

_SHOWN, _REDS = 6, 3
_TOLD = ("opened", "worsened", "eased", "gone", "closed", "relapsed")
_KEPT = 4
_IN_ROWS = frozenset({"fact", "component", "threshold"})
"""What a reason has that is about the segment and not about rows behind it, which name suppliers and buyers."""


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
    red, yellow, blue
        How many entries are overdue, behind, due soon.
    """

    cluster: Cluster
    strip: str | None
    output: str | None
    withheld: bool
    excess: Excess | None
    other: Figure | None
    red: int
    yellow: int
    blue: int


def open_entries(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries that still ask something of somebody."""
    return entries.exclude(state__in=("closed", "rejected"))


def tiles(view: ScanView, atlas: Atlas, entries: QuerySet[Entry], today: dt.date) -> list[Tile]:
    """Return one tile a cluster, in the order of the catalogue."""
    computed = between(view, before(view))
    counts = {
        name: Counter(entries.filter(condition(name, today)).values_list("cluster_id", flat=True))
        for name in COLOURS
    }
    made = []
    for cluster in view.catalogue.clusters:
        stages = atlas.stages(cluster)
        best, alone = published(view.dataset, names_of(cluster))
        output = atlas.outputs.get(cluster.id)
        withheld = output is None and not atlas.exact and any(n.withheld for n in atlas.of(cluster))
        made.append(
            Tile(
                cluster,
                strip(stages) if stages else None,
                None if output is None else amount(output, view),
                withheld,
                best or (None if withheld else computed.get(cluster.id)),
                alone[0] if alone else None,
                *(counts[c][cluster.id] for c in COLOURS),
            )
        )
    return made


def amount(value: float, view: ScanView) -> str:
    """Money of the scan's data in the language of the moment."""
    return money(value, view.dataset.currency)[0 if language() == "zh" else 1]


def reds(entries: QuerySet[Entry], today: dt.date) -> tuple[list[Entry], int, Entry | None]:
    """Return the three overdue entries to decide first, how many there are, and the next that falls due."""
    late = entries.filter(condition("red", today)).select_related("owner")
    order = (F("priority").asc(nulls_last=True), F("severity").desc(nulls_last=True), "due", "pk")
    coming = (
        open_entries(entries).filter(due__gte=today).select_related("owner").order_by("due", "pk").first()
    )
    return list(late.order_by(*order)[:_REDS]), late.count(), coming


@dataclass(frozen=True)
class Changes:
    """What the last scan did to the list: counts by event, and the events to read first."""

    counts: list[tuple[str, str, int]]
    lines: list[dict[str, Any]]
    before: int
    after: int


def changes(view: ScanView, entries: QuerySet[Entry], *, links: bool) -> Changes:
    """Return what the last scan changed, as far as the entries may be seen; reasons that name links with `links`."""
    events = Event.objects.filter(scan_id=view.scan_id, entry__in=entries, action__in=_TOLD).select_related(
        "entry"
    )
    found = Counter(events.values_list("action", flat=True))
    index = _TOLD.index
    ranked = sorted(events, key=lambda e: (index(e.action), -(e.entry.severity or 0.0), e.entry_id))
    lines = []
    for action in _TOLD:  # some of each kind before more of one
        lines += [e for e in ranked if e.action == action][: 2 if action != "opened" else 3]
    after = entries.exclude(state="closed").count()
    then = after - found["opened"] - found["relapsed"] + found["closed"]
    return Changes(
        [(a, event_name(a), found[a]) for a in _TOLD if a != "relapsed" or found[a]],
        [_line(e, links) for e in lines[:_SHOWN]],
        then,
        after,
    )


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


def _line(event: Event, links: bool) -> dict[str, Any]:
    data = json.loads(event.content).get("data", {})
    told = [
        r["zh" if language() == "zh" else "en"]
        for r in data.get("because") or []
        if links or not _IN_ROWS.isdisjoint(r)
    ]
    before, after = data.get("severity_before"), data.get("severity_after")
    moved = f"{before:.0f} → {after:.0f}" if before is not None and after is not None else ""
    return {
        "name": event_name(event.action),
        "entry": event.entry,
        "moved": moved,
        "why": told[0] if told else "",
    }


@lru_cache(maxsize=_KEPT)
def ranks(view: ScanView) -> Position | None:
    """Return the two sets of ranks of the city; None where nothing was published."""
    from chainmend.indicators.position import position

    try:
        return position(view.dataset)
    except DatasetError:
        return None


def group(view: ScanView) -> Excess | None:
    """Return growth of all clusters together against all industry, where both are published on one scope."""
    names = group_names(view.catalogue, view.dataset)
    return published(view.dataset, names)[0] if names else None
