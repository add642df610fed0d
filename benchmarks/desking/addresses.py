"""Every page of the desk with addresses to ask for, found from its own table of addresses: no page is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .working import Places

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_MOST = 40
NO_PAGES = (
    "accounts:logout",
    "worklist:export",
    "worklist:record_download",
    "scans:rejected_file",
    "scans:manifest",
)
"""What answers with a file, or ends the session."""
OF_PROGRAMS = "api:v1:"
"""What is read with a token begins with it."""


@dataclass(frozen=True)
class Page:
    """A page: its name and addresses of it that are there."""

    name: str
    paths: tuple[str, ...]


def pages() -> tuple[list[Page], list[str]]:
    """Every page, and the names of those that need a sample which `_samples` does not have."""
    from django.urls import get_resolver, reverse

    found, unknown = [], []
    for name, route in _named(get_resolver().url_patterns, "", ""):
        if name in NO_PAGES or name.startswith(OF_PROGRAMS):
            continue
        wanted = _PARAMETER.findall(route)
        values = [{}] if not wanted else _samples(name, wanted)
        if values is None:
            unknown.append(name)
            continue
        found.append(Page(name, tuple(reverse(name, kwargs=dict(v)) for v in values)))
    return found + _asked(), unknown


def places(hot: int) -> Places:
    """What people look at under load; the entries that everybody moves are open ones."""
    from django.urls import reverse

    from chainmend.desk.scans import current
    from chainmend.desk.worklist.models import Entry

    view = current()
    clusters = [c for c in view.catalogue.clusters if c.chains] if view else []
    maps = [reverse("atlas:chain", args=[c.id]) for c in clusters]
    open_ones = Entry.objects.filter(state="confirmed").order_by("pk").values_list("pk", flat=True)[:hot]
    return Places(
        [reverse("atlas:segment", args=[s.id]) for c in clusters for s in c.chains[0].segments],
        maps,
        [f"{m}?pull={c.chains[0].segments[0].id}" for m, c in zip(maps, clusters, strict=True)],
        [reverse("worklist:entry", args=[pk]) for pk in open_ones],
    )


def _named(patterns: Iterable[Any], space: str, route: str) -> Iterable[tuple[str, str]]:
    for pattern in patterns:
        own = route + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _named(pattern.url_patterns, inner, own)
        elif pattern.name:
            yield space + pattern.name, own


def _samples(name: str, wanted: list[str]) -> list[dict[str, Any]] | None:
    """What an address is made with; None where that is not known."""
    from chainmend.desk.accounts.models import Organisation, User
    from chainmend.desk.scans import current
    from chainmend.desk.scans.models import Dataset, ScanRun
    from chainmend.desk.worklist.models import Entry, Need

    view = current()
    if view is None:
        raise RuntimeError("the desk has no scan")
    clusters = [c.id for c in view.catalogue.clusters if c.chains]
    firms = view.dataset.firms["firm_id"].sample(_MOST, seed=0).to_list()
    tables = [t["table"] for t in Dataset.objects.all()[0].report.get("tables", [])] or ["firms", "needs"]
    if name == "firms:firm":
        local = view.dataset.firms.filter(view.dataset.firms["place"] == "local")
        return [{"pk": f} for f in local["firm_id"].sample(_MOST, seed=0)]
    if wanted[0] == "pk":
        models: dict[str, Any] = {
            "worklist": Entry, "accounts:person": User, "accounts:organisation": Organisation, "scans:dataset": Dataset,
            "scans:run": ScanRun, "scans:progress": ScanRun, "scans:rejected": Dataset, "scans:cancel": ScanRun,
            "scans:ask": Dataset, "worklist:judge": Need,
        }  # fmt: skip
        model = models.get(name, models.get(name.partition(":")[0]))
        if model is None or name == "worklist:file":
            return None
        keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
        if not keys:
            return None
        keys = keys[:: max(1, len(keys) // _MOST)][:_MOST]
        return (
            [{"pk": k, "table": t} for k in keys for t in tables]
            if "table" in wanted
            else [{"pk": k} for k in keys]
        )
    every: dict[str, list[Any]] = {
        "cluster": clusters,
        "segment": list(view.catalogue.segments)[:: max(1, len(view.catalogue.segments) // _MOST)],
        "table": tables,
        "firm": firms,
        "firm_id": firms,
    }
    return [{wanted[0]: v} for v in every[wanted[0]]] if len(wanted) == 1 and wanted[0] in every else None


def _asked() -> list[Page]:
    """Pages whose address asks for more: the list in all its views, the chain map with a pull."""
    from django.urls import reverse

    from chainmend.desk.scans import current
    from chainmend.desk.worklist.listing import ORDERS, VIEWS

    view = current()
    clusters = [c for c in view.catalogue.clusters if c.chains] if view else []
    where = reverse("worklist:list")
    asked = [f"view={v}" for v in VIEWS] + [f"order={o}&page=9" for o in ORDERS] + ["q=E0", "changed=1"]
    asked += [f"cluster={c.id}" for c in clusters]
    pulled = [
        f"{reverse('atlas:chain', args=[c.id])}?pull={s.id}"
        for c in clusters
        for s in list(c.chains[0].segments)[:4]
    ]
    return [
        Page("worklist:list, filtered", tuple(f"{where}?{q}" for q in asked)),
        Page("atlas:chain, pulled", tuple(pulled)),
    ]
