"""Pulling a segment out of the city: a cascade on the scan's own network, and who is hit."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from chainmend.desk.suppression import sensitive, suppress

if TYPE_CHECKING:
    from chainmend.desk.atlas.reading import Atlas
    from chainmend.desk.scans.view import ScanView
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.stress import Stress

LEAST = 0.005
"""Segments that lose less of their output than this are not drawn as hit."""
STEPS = (0.08, 0.2, 0.4, 0.6)
"""Where the loss ramp changes its colour."""
_KEPT, _PULLS = 2, 8


@dataclass(frozen=True)
class Pull:
    """What happens when all production of a segment stops for a year.

    Attributes
    ----------
    segment
        What was pulled.
    result
        The library's own answer.
    losses
        Segment id -> share of its output that is lost, at least `LEAST`; the pulled one is not in it.
    withheld
        Segments among them whose share could tell of one firm: it is None there.
    year
        Of the links that the loss runs along.
    """

    segment: str
    result: Stress
    losses: dict[str, float | None]
    withheld: frozenset[str]
    year: int


@dataclass(frozen=True)
class Loss:
    """What a cluster loses in a year (yuan): on what stopped itself, and beyond it; None where it is withheld."""

    cluster_id: str
    own: float | None
    spread: float | None


def by_cluster(found: Pull, atlas: Atlas) -> tuple[list[Loss], float | None, float | None]:
    """Return the losses of the clusters, most first, and own loss and spread of the whole city.

    What a segment loses of its own when it stops is its output: where that is withheld, so is the own loss. What
    spreads is withheld where it could tell of one firm, with whatever would give it away.
    """
    own_told = atlas.exact or "output" not in atlas.nodes[found.segment].withheld
    hit = (
        found.result.firms.filter(pl.col("weight") > 0)
        .with_columns(own=pl.col("weight") * pl.col("own"))
        .with_columns(spread=pl.max_horizontal(pl.col("lost") - pl.col("own"), 0.0))
    )
    cells = (
        hit.group_by(pl.col("cluster_id").fill_null(""))
        .agg(
            pl.col("own").sum(),
            pl.col("spread").sum(),
            (pl.col("spread") > 0).sum().alias("firms"),
            pl.col("spread").max().alias("largest"),
        )
        .filter((pl.col("spread") > 0) | (pl.col("own") > 0))
        .sort(["spread", "cluster_id"], descending=[True, False])
    )
    own = float(cells["own"].sum()) if own_told else None
    if cells.is_empty():
        return [], own, 0.0
    total: float | None = float(cells["spread"].sum())
    if not atlas.exact:
        safe = suppress(cells, "spread")
        cells, total = safe.cells, safe.totals[0]["spread"][0]
    losses = [
        Loss(r["cluster_id"], r["own"] if own_told else None, r["spread"])
        for r in cells.iter_rows(named=True)
    ]
    return losses, own, total


@lru_cache(maxsize=_KEPT)
def network(view: ScanView) -> CityNetwork:
    """Return the supply network of the scan's data, kept by scan.

    Raises
    ------
    NetworkError
        If the data have no supply links, or no output.
    """
    from chainmend.fragility.city import city_network

    return city_network(view.dataset, view.scan.placements, view.catalogue)


def pull(view: ScanView, atlas: Atlas, segment: str) -> Pull:
    """Stop all production of a segment, wherever its firms are, and follow the loss.

    Raises
    ------
    NetworkError
        If the segment is unknown, no firm of the network is on it, or there is no network.
    """
    result = _stopped(view, segment)
    rows = (
        result.firms.filter((pl.col("weight") > 0) & pl.col("segment_id").is_not_null())
        .group_by("segment_id")
        .agg(
            pl.len().alias("firms"),
            pl.col("weight").sum(),
            pl.col("weight").max().alias("largest"),
            pl.col("lost").sum(),
        )
        .with_columns(loss=pl.col("lost") / pl.col("weight"))
        .filter((pl.col("loss") >= LEAST) & (pl.col("segment_id") != segment))
        .sort(["loss", "segment_id"], descending=[True, False])
    )
    losses: dict[str, float | None] = {}
    withheld = set()
    for row in rows.iter_rows(named=True):
        id = row["segment_id"]
        told = atlas.exact or not sensitive(row["firms"], row["weight"], row["largest"])
        losses[id] = row["loss"] if told else None
        if not told:
            withheld.add(id)
    return Pull(segment, result, losses, frozenset(withheld), network(view).year)


@lru_cache(maxsize=_PULLS)
def _stopped(view: ScanView, segment: str) -> Stress:
    """The library's answer, the same for everybody; what of it a person may see is decided by who shows it."""
    from chainmend.fragility.scenario import make_shock
    from chainmend.fragility.stress import stress

    city = network(view)
    shock = make_shock(city, view.catalogue, segments=[segment])
    tolerance = float(view.scan.manifest.get("settings", {}).get("network", {}).get("tolerance", 1e-2))
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # `converged` is told
        return stress(city, shock, tolerance=tolerance)


def step_of(loss: float | None) -> int:
    """Return the step of the loss ramp, 1 to 5; 0 for a loss that is withheld.

    Examples
    --------
    >>> step_of(0.03), step_of(0.2), step_of(0.9), step_of(None)
    (1, 3, 5, 0)
    """
    return 0 if loss is None else 1 + sum(loss >= s for s in STEPS)
