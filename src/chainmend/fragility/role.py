"""One firm's place in the supply network of its city: who has nobody else, whom it reaches, what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.fragility import topology

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.network import SupplyNetwork

WAYS: tuple[tuple[topology.Direction, bool], ...] = (
    ("downstream", False), ("downstream", True), ("upstream", False),
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """Why a firm's stop costs what it costs.

    Attributes
    ----------
    firm
        Its row of `CityNetwork.firms`.
    esri, downstream, upstream
        Share of the city's output lost when it stops; through missing inputs, and through missing demand.
    own_share
        Its own share of the city's output; 0 for firms elsewhere.
    captives
        Buyers that have its kind of input from nobody else: firm_id, name, place, sector, share of the buyer's
        purchases, essentiality (2, 1, 0) and output; essential ones first, then the largest share.
    reach
        direction (downstream to buyers, upstream to suppliers), essential (only along inputs that the buyer cannot do
        without), steps, firms reached in so many steps and no fewer.
    cut_off
        Other firms that lose their connection to the largest part that is left; 0 where all stay connected.
    tolerance
        The change below which a cascade counts as at rest.
    """

    firm: dict[str, Any]
    esri: float
    downstream: float
    upstream: float
    own_share: float
    captives: pl.DataFrame
    reach: pl.DataFrame
    cut_off: int
    tolerance: float


def role(city: CityNetwork, firm: int, *, tolerance: float = 1e-2) -> Role:
    """Say why the stop of one firm costs what it costs.

    Parameters
    ----------
    city
        The network and its firms.
    firm
        Number of the firm.
    tolerance
        As for `systemic_risk`, whose figure it is.
    """
    network = city.network
    row = city.firms.row(firm, named=True)
    risk = network.esri(firms=[firm], weights=city.weights, tolerance=tolerance, scale_free=True)
    cuts = topology.articulation_points(network)
    mine = cuts.filter(pl.col("firm") == row["firm_id"])
    return Role(
        firm=row,
        esri=float(risk.total[0]),
        downstream=float(risk.downstream[0]),
        upstream=float(risk.upstream[0]),
        own_share=row["weight"] / city.output,
        captives=_captives(city, row["firm_id"]),
        reach=pl.concat([_reach(network, firm, *way) for way in WAYS]),
        cut_off=int(mine["cut_off"].sum()),
        tolerance=tolerance,
    )


def _captives(city: CityNetwork, firm_id: str) -> pl.DataFrame:
    only = topology.single_suppliers(city.network).filter(pl.col("supplier") == firm_id)
    known = city.firms.select("firm_id", "name", "place", "sector", "output")
    return (
        only.select(pl.col("buyer").alias("firm_id"), "share", "essentiality")
        .join(known, on="firm_id", how="left")
        .select("firm_id", "name", "place", "sector", "share", "essentiality", "output")
        .sort(["essentiality", "share", "firm_id"], descending=[True, True, False])
    )


def _reach(network: SupplyNetwork, firm: int, direction: topology.Direction, essential: bool) -> pl.DataFrame:
    found = topology.reach(network, firm, direction=direction, essential_only=essential)
    steps, firms = np.unique(found["steps"].to_numpy(), return_counts=True)
    return pl.DataFrame(
        {
            "direction": pl.Series([direction] * len(steps), dtype=pl.String),
            "essential": pl.Series([essential] * len(steps), dtype=pl.Boolean),
            "steps": pl.Series(steps, dtype=pl.Int64),
            "firms": pl.Series(firms, dtype=pl.Int64),
        }
    )
