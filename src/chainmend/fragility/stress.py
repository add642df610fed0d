"""What a shock costs a city: shares and yuan, by firm, segment and cluster, own loss apart from what spreads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.esri import Esri
    from chainmend.fragility.network import Floats
    from chainmend.fragility.scenario import Shock


@dataclass(frozen=True)
class Stress:
    """Losses of a city after a shock has spread.

    Attributes
    ----------
    shock
        What stopped.
    firms
        The city's firms with own (share of production lost at the start), downstream (lost through missing
        inputs), upstream (lost through missing demand), loss (the greater of the two), each 0..1, and lost
        (yuan a year), most lost first.
    output
        Output of the city, yuan a year.
    total, downstream, upstream
        Share of the city's output that is lost; total takes the greater loss of each firm.
    own
        The part of the total that was lost at the start.
    steps, converged, tolerance
        Steps of the cascade, whether it came to rest, and the change below which it counts as at rest.
    interval
        Where links were estimated: for total, spread, downstream and upstream the interval of 90 % of the draws.
    """

    shock: Shock
    firms: pl.DataFrame
    output: float
    total: float
    downstream: float
    upstream: float
    own: float
    steps: int
    converged: bool
    tolerance: float
    interval: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def spread(self) -> float:
        """Share of the city's output lost beyond what stopped itself."""
        return self.total - self.own

    def by(self, column: str) -> pl.DataFrame:
        """Losses of the groups of a column, such as cluster_id, segment_id or district.

        Returns
        -------
        polars.DataFrame
            The column, firms, output, own, lost (yuan a year), loss (share of the group's output), most lost first;
            firms that weigh nothing are left out.
        """
        weighing = self.firms.filter(pl.col("weight") > 0)
        return (
            weighing.group_by(column)
            .agg(
                pl.len().alias("firms"),
                pl.col("weight").sum().alias("output"),
                (pl.col("weight") * pl.col("own")).sum().alias("own"),
                pl.col("lost").sum(),
            )
            .with_columns(loss=pl.col("lost") / pl.col("output"))
            .sort(["lost", column], descending=[True, False], nulls_last=True)
        )


def stress(city: CityNetwork, shock: Shock, *, tolerance: float = 1e-2, max_steps: int = 1000) -> Stress:
    """Follow a shock through the supply network of a city.

    Parameters
    ----------
    city
        The network, and what each firm weighs.
    shock
        Initial losses, one per firm of `city`.
    tolerance
        The cascade ends when no firm's loss changes by more in a step.
    max_steps
        It ends here too; `converged` is then False.

    Raises
    ------
    NetworkError
        If the shock does not fit the network.
    """
    cascade = city.network.cascade(
        shock.loss,
        loss_upstream=shock.loss_upstream,
        tolerance=tolerance,
        max_steps=max_steps,
        weights=city.weights,
    )
    weights, output = city.weights, city.output

    def share(losses: Floats) -> float:
        return float(weights @ losses / output)

    firms = city.firms.with_columns(
        own=pl.Series(shock.own),
        downstream=pl.Series(cascade.downstream),
        upstream=pl.Series(cascade.upstream),
        loss=pl.Series(cascade.loss),
        lost=pl.Series(weights * cascade.loss),
    ).sort(["lost", "loss", "firm_id"], descending=[True, True, False])
    return Stress(
        shock=shock,
        firms=firms,
        output=output,
        total=share(cascade.loss),
        downstream=share(cascade.downstream),
        upstream=share(cascade.upstream),
        own=share(shock.own),
        steps=int(cascade.steps[0]),
        converged=bool(cascade.converged[0]),
        tolerance=tolerance,
    )


def systemic_risk(
    city: CityNetwork,
    *,
    tolerance: float = 1e-2,
    engine: str = "threads",
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """Economic systemic risk index of every firm: what the city loses when that firm stops.

    Parameters
    ----------
    city
        The network, and what each firm weighs.
    tolerance
        A cascade ends when no firm's loss changes by more in a step.
    engine, workers
        What does the work, and with how many workers.
    progress
        Called with the number of firms done and of all.

    Returns
    -------
    polars.DataFrame
        The city's firms with esri, downstream, upstream (shares of the city's output), own_share (of the firm in
        the city's output), ratio (esri / own_share; null for firms elsewhere), lost (yuan a year), steps and
        converged; highest esri first.

    References
    ----------
    Diem et al. (2022), Quantifying firm-level economic systemic risk from nation-wide supply networks.
    """
    found = city.network.esri(
        tolerance=tolerance,
        weights=city.weights,
        engine=engine,
        scale_free=True,
        workers=workers,
        progress=progress,
    )
    return _ranked(city.firms, found, city.output)


def systemic_firms(
    city: CityNetwork,
    *,
    above: float = 0.01,
    tolerance: float = 1e-2,
    engine: str = "threads",
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """Local firms whose stop would cost the city more than a share of its output.

    Parameters
    ----------
    city
        The network, and what each firm weighs. Only local firms are stopped, which takes the less time the fewer of
        the firms are local.
    above
        Share of the city's output, 0..1.
    tolerance, engine, workers, progress
        As for `systemic_risk`.

    Returns
    -------
    polars.DataFrame
        The rows of `systemic_risk` for these firms; highest esri first.

    Raises
    ------
    NetworkError
        If `above` is no share, or a setting is out of its range.

    Examples
    --------
    A sells all B needs, and B is 90 % of the city.

    >>> from chainmend.fragility.city import CityNetwork
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> net = SupplyNetwork.from_edges([0], [1], [5.0], sector=["a", "b"], essentiality="leontief")
    >>> firms = pl.DataFrame({"firm_id": ["A", "B"], "place": ["local", "local"], "weight": [1.0, 9.0]})
    >>> systemic_firms(CityNetwork(net, firms, 2025), above=0.95).select("firm_id", "esri", "ratio").rows()
    [('A', 1.0, 10.0), ('B', 1.0, 1.1111111111111112)]
    """
    if not 0 <= above <= 1:
        raise NetworkError(str(above), expected=_("a share from 0 to 1"), where="above")
    local = np.flatnonzero((city.firms["place"] == "local").to_numpy())
    found = city.network.esri(
        tolerance=tolerance,
        firms=local,
        weights=city.weights,
        engine=engine,
        scale_free=True,
        workers=workers,
        progress=progress,
    )
    return _ranked(city.firms[local], found, city.output).filter(pl.col("esri") > above)


def _ranked(firms: pl.DataFrame, found: Esri, output: float) -> pl.DataFrame:
    """Firms with what their stop costs, most first."""
    own = pl.col("weight") / output
    return firms.with_columns(
        esri=pl.Series(found.total),
        downstream=pl.Series(found.downstream),
        upstream=pl.Series(found.upstream),
        own_share=own,
        lost=pl.Series(found.total * output),
        steps=pl.Series(found.steps),
        converged=pl.Series(found.converged),
        ratio=pl.when(own > 0).then(pl.Series(found.total) / own),
    ).sort(["esri", "firm_id"], descending=[True, False])
