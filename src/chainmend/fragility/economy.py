"""What the time path starts from: daily flows at rest, inventories by kind of input, demand from outside.

Firms of a network and sectors of an input-output table become the same thing here: producers that buy kinds of
input from each other. One model of time then serves both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from chainmend.errors import NetworkError
from chainmend.fragility.edges import amounts
from chainmend.fragility.network import Codes, Floats, SupplyNetwork
from chainmend.i18n import _

Days = float | Mapping[Any, float] | npt.ArrayLike


@dataclass(frozen=True)
class Economy:
    """Producers at rest; made by `firm_economy` or `sector_economy`.

    A need is one kind of input of one buyer: all it buys of producers of one sector.

    Attributes
    ----------
    output
        Shape (n,): production per day.
    final
        Shape (n,): what is sold per day outside the links.
    supplier, flow
        Shape (links,): supplier of each link and its value per day, sorted by need.
    first
        Shape (needs,): first link of each need, which has at least one.
    buyer, kind, essentiality
        Shape (needs,): who buys, of which sector, and the class 2, 1 or 0 of the input.
    days
        Shape (needs,): days of normal use that lie in stock; infinite: never short.
    sector
        Shape (n,): index of each producer's sector in `sectors`.
    sectors
        Labels of the sectors.
    names
        Names of the producers, or None where they are numbered.
    """

    output: Floats
    final: Floats
    supplier: Codes
    flow: Floats
    first: npt.NDArray[np.int64]
    buyer: Codes
    kind: Codes
    essentiality: npt.NDArray[np.int8]
    days: Floats
    sector: Codes
    sectors: tuple[Any, ...]
    names: tuple[str, ...] | None = None

    @property
    def n(self) -> int:
        """Number of producers."""
        return len(self.output)

    @cached_property
    def need(self) -> npt.NDArray[np.int64]:
        """Need that each link serves, shape (links,)."""
        return np.repeat(np.arange(len(self.first)), np.diff(self.first, append=len(self.flow)))

    @cached_property
    def use(self) -> Floats:
        """Use of each need per unit of the buyer's production (technical coefficient), shape (needs,)."""
        return self.per_need(self.flow) / self.output[self.buyer]

    @cached_property
    def share(self) -> Floats:
        """Share of each need in all that its buyer buys, shape (needs,)."""
        bought = self.per_need(self.flow)
        share: Floats = bought / np.bincount(self.buyer, bought, self.n)[self.buyer]
        return share

    def per_need(self, values: Floats) -> Floats:
        """Return the sums of values of links over the links of each need, shape (needs,)."""
        sums: Floats = np.add.reduceat(values, self.first) if len(self.first) else np.zeros(0)
        return sums


def firm_economy(
    network: SupplyNetwork,
    *,
    inventory_days: Days,
    output: npt.ArrayLike | None = None,
    days_per_year: float = 365.0,
) -> Economy:
    """Return the firms of a network at rest.

    Parameters
    ----------
    network
        Weights are values per year.
    inventory_days
        Days of normal use that firms have in stock, at least 1 (what a day's production needs): one number; one per
        kind of input, as a mapping from the supplier's sector or shape (sectors,); or shape (sectors, sectors), row
        the supplier's sector, column the buyer's. ``inf``: never short.
    output
        Production per year, shape (n,), at least what the firm sells inside. What is not sold inside is final demand.
        By default the network's `revenue`, or else what the firm buys inside, where that is more than it sells
        inside: then nobody produces less than the inputs it pays for.
    days_per_year
        Steps of a year.

    Raises
    ------
    NetworkError
        If a stock is below one day, a sector has no stock, or an output is below what the firm sells inside.

    Examples
    --------
    >>> chain = SupplyNetwork.from_edges([0, 1], [1, 2], [365.0, 730.0], sector=["ore", "steel", "cars"])
    >>> rest = firm_economy(chain, inventory_days={"ore": 30, "steel": 10, "cars": 1})
    >>> rest.output.tolist(), rest.final.tolist(), rest.days.tolist()
    ([1.0, 2.0, 2.0], [0.0, 0.0, 2.0], [30.0, 10.0])
    """
    if not (np.isfinite(days_per_year) and days_per_year > 0):
        raise NetworkError(str(days_per_year), expected=_("a number above 0"), where="days_per_year")
    produced = _output(network, output) / days_per_year
    kind = network.sector[network.supplier]
    order = np.lexsort((network.supplier, kind, network.buyer))
    supplier, buyer, kind = network.supplier[order], network.buyer[order], kind[order]
    flow = network.weight[order] / days_per_year
    new = np.ones(len(flow), bool)
    new[1:] = (buyer[1:] != buyer[:-1]) | (kind[1:] != kind[:-1])
    first = np.flatnonzero(new)
    buyer, kind = buyer[first], kind[first]
    used_by = network.sector[buyer]
    sold = np.bincount(supplier, flow, network.n_firms)
    return Economy(
        output=produced,
        final=np.maximum(produced - sold, 0.0),
        supplier=supplier,
        flow=flow,
        first=first,
        buyer=buyer,
        kind=kind,
        essentiality=network.essentiality[kind, used_by],
        days=_stock(inventory_days, network.sectors)[kind, used_by],
        sector=network.sector,
        sectors=network.sectors,
        names=network.names,
    )


def _output(network: SupplyNetwork, given: npt.ArrayLike | None) -> Floats:
    sold = network.out_strength
    if given is None:
        known = network.in_strength if network.revenue is None else network.revenue
        produced = np.maximum(known, sold)
        return np.where(produced > 0, produced, network.in_strength)
    produced = amounts(np.asarray(given), "output")
    if produced.shape != sold.shape:
        raise NetworkError(
            _("shape {shape}").format(shape=produced.shape),
            expected=_("one value per firm ({n})").format(n=len(sold)),
            where="output",
        )
    short = (produced < sold * (1 - 1e-9)) | ((produced == 0) & (network.in_strength > 0))
    if short.any():
        i = int(short.argmax())
        raise NetworkError(
            f"{produced[i]:g}",
            expected=_("at least what is sold inside, {sold:g}, and above 0 where inputs are bought").format(
                sold=sold[i]
            ),
            where=_("output, row {row}").format(row=i),
        )
    return produced


def _stock(given: Days, sectors: tuple[Any, ...]) -> Floats:
    """Return days of stock by sector of the supplier (row) and of the buyer (column)."""
    m = len(sectors)
    if isinstance(given, Mapping):
        missing = [s for s in sectors if s not in given]
        if missing:
            raise NetworkError(
                _("no stock for sector {name}").format(name=missing[0]),
                expected=_("days of stock for every sector"),
                where="inventory_days",
            )
        given = [given[s] for s in sectors]
    days = np.asarray(given, dtype=np.float64)
    if days.shape not in {(), (m,), (m, m)}:
        raise NetworkError(
            _("shape {shape}").format(shape=days.shape),
            expected=_("one number, one per sector ({m}), or ({m}, {m})").format(m=m),
            where="inventory_days",
        )
    if not (days >= 1).all():
        raise NetworkError(
            f"{days[~(days >= 1)][0]:g}",
            expected=_("at least 1: a day's production needs a day's inputs"),
            where="inventory_days",
        )
    return np.broadcast_to(days[:, None] if days.ndim == 1 else days, (m, m))


def sector_economy(
    flows: npt.ArrayLike,
    final: npt.ArrayLike,
    *,
    inventory_days: Days,
    sectors: Sequence[str],
    regions: Sequence[str] | None = None,
    essentiality: npt.ArrayLike | str | None = "leontief",
    days_per_year: float = 365.0,
) -> Economy:
    """Return the sectors of an input-output table at rest.

    Parameters
    ----------
    flows
        Shape (n, n): value per year that row sells to column, >= 0.
    final
        Shape (n,) or (n, categories): final demand per year; its sum >= 0. Output is what flows and final demand add
        up to; imports, where the table nets them out of final demand, belong in a row of their own.
    inventory_days
        As in `firm_economy`; sectors of one label in several regions are one kind of input.
    sectors
        Label of each row, shape (n,); a label comes back in every region.
    regions
        Region of each row, shape (n,), in tables of several regions.
    essentiality
        As in `SupplyNetwork.from_edges`; by default every input is essential, as in the literature on such tables.
    days_per_year
        Steps of a year.

    Raises
    ------
    NetworkError
        If a shape does not fit, or a flow or a sum of final demand is negative or no number.

    Examples
    --------
    >>> rest = sector_economy([[0, 365], [0, 0]], [0, 730], inventory_days=90, sectors=["coal", "power"])
    >>> rest.output.tolist(), rest.use.tolist()
    ([1.0, 2.0], [0.5])
    """
    table = np.asarray(flows, dtype=np.float64)
    demand = np.asarray(final, dtype=np.float64)
    demand = demand.sum(axis=1) if demand.ndim == 2 else demand
    n = len(sectors)
    if table.shape != (n, n) or demand.shape != (n,) or (regions is not None and len(regions) != n):
        raise NetworkError(
            _("flows {flows}, final demand {final}").format(flows=table.shape, final=demand.shape),
            expected=_(
                "a row and a column of flows, a final demand and a label for each of {n} sectors"
            ).format(n=n),
            where=_("input-output table"),
        )
    demand = amounts(demand, "final")
    wrong = ~(np.isfinite(table) & (table >= 0))
    if wrong.any():
        i, j = (int(k[0]) for k in np.nonzero(wrong))
        raise NetworkError(
            str(table[i, j]),
            expected=_("a finite number of at least 0"),
            where=_("flows, row {row}, column {column}").format(row=i, column=j),
        )
    row, column = np.nonzero(table)
    network = SupplyNetwork.from_edges(
        row,
        column,
        table[row, column],
        sector=list(sectors),
        names=sectors if regions is None else [f"{r} {s}" for r, s in zip(regions, sectors, strict=True)],
        essentiality=essentiality,
    )
    return firm_economy(
        network,
        inventory_days=inventory_days,
        output=table.sum(axis=1) + demand,
        days_per_year=days_per_year,
    )
