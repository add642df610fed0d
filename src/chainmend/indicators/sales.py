"""Recorded sales of a city's firms by where the buyer is.

A destination is a city of the country (else a province), or a country abroad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.city import UNIVERSE
from chainmend.indicators.members import Members, local_members, once
from chainmend.indicators.scope import Scope

if TYPE_CHECKING:
    from chainmend.indicators.city import City

HOME = 0
"""Column of the city itself in sales by destination."""


@dataclass(frozen=True)
class Sales:
    """Recorded sales of the local firms in the last year there is.

    Attributes
    ----------
    members
        The firms, by cluster.
    by_destination
        Shape (firms, destinations), the city in the first column.
    scope
        Of these sales.
    """

    members: Members
    by_destination: sparse.csr_array
    scope: Scope


@once
def city_sales(city: City) -> Sales:
    """Sum the supply links of the last year by local seller and destination.

    Parameters
    ----------
    city
        With a table of supply links.

    Raises
    ------
    IndicatorError
        If there is no supply link.
    """
    if not city.dataset.has("supply_links"):
        raise IndicatorError(_("no supply links or trades"), where=city.name)
    members = local_members(city)
    links = city.dataset.table("supply_links")
    year = int(links["year"].max())  # type: ignore[arg-type]
    abroad = pl.col("country") != city.dataset.place.country
    buyers = city.dataset.firms.select(
        buyer_id="firm_id",
        destination=pl.when(pl.col("place") == "local")
        .then(None)
        .when(abroad)
        .then(pl.col("country"))
        .otherwise(pl.coalesce("city", "province", "country")),
    )
    sellers = members.firms.select(supplier_id="firm_id", firm=pl.Series(np.arange(members.firms.height)))
    sold = (
        links.filter(pl.col("year") == year)
        .join(sellers, on="supplier_id", how="inner")
        .join(buyers, on="buyer_id", how="inner")
        .sort("supplier_id", "buyer_id")
    )
    away = sold["destination"].drop_nulls().unique().sort().to_list()
    places = {name: n for n, name in enumerate(away, HOME + 1)}
    column = sold["destination"].replace_strict(places, default=HOME, return_dtype=pl.Int64)
    cells = (sold["firm"].to_numpy(), column.to_numpy())
    shape = (members.firms.height, len(away) + 1)
    matrix = sparse.coo_array((sold["amount"].to_numpy(), cells), shape=shape).tocsr()
    return Sales(members, matrix, Scope("sales", UNIVERSE, year))
