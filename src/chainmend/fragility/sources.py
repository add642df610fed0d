"""Where the firms of a city buy a segment: its main origins and the suppliers that dominate it.

A firm counts on its main segment only, as in the network of the city (`city_network`): what a firm makes beside it is
not seen here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.network import Floats

DOMINATING = 0.5
"""Share of a segment's local purchases from which a single supplier is a source of its own."""
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "segment_id": pl.String, "kind": pl.String, "place": pl.String, "source": pl.String,
    "members": pl.List(pl.UInt32), "firms": pl.UInt32, "purchases": pl.Float64, "share": pl.Float64,
}  # fmt: skip


def local_sales(city: CityNetwork) -> Floats:
    """Return what each firm sells to local firms a year, shape (n,)."""
    local = (city.firms["place"] == "local").to_numpy()
    network = city.network
    bought = np.where(local[network.buyer], network.weight, 0.0)
    return np.bincount(network.supplier, bought, network.n_firms).astype(np.float64)


def on_segments(city: CityNetwork) -> pl.DataFrame:
    """Firms that have a main segment.

    Returns
    -------
    polars.DataFrame
        number (of the firm in the network), firm_id, segment_id, place, source (country of a firm abroad; else its
        city, its province, or its country, the first that is known), sold (to local firms, a year), purchases (of the
        segment by local firms, a year).
    """
    town = pl.coalesce("city", "province", "country")
    return (
        city.firms.with_row_index("number")
        .with_columns(
            source=pl.when(pl.col("place") == "abroad").then("country").otherwise(town),
            sold=pl.Series(local_sales(city)),
        )
        .filter(pl.col("segment_id").is_not_null())
        .select(
            "number", "firm_id", "segment_id", "place", "source", "sold",
            pl.col("sold").sum().over("segment_id").alias("purchases"),
        )
    )  # fmt: skip


def main_sources(city: CityNetwork, *, main_share: float = 0.05, sources: int = 5) -> pl.DataFrame:
    """Find the main sources of every segment that local firms buy.

    An origin is a country, for suppliers abroad, or a city, for other suppliers outside (the province where no city is
    known). Its firms are all of the segment there. A supplier with at least half of the purchases is a source of its
    own, local or not, unless it is its origin's only firm.

    Parameters
    ----------
    city
        The network, and where each firm is.
    main_share
        Share of local purchases of the segment, 0..1, from which an origin is a main one.
    sources
        Most origins of a segment, the largest first; at least 1.

    Returns
    -------
    polars.DataFrame
        segment_id, kind (origin or supplier), place (region, country, abroad; local for local suppliers), source
        (country, city or province; the id of a supplier), members (numbers of the firms), firms (how many), purchases
        (of local firms from the source, a year), share (in all their purchases of the segment); by segment, origins
        first, then by purchases.

    Raises
    ------
    NetworkError
        If `main_share` is no share, or `sources` is below 1.
    """
    if not 0 <= main_share <= 1:
        raise NetworkError(str(main_share), expected=_("a share from 0 to 1"), where="main_share")
    if sources < 1:
        raise NetworkError(
            str(sources), expected=_("a whole number of at least {least}").format(least=1), where="sources"
        )
    firms = on_segments(city).filter(pl.col("purchases") > 0)
    share = (pl.col("purchases") / pl.col("all")).alias("share")
    members = pl.col("number").sort().alias("members")
    origins = (
        firms.filter(pl.col("place") != "local")
        .group_by("segment_id", "place", "source")
        .agg(members, purchases=pl.col("sold").sum(), all=pl.col("purchases").first())
        .with_columns(share, kind=pl.lit("origin"))
        .filter((pl.col("share") >= main_share) & (pl.col("purchases") > 0))
        .sort(["segment_id", "purchases", "source", "place"], descending=[False, True, False, False])
        .filter(pl.int_range(pl.len()).over("segment_id") < sources)
    )
    alone = pl.len().over("segment_id", "place", "source") == 1
    suppliers = firms.filter(pl.col("sold") / pl.col("purchases") >= DOMINATING).join(
        firms.filter((pl.col("place") != "local") & alone).select("number"), on="number", how="anti"
    )
    single = suppliers.select(
        "segment_id", "place", pl.col("firm_id").alias("source"),
        pl.concat_list("number").alias("members"), pl.col("sold").alias("purchases"),
        (pl.col("sold") / pl.col("purchases")).alias("share"), kind=pl.lit("supplier"),
    )  # fmt: skip
    columns = [c for c in _SCHEMA if c != "firms"]
    found = pl.concat([origins.select(columns), single.select(columns)])
    return (
        found.with_columns(firms=pl.col("members").list.len())
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
        .sort(["segment_id", "kind", "purchases", "source"], descending=[False, False, True, False])
    )
