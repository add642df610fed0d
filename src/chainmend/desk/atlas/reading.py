"""A scan as the atlas shows it: each segment with its state and the figures that a person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.desk.atlas.states import State, state_of
from chainmend.desk.suppression import FEWEST_FIRMS, sensitive, suppress

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Cluster, Segment
    from chainmend.desk.scans.view import ScanView

_OF_OUTPUT = (
    "share_of_country", "location_quotient", "local_sales", "knock_out_own", "sales_growth",
    "patents_per_output_ratio",
)  # fmt: skip
_OF_PURCHASES = (
    "self_sufficiency", "supplier_hhi", "top_share", "outside_share", "foreign_share", "source_hhi",
    "worst_source", "worst_source_loss",
)  # fmt: skip
_OF_ONE = ("top_share", "supplier_hhi")
"""What is always of one firm: where one supplier has most, the HHI over suppliers is the square of its share."""
_KEPT = 4
_FRAMES = 2
"""Scans of which frames with a row a firm or a link are kept: the last, and the one that replaces it."""
SINGLE = "single_source"
"""A finding of this kind says that one supplier has most: then no place and no share is told."""

PLACE = (
    pl.when(pl.col("place") == "local")
    .then(pl.lit("local"))
    .when(pl.col("place") == "abroad")
    .then(pl.col("country"))
    .otherwise(pl.coalesce("city", "country"))
    .alias("where")
)
"""Where a supplier counts: the city itself, a city of the country, or a country."""


@dataclass(frozen=True)
class Node:
    """One segment.

    Attributes
    ----------
    segment
        Of the catalogue.
    state, kinds
        Its shape, and the rules that found something, gravest finding first.
    facts
        Its row of the scan's facts; what may tell of one firm is None there.
    withheld
        Names of the facts that are withheld, not unknown.
    """

    segment: Segment
    state: State
    kinds: tuple[str, ...]
    facts: Mapping[str, Any]
    withheld: frozenset[str]

    @property
    def output(self) -> float | None:
        """Output of local firms in the year to the data's date; None where unknown or withheld."""
        value: float | None = self.facts.get("output")
        return value


@dataclass(frozen=True)
class Atlas:
    """All segments of a scan.

    Attributes
    ----------
    catalogue
        Which clusters and chains they stand in.
    nodes
        Segment id -> segment.
    outputs
        Cluster id -> output of its segments; None where it is unknown or withheld.
    exact
        Whether nothing is withheld.
    """

    catalogue: Catalogue
    nodes: Mapping[str, Node]
    outputs: Mapping[str, float | None]
    exact: bool

    def of(self, cluster: Cluster) -> list[Node]:
        """The segments of a cluster, in the order of the catalogue."""
        return [self.nodes[s.id] for chain in cluster.chains for s in chain.segments]

    def stages(self, cluster: Cluster) -> list[list[State]]:
        """States of a cluster's segments by stage, upstream first."""
        found = []
        for chain in cluster.chains:
            for stage in chain.stages:
                states = [self.nodes[s.id].state for s in chain.segments if s.stage == stage.id]
                if states:
                    found.append(states)
        return found


@lru_cache(maxsize=_KEPT)
def atlas(view: ScanView, exact: bool) -> Atlas:
    """Read a scan.

    Parameters
    ----------
    view
        The scan.
    exact
        Whether figures that could tell of one firm are shown; else they and what gives them away are withheld.
    """
    scan, catalogue = view.scan, view.catalogue
    kinds: dict[str, list[str]] = defaultdict(list)
    for segment, kind in scan.findings.select("segment_id", "kind").iter_rows():
        if kind not in kinds[segment]:
            kinds[segment].append(kind)
    rows = {r["segment_id"]: r for r in scan.segment_facts.iter_rows(named=True)}
    cells = contributions(view)
    hidden, outputs = _outputs(view, cells, exact)
    few, told = (set(), set()) if exact else _few_traders(view)
    told |= {s for s, found in kinds.items() if SINGLE in found}
    nodes = {}
    for id, segment in catalogue.segments.items():
        facts, withheld = dict(rows.get(id, {})), set()
        if id in hidden:
            withheld |= {n for n in ("output", *_OF_OUTPUT) if facts.get(n) is not None}
        names = ("purchases", *_OF_PURCHASES) if id in few else _OF_PURCHASES if id in told else _OF_ONE
        if not exact:
            withheld |= {n for n in names if facts.get(n) is not None}
            withheld |= {"firms"} if 0 < (facts.get("firms") or 0) < FEWEST_FIRMS else set()
        facts |= dict.fromkeys(withheld)
        state = state_of(kinds[id], rows.get(id, {}).get("firms"))
        nodes[id] = Node(segment, state, tuple(kinds[id]), facts, frozenset(withheld))
    return Atlas(catalogue, nodes, outputs, exact)


@lru_cache(maxsize=_KEPT)
def nobody(view: ScanView) -> bool:
    """Return whether the data of a scan hold no active firm of the city: then nothing is known of what is made here."""
    firms = view.dataset.firms
    return firms.filter((pl.col("place") == "local") & (pl.col("status") == "active")).is_empty()


@lru_cache(maxsize=_FRAMES)
def contributions(view: ScanView) -> pl.DataFrame:
    """Return what each active local firm makes on each of its segments: firm_id, segment_id, made (yuan a year).

    It is kept by scan and the same for everybody: what a person may see of it is decided by who asks for it.
    """
    local = view.dataset.firms.filter((pl.col("place") == "local") & (pl.col("status") == "active"))
    return (
        view.scan.placements.join(local.select("firm_id", "output"), on="firm_id")
        .select("firm_id", "segment_id", made=pl.col("weight") * pl.col("output"))
        .filter(pl.col("made") > 0)
    )


def _outputs(view: ScanView, made: pl.DataFrame, exact: bool) -> tuple[set[str], dict[str, float | None]]:
    """Segments whose output is withheld, and the output of each cluster."""
    known = made.group_by("segment_id").agg(
        pl.col("made").sum().alias("output"), pl.col("firm_id").n_unique().alias("firms"),
        pl.col("made").max().alias("largest"),
    )  # fmt: skip
    of = pl.DataFrame(
        [(s.id, s.cluster_id) for s in view.catalogue.segments.values()],
        schema={"segment_id": pl.String, "cluster_id": pl.String},
        orient="row",
    )
    table = known.join(of, on="segment_id").sort("segment_id")
    hidden: set[str] = set()
    outputs: dict[str, float | None] = {c.id: None for c in view.catalogue.clusters}
    for (cluster,), cells in table.group_by("cluster_id"):
        if exact:
            outputs[str(cluster)] = float(cells["output"].sum())
            continue
        safe = suppress(cells, "output")
        hidden |= set(safe.cells.filter("withheld")["segment_id"])
        outputs[str(cluster)] = safe.totals[0]["output"][0]
    return hidden, outputs


def _few_traders(view: ScanView) -> tuple[set[str], set[str]]:
    """Segments of which what was bought could tell of one buyer, and those where a place could tell of one supplier.

    Shares are shown only where the whole table of places is: with the total they would give a withheld place away.
    """
    bought = purchases(view)
    if bought is None:
        every = set(view.catalogue.segments)  # nobody knows on how many it rests
        return every, every
    return _sensitive(bought, "buyer_id", []), _sensitive(
        bought.with_columns(PLACE), "supplier_id", ["where"]
    )


def _sensitive(bought: pl.DataFrame, firm: str, by: list[str]) -> set[str]:
    found = (
        bought.group_by("segment_id", *by, firm)
        .agg(pl.col("amount").sum())
        .group_by("segment_id", *by)
        .agg(pl.len().alias("firms"), pl.col("amount").sum(), pl.col("amount").max().alias("largest"))
        .select("segment_id", "firms", "amount", "largest")
    )
    return {s for s, firms, total, largest in found.iter_rows() if sensitive(firms, total, largest)}


@lru_cache(maxsize=_FRAMES)
def purchases(view: ScanView) -> pl.DataFrame | None:
    """Return what local firms bought of each segment in the last year of the links; None without links.

    It is kept by scan and the same for everybody, like `contributions`.

    Returns
    -------
    polars.DataFrame
        segment_id, supplier_id, buyer_id, amount (yuan, by the supplier's weight on the segment), name, place,
        country, city of the supplier.
    """
    data = view.dataset
    if not data.has("supply_links"):
        return None
    links = data.table("supply_links")
    local = data.firms.filter(pl.col("place") == "local").select("firm_id")
    sellers = data.firms.select("firm_id", "name", "place", "country", "city", "district")
    return (
        links.filter(pl.col("year") == links["year"].max())
        .join(local, left_on="buyer_id", right_on="firm_id", how="semi")
        .join(
            view.scan.placements.select("firm_id", "segment_id", "weight"),
            left_on="supplier_id",
            right_on="firm_id",
        )
        .join(sellers, left_on="supplier_id", right_on="firm_id")
        .with_columns(amount=pl.col("amount") * pl.col("weight"))
        .filter(pl.col("amount") > 0)
        .sort("segment_id", maintain_order=True)  # the rows of one segment lie together
    )
