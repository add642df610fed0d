"""A made-up city with gaps planted in it, to try Chainmend on and to measure what a scan finds.

The firms are made up; only the total of their output is scaled to public figures. The city has no figure of
any real firm, and every name in it says so (示例).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chainmend.dataset import Dataset, Place
from chainmend.demo.city import (
    CITY,
    CLUSTER_GROWTH,
    COUNTRY,
    PROVINCE,
    Firms,
    cluster_output,
    firms_table,
    make_firms,
    outputs,
    products_table,
    room,
)
from chainmend.demo.customs import customs_table, own_codes
from chainmend.demo.figures import small_tables, statistics_table
from chainmend.demo.planted import Plan, make_plan
from chainmend.demo.trades import links_table, trades_table

if TYPE_CHECKING:
    import polars as pl

    from chainmend.chain.model import Catalogue

DATE, LATER = dt.date(2025, 12, 31), dt.date(2026, 6, 30)
_MOST_WITH_TRADES = 20_000


@dataclass(frozen=True)
class DemoCity:
    """A made-up city at two dates.

    Attributes
    ----------
    now, later
        Its data, and those of half a year later. Their supply links are of two years each; year Y holds the
        twelve months that end in Y on the day and month of the dataset's date.
    planted
        The gaps a scan should find: ``gaps`` now; ``later`` with ``gaps``, ``mended``, ``worsened``, ``new``;
        each a list of ``{"kind": ..., "segment_id": ...}``.
    """

    now: Dataset
    later: Dataset
    planted: dict[str, Any]


def make_city(*, firms: int = 3000, seed: int = 0, catalogue: Catalogue | None = None) -> DemoCity:
    """Make up a city.

    Parameters
    ----------
    firms
        Number of firms, local and elsewhere. Above 20,000 the table of single trades is left out. A city of few
        firms keeps to the chains that they can fill; 3,000 fill every chain of the shipped catalogue.
    seed
        The same seed gives the same city.
    catalogue
        Chains the firms are put on; the shipped ``hangzhou-296x`` by default.

    Raises
    ------
    SettingsError
        If there are too few firms for the segments of the catalogue, or too few segments.
    """
    if catalogue is None:
        from chainmend.chain.catalogue import load_catalogue

        catalogue = load_catalogue("hangzhou-296x")
    plan = make_plan(catalogue, np.random.default_rng([seed, 1]), room(firms))
    made = make_firms(plan, firms, np.random.default_rng([seed, 2]))
    return DemoCity(
        now=_dataset(plan, made, catalogue, DATE, seed),
        later=_dataset(plan, made, catalogue, LATER, seed),
        planted=plan.summary(),
    )


def _dataset(plan: Plan, firms: Firms, catalogue: Catalogue, date: dt.date, seed: int) -> Dataset:
    later = date > DATE
    n = len(firms.segment) if later else firms.first

    def chance(stream: int) -> np.random.Generator:
        return np.random.default_rng([seed, stream])

    total = cluster_output(date)
    output = outputs(firms, n, total, chance(9) if later else None)
    years = {date.year - 1: 1 / (1 + CLUSTER_GROWTH), date.year: 1.0}
    links = links_table(plan, firms, output, years, seed, later=later)
    tables: dict[str, pl.DataFrame] = {
        "firms": firms_table(firms, plan, catalogue, output, chance(3)),
        "products": products_table(firms, plan, n, chance(4)),
        "supply_links": links,
        "customs": _customs(plan, catalogue, date, chance(5)),
        "statistics": statistics_table(date, total),
        **small_tables(plan, firms, catalogue, n, date, seed),
    }
    if firms.first <= _MOST_WITH_TRADES:
        tables["trades"] = trades_table(links, date, chance(7))
    return Dataset(Place(CITY, PROVINCE, COUNTRY), date, tables, synthetic=True)


def _customs(plan: Plan, catalogue: Catalogue, date: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    dependent = [s for s, x in plan.now.items() if x.kind == "outside_dependent"]
    codes = sorted({hs for s in plan.now for hs in catalogue.segments[s].hs})
    own = own_codes(catalogue, dependent)
    stopped = [hs for s in plan.stopped for hs in own[s]] if date > DATE else []
    return customs_table(codes, [hs for s in dependent for hs in own[s]], stopped, date, rng)
