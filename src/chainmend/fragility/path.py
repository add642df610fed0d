"""A city's days after a shock: when each segment falls below a share of its production, and when it is back.

The cascade says how much is lost in the end; this says when. It is another model (`chainmend.fragility.dynamics`)
with other assumptions, so the two need not agree: stocks put a loss off, a lost supplier is replaced only as far as
others of its kind have capacity left, and production that was lost can in part be caught up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.fragility.behaviour import Behaviour
from chainmend.fragility.dynamics import Outage, simulate
from chainmend.fragility.economy import firm_economy
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.network import Floats
    from chainmend.fragility.scenario import Shock
    from chainmend.fragility.timepath import TimePath

DAYS_PER_YEAR = 365.0
CITY = "city"
_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Course:
    """What is assumed of time.

    Attributes
    ----------
    days
        Days to follow, >= 1.
    stock
        Days of normal use of every input that every firm holds, >= 1. Firms refill within as many days: a longer time
        makes a deep shortage feed on itself (see `chainmend.fragility.dynamics`).
    stop
        Days that the stop lasts, >= 1; None: as long as is followed.
    recovery
        Days in which capacity then comes back, evenly; 0: all at once.
    below
        A segment counts as stopped below this share of its normal production, above 0 and at most 1.
    """

    days: int = 180
    stock: float = 15.0
    stop: int | None = 30
    recovery: int = 30
    below: float = 0.5

    def __post_init__(self) -> None:
        """Check what no later step checks."""
        if not 0 < self.below <= 1:
            raise NetworkError(f"{self.below:g}", expected=_("a share above 0, at most 1"), where="below")


@dataclass(frozen=True)
class CityPath:
    """Production of a city's segments day by day; day 0 is the first day of the stop.

    Attributes
    ----------
    course
        The assumptions.
    sectors
        Production in yuan a day of the local firms of each sector of the network (main segments; divisions of industry
        where a firm is on none).
    clusters
        Shape (sectors,): cluster of each sector, or None.
    days_lost
        Days of the city's output that were lost.
    interval
        Where links were estimated: the interval of `days_lost` that holds 90 % of the draws; else None.
    """

    course: Course
    sectors: TimePath
    clusters: tuple[str | None, ...]
    days_lost: float
    interval: tuple[float, float] | None = None

    def of(self, what: str) -> TimePath:
        """Return the path of the ``"city"``, of each ``"cluster_id"``, or of each ``"sector"``."""
        if what == "sector":
            return self.sectors
        if what == CITY:
            return self.sectors.by([CITY] * len(self.sectors.labels))
        by = self.sectors.by([cluster or "" for cluster in self.clusters])
        return replace(by, labels=tuple(label or None for label in by.labels))

    def by(self, what: str) -> pl.DataFrame:
        """Say what became of each series of `of`.

        Returns
        -------
        polars.DataFrame
            The label under the name `what`; normal (yuan a day); lowest (share of normal production) and lowest_day;
            stop_day, first day below `Course.below`; recovery_day, from which it stays within 1 % of normal (null: not
            within the days followed); days_lost (of its own production); lost (yuan); most lost first.
        """
        path = self.of(what)
        frame = path.frame(below=self.course.below)
        lowest_day = pl.Series("lowest_day", path.relative.argmin(axis=0), dtype=pl.Int64)
        frame.insert_column(frame.columns.index("lowest") + 1, lowest_day)
        return (
            frame.with_columns(lost=pl.col("days_lost") * pl.col("normal"))
            .rename({"label": what})
            .sort(["lost", what], descending=[True, False], nulls_last=True)
        )

    def daily(self) -> pl.DataFrame:
        """Return one row per day and series: day, what (city, cluster_id, sector), label, share, production, normal."""
        frames = []
        for what in (CITY, "cluster_id", "sector"):
            path = self.of(what)
            days, series = path.production.shape
            frames.append(
                pl.DataFrame(
                    {
                        "day": np.repeat(np.arange(days), series),
                        "what": [what] * (days * series),
                        "label": pl.Series(list(path.labels) * days, dtype=pl.String),
                        "share": path.relative.ravel(),
                        "production": path.production.ravel(),
                        "normal": np.tile(path.normal, days),
                    }
                )
            )
        return pl.concat(frames)


def follow(city: CityNetwork, shock: Shock, course: Course | None = None) -> CityPath:
    """Follow a city day by day after a shock.

    Every firm is followed, those elsewhere too; what is told is the production of local firms. The path of a segment is
    the share of normal production its firms still make, of the output that they count with in every other loss.

    Parameters
    ----------
    city
        The network, and what each firm weighs.
    shock
        What stops on day 0. A share of capacity is lost, and sales and purchases with it.
    course
        Days, stocks, how long the stop lasts; the defaults of `Course`.

    Raises
    ------
    NetworkError
        If purchases of the shock are lost by another share than sales, a number of days is out of its range, or the
        shock does not fit the network.

    References
    ----------
    Hallegatte (2014), Modeling the role of inventories and heterogeneity in the assessment of the economic costs of
    natural disasters; Guan et al. (2020), Global supply-chain effects of COVID-19 control measures.
    """
    course = course or Course()
    if shock.loss_upstream is not None and not np.array_equal(shock.loss_upstream, shock.loss):
        raise NetworkError(
            _("purchases lost by another share than sales"),
            expected=_("one share for both: a firm that makes less buys less and sells less"),
            where=_("time path"),
            do=_("leave out --upstream-share or --days"),
        )
    weights = city.weights
    sectors = city.firms["sector"].to_list()
    path = simulate(
        firm_economy(city.network, inventory_days=course.stock, days_per_year=DAYS_PER_YEAR),
        Outage(shock.loss, duration=course.stop, recovery=course.recovery),
        days=course.days,
        behaviour=Behaviour(inventory_tau=course.stock),
        by=[sector if weight > 0 else None for sector, weight in zip(sectors, weights, strict=True)],
    )
    return _city_path(city, course, path)


def _city_path(city: CityNetwork, course: Course, path: TimePath) -> CityPath:
    """Give each sector what its firms weigh: a firm's known output may be less than it sells in the data."""
    groups = city.firms.group_by("sector").agg(
        pl.col("weight").sum(), pl.col("cluster_id").drop_nulls().first()
    )
    weight, cluster = (dict(groups.select("sector", c).iter_rows()) for c in ("weight", "cluster_id"))
    normal: Floats = np.array([weight[s] for s in path.labels]) / DAYS_PER_YEAR
    sectors = replace(path, production=path.relative * normal, normal=normal)
    return CityPath(course, sectors, tuple(cluster[s] for s in path.labels), sectors.total_loss)


def pool_paths(draws: Sequence[CityPath]) -> CityPath:
    """Mean production over the draws of an estimated network, with the interval of the days lost; one is itself."""
    one = draws[0].sectors
    lost = np.array([d.days_lost for d in draws])

    def mean(values: list[Any]) -> Floats:
        return np.asarray(np.mean(values, axis=0), dtype=np.float64)

    pooled = replace(
        one,
        production=mean([d.sectors.production for d in draws]),
        unmet_final=mean([d.sectors.unmet_final for d in draws]),
    )
    return replace(
        draws[0],
        sectors=pooled,
        days_lost=float(lost.mean()),
        interval=(float(np.quantile(lost, _LOW)), float(np.quantile(lost, _HIGH)))
        if len(draws) > 1
        else None,
    )
