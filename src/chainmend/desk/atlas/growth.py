"""Growth of clusters against all industry: published figures of one scope, else the firms of two dates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from chainmend.i18n import both

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Cluster
    from chainmend.desk.scans.view import ScanView
    from chainmend.indicators.scope import Bound, Figure

_KEPT = 4


@dataclass(frozen=True)
class Excess:
    """Growth less that of all industry, both on one scope.

    Attributes
    ----------
    points
        The difference in percentage points.
    bound
        ``lower`` or ``upper`` where a published rate is only a bound.
    growth, industry
        The two rates, as shares; None where only their difference is known.
    scope
        Measure, over whom, and when, in Chinese and in English.
    basis
        ``published``, or ``firms`` where it was computed from the firms of two dates.
    """

    points: float
    bound: Bound
    growth: float | None
    industry: float | None
    scope: tuple[str, str]
    basis: Literal["published", "firms"]


def same_scope(own: Figure, all_figures: tuple[Figure, ...]) -> Excess | None:
    """Return a figure's growth less that of all industry of the same scope; None where there is no such figure.

    All industry is the figure whose subject is its own universe.
    """
    for other in all_figures:
        if other.subject != other.scope.universe or other.growth is None or other.scope != own.scope:
            continue
        if own.growth is None or other.bound != "exact":
            return None
        points = 100 * (own.growth - other.growth)
        return Excess(points, own.bound, own.growth, other.growth, own.scope.label, "published")
    return None


@lru_cache(maxsize=_KEPT)
def figures_of(view: ScanView) -> tuple[Figure, ...]:
    """Return the published figures of a scan's data, kept by scan; none without a table of statistics."""
    from chainmend.indicators.scope import figures

    return figures(view.dataset) if view.dataset.has("statistics") else ()


def published(every: tuple[Figure, ...], names: tuple[str, ...]) -> tuple[Excess | None, tuple[Figure, ...]]:
    """Return the growth of a subject against all industry, and its figures that have no such companion.

    Parameters
    ----------
    every
        All figures that are published.
    names
        What the subject is called.
    """
    own = sorted((f for f in every if f.subject in names), key=lambda f: f.scope.end, reverse=True)
    best: Excess | None = None
    alone = []
    for figure in own:
        found = same_scope(figure, every)
        if found is None:
            alone.append(figure)
        else:
            best = best or found
    return best, tuple(alone)


def names_of(cluster: Cluster) -> tuple[str, ...]:
    """Return what published figures may call a cluster."""
    return (cluster.id, *cluster.name.pair, *cluster.aliases)


def group_names(catalogue: Catalogue, every: tuple[Figure, ...]) -> tuple[str, ...]:
    """Return subjects of published figures that name all clusters of a catalogue at once, such as 296X."""
    known = f"{catalogue.id} {catalogue.name.zh} {catalogue.name.en}".lower()
    return tuple(sorted({f.subject for f in every if f.subject.lower() in known}))


@lru_cache(maxsize=_KEPT)
def between(now: ScanView, before: ScanView | None) -> dict[str, Excess]:
    """Return growth of the clusters' output against all firms of the city between two scans, by cluster.

    Clusters that had no output before are left out; nothing where the dates are the same or of two cities.
    """
    from chainmend.chain.growth import growth
    from chainmend.chain.output import city_parts

    if before is None or before.date >= now.date or before.city != now.city:
        return {}
    parts = [city_parts(v.dataset, v.catalogue, v.scan.placements) for v in (now, before)]
    scope = both("output of the firms here, years to {a} and {b}", a=before.date, b=now.date)
    found = {}
    city, *clusters = growth(parts[0], parts[1], "placement")
    for g in clusters:
        if g.cluster_id is not None and g.excess is not None:
            found[g.cluster_id] = Excess(100 * g.excess, "exact", g.growth, city.growth, scope, "firms")
    return found
