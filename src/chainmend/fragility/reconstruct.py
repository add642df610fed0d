"""Estimated links where a city has no trades.

What is known is each firm's size and sector and which sectors' products go into which; who deals with whom is drawn.
Everything that comes from here says that it is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainmend.errors import NetworkError
from chainmend.fragility import edges
from chainmend.fragility.ensemble import Ensemble
from chainmend.fragility.gravity import Gravity, draw_links, fit
from chainmend.fragility.network import Codes, Column, Floats, SupplyNetwork
from chainmend.fragility.production import ESSENTIAL, IRRELEVANT, SUBSTITUTABLE
from chainmend.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from chainmend.chain.model import Catalogue


@dataclass(frozen=True)
class Affinity:
    """How much more of its purchases a buyer spends on inputs of one class than of another, supply being equal.

    Only ratios count. These are assumptions, not estimates: vary them and look at what changes. A pair of segments
    that a catalogue does not name is not impossible, only rare.
    """

    essential: float = 1.0
    substitutable: float = 0.5
    irrelevant: float = 0.1
    unnamed: float = 0.001


def reconstruct(
    output: Column,
    sector: Column | Mapping[str, Any],
    *,
    mean_degree: float | None = None,
    density: float | None = None,
    inputs: Column | None = None,
    essentiality: npt.ArrayLike | str | Catalogue | None = None,
    affinity: Affinity | npt.ArrayLike | None = None,
    flows: npt.ArrayLike | None = None,
    place: Column | None = None,
    distance: npt.ArrayLike | None = None,
    decay: float = 0.9,
    market: Column | Mapping[str, Any] | None = None,
    names: Sequence[str] | pl.Series | None = None,
    seed: int = 0,
    draws: int = 20,
) -> Ensemble:
    """Estimate who supplies whom from sizes, sectors and what goes into what.

    Parameters
    ----------
    output
        Shape (n,), yuan a year: what each firm sells to the others.
    sector
        One label per firm, as `SupplyNetwork.from_edges` takes it.
    mean_degree, density
        Expected links per firm, or share of all n (n - 1) pairs; one of the two.
    inputs
        Shape (n,), yuan a year: what each firm buys from the others, scaled to the sum of output and then met in
        expectation, by iterative proportional fitting. None: a firm's need of each input is in proportion to its
        output, and only sales are met; this always has a solution.
    essentiality
        As `SupplyNetwork.from_edges` takes it; kept by the networks.
    affinity
        Weight of each class of dependence, or of each pair of sectors (a matrix over the sorted labels, row
        supplier). None: the weights `Affinity` has.
    flows
        A table of flows between sectors over the sorted labels, row supplier, in any unit; takes the place of
        `affinity`. Rows are scaled to the sectors' output, and columns to their inputs where `inputs` are given.
    place, distance, decay
        A label per firm, kilometres between places over the sorted labels, and the elasticity: a link's weight falls
        with ``(1 + km) ** -decay``. Trade falls with distance to the power of 0.9 in the mean of 1,467 estimates.
    market, names
        As `SupplyNetwork.from_edges` takes them.
    seed, draws
        The same seed gives the same networks whatever the order of the firms (where they have names or no two are
        alike), and the first draws stay the same when more are made.

    Raises
    ------
    NetworkError
        If a shape or value does not fit, more links are wanted than pairs are possible, or sales and purchases cannot
        be met together.

    Notes
    -----
    The model is that of `fragility.gravity`. Expected sales (and purchases) are exact; those of one draw scatter, and
    a firm may be drawn without a buyer or without a supplier it cannot do without. References: Cimini, Squartini,
    Garlaschelli and Gabrielli, Scientific Reports 5 (2015) 15758; Ialongo et al., Scientific Reports 12 (2022) 11847;
    distance: Disdier and Head, Review of Economics and Statistics 90 (2008) 37-48.

    Examples
    --------
    >>> drawn = reconstruct([5.0, 3.0, 2.0, 1.0], ["a", "a", "b", "b"], mean_degree=1, seed=1)
    >>> drawn
    Ensemble(estimated, 20 draws of 4 firms, mean degree 1, seed 1)
    """
    firms, labels = edges.firms_of(sector, names, None)
    n = len(labels)
    empty = SupplyNetwork.from_edges(
        [], [], [], sector=labels, names=firms, essentiality=essentiality, market=market
    )
    empty = replace(empty, estimated=True)
    sales = _of_firms(output, n, "output")
    needs = sales if inputs is None else _of_firms(inputs, n, "inputs")
    places, at = (("",), np.zeros(n, np.int32)) if place is None else _places(place, n)
    nearness = _nearness(distance, places, decay)
    weights = _weights(affinity, essentiality, empty)
    if flows is not None:
        bought = np.bincount(empty.sector, needs, len(empty.sectors))
        table = _matrix(flows, len(empty.sectors), "flows")
        weights = np.divide(table, bought, out=np.zeros_like(table), where=(table > 0) & (bought > 0))
    # in an order of their own, so that numbers drawn for a firm do not depend on where it stands in the list
    order = (
        np.lexsort((at, needs, sales, empty.sector)) if firms is None else np.argsort(np.array(firms))
    ).astype(np.int32)
    links = _wanted(mean_degree, density, n)
    model, stuck = fit(
        sales[order], needs[order], empty.sector[order], at[order], weights, nearness,
        links=links, both=inputs is not None,
    )  # fmt: skip
    drawn = draw_links(model, _whole(seed, 0, "seed"), _whole(draws, 1, "draws"))
    networks = tuple(_network(empty, model, order, *pair) for pair in drawn)
    return Ensemble(networks, model.renumbered(order), links / n, np.sort(order[stuck]), seed)


def _network(
    empty: SupplyNetwork, model: Gravity, order: Codes, supplier: Codes, buyer: Codes
) -> SupplyNetwork:
    """Return one draw with its weights, firms numbered as the caller numbers them."""
    weight = model.expected(supplier, buyer) / model.probability(supplier, buyer)
    row, to, value, _merged, _dropped = edges.compress(order[supplier], order[buyer], weight, model.n_firms)
    return replace(empty, row=row, buyer=to, weight=value)


def _weights(affinity: Affinity | npt.ArrayLike | None, essentiality: object, empty: SupplyNetwork) -> Floats:
    """Return the weight of every pair of sectors."""
    if affinity is not None and not isinstance(affinity, Affinity):
        return _matrix(affinity, len(empty.sectors), "affinity")
    chosen = affinity or Affinity()
    of_class = np.zeros(3)
    of_class[[ESSENTIAL, SUBSTITUTABLE, IRRELEVANT]] = (
        chosen.essential, chosen.substitutable, chosen.irrelevant,
    )  # fmt: skip
    weights: Floats = of_class[empty.essentiality]
    named = _named(essentiality, empty.sectors)
    if named is not None:
        weights = np.where(named, weights, chosen.unnamed)
    return _matrix(weights, len(empty.sectors), "affinity")


def _named(essentiality: object, sectors: tuple[Any, ...]) -> npt.NDArray[np.bool_] | None:
    """Return which pairs of sectors a catalogue names; None where there is no catalogue."""
    if not hasattr(essentiality, "dependences"):
        return None
    position = {label: k for k, label in enumerate(sectors)}
    named = np.zeros((len(sectors), len(sectors)), bool)
    for d in essentiality.dependences:
        if d.source in position and d.target in position:
            named[position[d.source], position[d.target]] = True
    return named


def _matrix(values: npt.ArrayLike, m: int, what: str) -> Floats:
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.shape != (m, m):
        raise NetworkError(
            _("shape {shape}").format(shape=matrix.shape),
            expected=_("({m}, {m}): a row and a column for every label, labels sorted").format(m=m),
            where=what,
        )
    wrong = ~(np.isfinite(matrix) & (matrix >= 0))
    if wrong.any():
        k, j = (int(i[0]) for i in np.nonzero(wrong))
        raise NetworkError(
            str(matrix[k, j]),
            expected=_("a finite number of at least 0"),
            where=_("{what}, row {row}, column {column}").format(what=what, row=k, column=j),
        )
    return matrix


def _of_firms(column: Column, n: int, what: str) -> Floats:
    values = edges.sizes(column, n, what)
    if values is None or not values.any():
        raise NetworkError(_("no firm with a value above 0"), expected=_("at least one"), where=what)
    return values


def _places(place: Column, n: int) -> tuple[tuple[Any, ...], Codes]:
    _none, labels = edges.firms_of(place, None, n)
    return edges.codes_of(labels)


def _nearness(distance: npt.ArrayLike | None, places: tuple[Any, ...], decay: float) -> Floats:
    """Return how much is left of a link's weight over the distance between two places."""
    if distance is None:
        return np.ones((len(places), len(places)))
    if not (np.isfinite(decay) and decay >= 0):
        raise NetworkError(str(decay), expected=_("a finite number of at least 0"), where="decay")
    kilometres = _matrix(distance, len(places), "distance")
    return np.asarray((1 + kilometres) ** -decay, dtype=np.float64)


def _wanted(mean_degree: float | None, density: float | None, n: int) -> float:
    """Return the expected number of links."""
    if (mean_degree is None) == (density is None):
        raise NetworkError(_("both or neither of `mean_degree` and `density`"), expected=_("one of the two"))
    return float(mean_degree * n if mean_degree is not None else (density or 0) * n * (n - 1))


def _whole(value: int, least: int, what: str) -> int:
    if value < least or value != int(value):
        raise NetworkError(
            str(value), expected=_("a whole number of at least {least}").format(least=least), where=what
        )
    return int(value)
