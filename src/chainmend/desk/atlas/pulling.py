"""Pulling a segment, a firm or an origin out of the city: a cascade on the scan's own network, and who is hit."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from chainmend.desk.atlas.reading import PLACE, purchases
from chainmend.desk.suppression import sensitive, suppress
from chainmend.errors import DeskError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.desk.atlas.reading import Atlas
    from chainmend.desk.scans.view import ScanView
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.stress import Stress

Kind = Literal["segment", "firm", "origin"]
LEAST = 0.005
"""Segments that lose less of their output than this are not drawn as hit."""
STEPS = (0.08, 0.2, 0.4, 0.6)
"""Where the loss ramp changes its colour."""
_KEPT, _FOUND, _PULLS = 2, 8, 8


@dataclass(frozen=True)
class Stop:
    """What stops: a segment or a firm by its id, or everything from an origin (a country's code or a city)."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Pull:
    """What happens when something stops for a year.

    Attributes
    ----------
    stop
        What was pulled.
    at
        Segments that the stopped firms stand on.
    result
        The library's own answer.
    losses
        Segment id -> share of its output that is lost, at least `LEAST`; a segment that was pulled is not in it.
    withheld
        Segments among them whose share could tell of one firm: it is None there.
    year
        Of the links that the loss runs along.
    """

    stop: Stop
    at: frozenset[str]
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

    What a segment loses of its own when it stops is its output: where that is withheld, so is the own loss; what comes
    from elsewhere loses nothing here of its own. What spreads is withheld where it could tell of one firm, with
    whatever would give it away.
    """
    own_told = (
        atlas.exact or found.stop.kind == "origin" or "output" not in atlas.nodes[found.stop.id].withheld
    )
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


def pull(view: ScanView, atlas: Atlas, stop: Stop) -> Pull:
    """Stop all production of a segment, a firm or an origin, and follow the loss.

    Raises
    ------
    NetworkError
        If it is unknown, no firm of the network is there, or there is no network.
    DeskError
        If figures are withheld and so few suppliers are of that origin that any loss would tell of one.
    """
    if stop.kind == "origin" and not atlas.exact and stop.id not in open_origins(view):
        raise DeskError(
            _("withheld: fewer than 3 suppliers of that origin, or one is most of it"),
            do=_("choose another origin"),
        )
    result, stopped = _stopped(view, stop)
    losses, withheld = _hits(result, atlas, stop)
    return Pull(stop, stopped, result, losses, withheld, network(view).year)


def _hits(result: Stress, atlas: Atlas, stop: Stop) -> tuple[dict[str, float | None], frozenset[str]]:
    """Segments that lose something, most first, and those whose loss is withheld."""
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
        .filter(
            (pl.col("loss") >= LEAST) & (pl.col("segment_id") != (stop.id if stop.kind == "segment" else ""))
        )
        .sort(["loss", "segment_id"], descending=[True, False])
    )
    losses: dict[str, float | None] = {}
    for row in rows.iter_rows(named=True):
        told = atlas.exact or not sensitive(row["firms"], row["weight"], row["largest"])
        losses[row["segment_id"]] = row["loss"] if told else None
    return losses, frozenset(s for s, loss in losses.items() if loss is None)


@lru_cache(maxsize=_KEPT)
def origins(view: ScanView) -> pl.DataFrame:
    """Return where local firms buy outside the city, most first.

    Returns
    -------
    polars.DataFrame
        where (a country's code, or a city), firms (suppliers there), amount (yuan a year), largest (of one supplier),
        clusters (that the suppliers' segments belong to).
    """
    bought = purchases(view)
    schema = {"where": pl.String, "firms": pl.UInt32, "amount": pl.Float64, "largest": pl.Float64}
    if bought is None:
        return pl.DataFrame(schema=schema | {"clusters": pl.List(pl.String)})
    of = {s.id: s.cluster_id for s in view.catalogue.segments.values()}
    return (
        bought.filter(pl.col("place") != "local")
        .with_columns(PLACE, cluster_id=pl.col("segment_id").replace_strict(of, default=None))
        .group_by("where", "supplier_id")
        .agg(pl.col("amount").sum(), pl.col("cluster_id").unique())
        .group_by("where")
        .agg(
            pl.len().alias("firms"),
            pl.col("amount").sum(),
            pl.col("amount").max().alias("largest"),
            pl.col("cluster_id").explode().drop_nulls().unique().sort().alias("clusters"),
        )
        .filter(pl.col("where").is_not_null())
        .sort(["amount", "where"], descending=[True, False])
    )


@lru_cache(maxsize=_KEPT)
def open_origins(view: ScanView) -> frozenset[str]:
    """Origins of so many suppliers that what their stop costs tells of none of them."""
    return frozenset(
        where
        for where, firms, amount, largest in origins(view)
        .select("where", "firms", "amount", "largest")
        .iter_rows()
        if not sensitive(firms, amount, largest)
    )


def main_origins(view: ScanView, atlas: Atlas, cluster: str) -> list[str]:
    """Return the origins that a cluster's segments are mainly bought from and that may be pulled, most first."""
    rows = origins(view).filter(pl.col("clusters").list.contains(cluster))
    may = rows["where"].to_list() if atlas.exact else [w for w in rows["where"] if w in open_origins(view)]
    return may[:_FOUND]


def find_firms(view: ScanView, text: str) -> list[dict[str, Any]]:
    """Return firms of the network by id or part of a name, local ones first, then by output; eight at most."""
    frame = network(view).firms
    text = text.strip()
    if not text:
        return []
    named = (pl.col("firm_id") == text) | pl.col("name").str.contains(text, literal=True)
    return (
        frame.filter(named)
        .sort([pl.col("place") != "local", "weight", "firm_id"], descending=[False, True, False])
        .head(_FOUND)
        .to_dicts()
    )


def firm_of(view: ScanView, firm_id: str) -> dict[str, Any] | None:
    """Return a firm of the network; None where there is no such firm."""
    rows = network(view).firms.filter(pl.col("firm_id") == firm_id)
    return rows.row(0, named=True) if rows.height else None


@lru_cache(maxsize=_PULLS)
def _stopped(view: ScanView, stop: Stop) -> tuple[Stress, frozenset[str]]:
    """The library's answer, and the segments that stop themselves: the same for everybody.

    What of it a person may see is decided by who shows it.
    """
    from chainmend.fragility.scenario import make_shock
    from chainmend.fragility.stress import stress

    city, named = network(view), [stop.id]
    shock = make_shock(
        city,
        view.catalogue,
        segments=named if stop.kind == "segment" else (),
        firms=named if stop.kind == "firm" else (),
        origins=named if stop.kind == "origin" else (),
    )
    tolerance = float(view.scan.manifest.get("settings", {}).get("network", {}).get("tolerance", 1e-2))
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # `converged` is told
        result = stress(city, shock, tolerance=tolerance)
    stopped = city.firms.filter(pl.Series(shock.own > 0))["segment_id"].drop_nulls().unique().to_list()
    return result, frozenset(stopped)


def step_of(loss: float | None) -> int:
    """Return the step of the loss ramp, 1 to 5; 0 for a loss that is withheld.

    Examples
    --------
    >>> step_of(0.03), step_of(0.2), step_of(0.9), step_of(None)
    (1, 3, 5, 0)
    """
    return 0 if loss is None else 1 + sum(loss >= s for s in STEPS)
