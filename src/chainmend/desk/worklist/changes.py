"""What changed since an earlier scan: read from the record, where every scan wrote what it did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from chainmend.desk.scans.models import ScanRun
from chainmend.desk.worklist.models import Entry, Event
from chainmend.i18n import _

WAYS = ("opened", "worsened", "eased", "gone", "closed", "relapsed")
"""What a scan may have done to an entry that a list can be asked for."""
_SIGNS = {"opened": "●", "relapsed": "↻", "closed": "✓", "gone": "○", "not_checked": "?"}


@dataclass(frozen=True)
class Change:
    """What became of an entry: a sign and words."""

    sign: str
    words: str


def earlier() -> list[ScanRun]:
    """Return the scans that a person may compare with, newest first: all good ones but the last."""
    done = ScanRun.objects.filter(state=ScanRun.DONE).select_related("dataset")
    return list(done.order_by("-finished", "-pk")[1:])


def since(run: ScanRun | None) -> Q:
    """Return the condition of events that scans wrote after `run`; all of scans where there is none."""
    by_scans = ~Q(scan_id="")
    return by_scans & Q(at__gt=run.finished) if run is not None and run.finished else by_scans


def changes(entries: Iterable[str], run: ScanRun | None, exact: bool = True) -> dict[str, Change]:
    """Return what scans after `run` did to entries, for those they changed; in numbers only where `exact`."""
    found: dict[str, list[Event]] = {}
    for event in Event.objects.filter(since(run), entry__in=list(entries)).order_by("number"):
        found.setdefault(event.entry_id, []).append(event)
    return {entry: _told(events, exact) for entry, events in found.items()}


def changed(entries: QuerySet[Entry], run: ScanRun | None, what: str) -> list[str]:
    """Return the numbers of the entries that scans after `run` changed in one way, net over all of those scans.

    Parameters
    ----------
    entries
        Among which; those a person may see.
    run
        The earlier scan.
    what
        One of `WAYS`; ``any`` for every change.
    """
    found: dict[str, list[Event]] = {}
    for event in Event.objects.filter(since(run), entry__in=entries.order_by()).order_by("number"):
        found.setdefault(event.entry_id, []).append(event)
    return [entry for entry, events in found.items() if what == "any" or _way(events) == what]


def _way(events: list[Event]) -> str:
    """What scans did to an entry in all, one of `WAYS` or what else the last of them said."""
    last = events[-1].action
    if events[0].action == "opened" and last not in ("closed", "gone"):
        return "opened"
    if last in _SIGNS:
        return last
    before, after = content(events[0]).get("severity_before"), content(events[-1]).get("severity_after")
    if before is None or after is None or before == after:
        return "same"
    return "worsened" if after > before else "eased"


def way_name(way: str) -> str:
    """Return what one of `WAYS`, or ``any``, is called."""
    return {
        "any": _("changed in any way"),
        "opened": _("new"),
        "worsened": _("worse"),
        "eased": _("eased"),
        "gone": _("gone once"),
        "closed": _("closed"),
        "relapsed": _("back again"),
    }[way]


def _told(events: list[Event], exact: bool) -> Change:
    way = _way(events)
    words = {
        "opened": _("new"),
        "relapsed": _("back again"),
        "closed": _("closed"),
        "gone": _("gone once"),
        "not_checked": _("not checked"),
    }
    if way in words:
        return Change(_SIGNS[way], words[way])
    return moved(content(events[0]).get("severity_before"), content(events[-1]).get("severity_after"), exact)


def moved(before: float | None, after: float | None, exact: bool = True) -> Change:
    """Return how a severity moved, each 0 to 100 or None where not known; in numbers only where `exact`."""
    if before is None or after is None:
        return Change("＝", _("severity not known"))
    numbers = f" {before:.0f}→{after:.0f}" if exact else ""
    if after > before:
        return Change("▲", _("worse") + numbers)
    if after < before:
        return Change("▼", _("eased") + numbers)
    return Change("＝", _("same"))


def content(event: Event) -> Mapping[str, Any]:
    """Return what an event says beyond its columns."""
    found: Mapping[str, Any] = json.loads(event.content)["data"]
    return found
