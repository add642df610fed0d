"""What changed since an earlier scan: read from the record, where every scan wrote what it did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from chainmend.desk.scans.models import ScanRun
from chainmend.desk.worklist.models import Event
from chainmend.i18n import _

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


def changes(entries: Iterable[str], run: ScanRun | None) -> dict[str, Change]:
    """Return what scans after `run` did to entries, for those they changed."""
    found: dict[str, list[Event]] = {}
    for event in Event.objects.filter(since(run), entry__in=list(entries)).order_by("number"):
        found.setdefault(event.entry_id, []).append(event)
    return {entry: _told(events) for entry, events in found.items()}


def _told(events: list[Event]) -> Change:
    data = [json.loads(e.content)["data"] for e in events]
    last = events[-1].action
    if events[0].action == "opened" and last not in ("closed", "gone"):
        return Change("●", _("new"))
    if last in _SIGNS:
        words = {
            "opened": _("new"),
            "relapsed": _("back again"),
            "closed": _("closed"),
            "gone": _("gone once"),
            "not_checked": _("not checked"),
        }
        return Change(_SIGNS[last], words[last])
    return moved(data[0].get("severity_before"), data[-1].get("severity_after"))


def moved(before: float | None, after: float | None) -> Change:
    """Return how a severity moved, each 0 to 100 or None where not known."""
    if before is None or after is None:
        return Change("＝", _("severity not known"))
    numbers = f"{before:.0f}→{after:.0f}"
    if after > before:
        return Change("▲", _("worse {numbers}").format(numbers=numbers))
    if after < before:
        return Change("▼", _("eased {numbers}").format(numbers=numbers))
    return Change("＝", _("same"))


def content(event: Event) -> Mapping[str, Any]:
    """Return what an event says beyond its columns."""
    found: Mapping[str, Any] = json.loads(event.content)["data"]
    return found
