"""Cities of a few firms given as a network, and the network in which a new supplier really is a firm."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from hypothesis import strategies as st
from tests.oracle.test_cascade_properties import networks

from chainmend.fragility.city import CityNetwork
from chainmend.fragility.network import SupplyNetwork

ORIGINS = ("JPN", "KOR")


def small_city(
    edges: dict[str, Any], place: list[str], weight: list[float] | None = None, **columns: Any
) -> CityNetwork:
    """Firms F0, F1, ... on the segments s0, s1, ...; those abroad are in Japan and Korea by turns."""
    network = SupplyNetwork.from_edges(**edges)
    n = network.n_firms
    local = np.array(place) == "local"
    abroad = [where == "abroad" for where in place]
    frame = pl.DataFrame(
        {
            "firm_id": [f"F{i}" for i in range(n)],
            "place": place,
            "country": [ORIGINS[i % 2] if far else "CHN" for i, far in enumerate(abroad)],
            "province": pl.Series([None] * n, dtype=pl.String),
            "city": pl.Series([None if far else "here" for far in abroad], dtype=pl.String),
            "segment_id": [f"s{code}" for code in network.sector],
            "weight": np.where(local, 1.0 if weight is None else weight, 0.0),
            **columns,
        }
    )
    return CityNetwork(network, frame, 2025)


@st.composite
def small_cities(draw: st.DrawFn) -> CityNetwork:
    """Random networks of at most ten firms, at least one of them local; firms of one sector may replace each other."""
    edges = draw(networks())
    n = len(edges["sector"])
    place = draw(st.lists(st.sampled_from(["local", "local", "abroad"]), min_size=n, max_size=n))
    place[draw(st.integers(0, n - 1))] = "local"
    weight = draw(st.lists(st.floats(0.1, 10), min_size=n, max_size=n))
    return small_city(edges, place, weight)


def with_supplier(city: CityNetwork, sector: int, share: float) -> SupplyNetwork:
    """The network with one firm more, which sells local buyers of the sector a share of what they bought of others."""
    net = city.network
    local = (city.firms["place"] == "local").to_numpy()
    moved = (net.sector[net.supplier] == sector) & local[net.buyer]
    n = net.n_firms
    return SupplyNetwork.from_edges(
        np.append(net.supplier, np.full(moved.sum(), n)),
        np.append(net.buyer, net.buyer[moved]),
        np.append(np.where(moved, net.weight * (1 - share), net.weight), net.weight[moved] * share),
        sector=np.append(net.sector, sector),
        market=None if net.market is None else np.append(net.market, net.market[net.sector == sector][0]),
        essentiality=net.essentiality,
    )
