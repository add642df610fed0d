"""The shape of a supply network: who has nobody else to buy from, whom the network hangs on, who can be reached.

Nothing here follows a loss; what a stop costs is `SupplyNetwork.cascade`'s to say. Firms in frames have their name
where the network has names, else their number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from chainmend.errors import NetworkError
from chainmend.fragility.production import ESSENTIAL
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.network import Codes, SupplyNetwork

Direction = Literal["downstream", "upstream"]
Rows = tuple[npt.NDArray[np.int64], "Codes"]


def single_suppliers(network: SupplyNetwork) -> pl.DataFrame:
    """Return every input that a buyer has from one supplier only.

    An input is what firms of one sector supply. What a firm supplies to itself is no dependence on another; where it
    does, it is not listed with that input, for it has a source of its own.

    Returns
    -------
    pl.DataFrame
        ``buyer``, ``sector`` of the input, ``supplier``, ``share`` of the buyer's purchases (0..1, of whatever
        sector), ``essentiality`` (2, 1, 0); by buyer, then sector.

    Examples
    --------
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> net = SupplyNetwork.from_edges([0, 1, 2], [3, 3, 3], [6.0, 3.0, 1.0], sector=["a", "a", "b", "c"])
    >>> single_suppliers(net).rows()
    [(3, 'b', 2, 0.1, 1)]
    """
    link, key = _only_links(network)
    m = len(network.sectors)
    buyer, sector = key // m, key % m
    return pl.DataFrame(
        {
            "buyer": _labels(network, buyer),
            "sector": pl.Series(list(network.sectors)).gather(sector),
            "supplier": _labels(network, network.supplier[link]),
            "share": network.weight[link] / network.in_strength[buyer],
            "essentiality": network.essentiality[sector, network.sector[buyer]],
        }
    )


def captive_buyers(network: SupplyNetwork) -> pl.DataFrame:
    """Return for every firm that is somebody's single supplier how many hang on it.

    Returns
    -------
    pl.DataFrame
        ``supplier``, ``buyers`` that have its kind of input from nobody else, ``essential`` (those of them that
        cannot do without), ``weight`` (value of these purchases); most essential ones first.

    Examples
    --------
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> net = SupplyNetwork.from_edges([0, 0, 1], [1, 2, 2], [4.0, 2.0, 1.0], sector=["a", "b", "b"])
    >>> captive_buyers(net).rows()
    [(0, 2, 0, 6.0), (1, 1, 0, 1.0)]
    """
    link, key = _only_links(network)
    supplier, buyer = network.supplier[link], key // len(network.sectors)
    essential = network.essentiality[network.sector[supplier], network.sector[buyer]] == ESSENTIAL
    found = np.unique(supplier)
    counts = {
        "buyers": np.bincount(supplier, minlength=network.n_firms)[found],
        "essential": np.bincount(supplier[essential], minlength=network.n_firms)[found],
        "weight": np.bincount(supplier, network.weight[link], network.n_firms)[found].astype(np.float64),
    }
    frame = pl.DataFrame({"supplier": _labels(network, found), **counts})
    return frame.sort("essential", "buyers", "weight", descending=True, maintain_order=True)


def articulation_points(network: SupplyNetwork) -> pl.DataFrame:
    """Return the firms without which the network falls apart, links taken in either direction.

    Returns
    -------
    pl.DataFrame
        ``firm``, ``cut_off`` (other firms that lose their connection to the largest part that is left), ``parts``
        that are left of the firm's component; most firms cut off first.

    Notes
    -----
    Hopcroft and Tarjan (1973), Algorithm 447.

    Examples
    --------
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> net = SupplyNetwork.from_edges([0, 1, 1], [1, 2, 3], [1.0, 1.0, 1.0], sector=["a"] * 4)
    >>> articulation_points(net).rows()
    [(1, 2, 3)]
    """
    from chainmend.fragility.kernels.graph import cut_points

    row, to = _undirected(network)
    parts, largest, component = np.zeros((3, network.n_firms), np.int32)
    cut_points(row, to, parts, largest, component)
    found = np.flatnonzero(parts >= 2)
    cut_off = component[found] - 1 - largest[found]
    frame = pl.DataFrame({"firm": _labels(network, found), "cut_off": cut_off, "parts": parts[found]})
    return frame.sort("cut_off", "parts", descending=True, maintain_order=True)


def k_core(network: SupplyNetwork) -> Codes:
    """Return each firm's core number, links taken in either direction and once, shape (n,).

    A firm of core number k belongs to a group in which everybody deals with at least k others of the group, and to no
    such group for k + 1; a firm without partners has 0.

    Notes
    -----
    Seidman (1983); Batagelj and Zaversnik (2003).

    Examples
    --------
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> net = SupplyNetwork.from_edges([0, 1, 2, 2], [1, 2, 0, 3], [1.0] * 4, sector=["a"] * 4)
    >>> k_core(net).tolist()
    [2, 2, 2, 1]
    """
    from chainmend.fragility.kernels.graph import core_numbers

    row, to = _undirected(network)
    core = np.zeros(network.n_firms, np.int32)
    core_numbers(row, to, core)
    return core


def reach(
    network: SupplyNetwork,
    firms: str | int | Iterable[str | int],
    *,
    direction: Direction = "downstream",
    steps: int | None = None,
    essential_only: bool = False,
) -> pl.DataFrame:
    """Return the firms that `firms` reach together, and in how many steps.

    Parameters
    ----------
    firms
        Names or numbers.
    direction
        ``"downstream"`` to buyers, ``"upstream"`` to suppliers.
    steps
        Most steps to go; None: as far as it goes.
    essential_only
        Go only along links whose input the buyer cannot do without.

    Returns
    -------
    pl.DataFrame
        ``firm`` and ``steps`` (1, 2, ...), nearest first; `firms` themselves are left out.

    Raises
    ------
    NetworkError
        If a firm is unknown, `steps` is negative or `direction` is no direction.

    Examples
    --------
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> net = SupplyNetwork.from_edges([0, 1], [1, 2], [1.0, 1.0], sector=["a", "b", "c"])
    >>> reach(net, 0).rows()
    [(1, 1), (2, 2)]
    """
    from chainmend.fragility.kernels.graph import steps_from

    sources = _firms(network, firms)
    row, to = _directed(network, direction, essential_only)
    far = np.full(network.n_firms, -1, np.int32)
    queue = np.empty(network.n_firms, np.int32)
    queue = queue[: steps_from(row, to, sources, _limit(steps), far, queue)]
    reached = queue[far[queue] > 0]
    reached = reached[np.lexsort((reached, far[reached]))]
    return pl.DataFrame({"firm": _labels(network, reached), "steps": far[reached]})


def reach_counts(
    network: SupplyNetwork,
    firms: str | int | Iterable[str | int] | None = None,
    *,
    direction: Direction = "downstream",
    steps: int | None = None,
    essential_only: bool = False,
) -> pl.DataFrame:
    """Return for each of `firms` alone how many others it reaches; arguments and errors as of `reach`.

    One walk per firm: in a network where most firms reach most others, the time is firms x links.

    Parameters
    ----------
    firms
        Names or numbers; None: every firm.

    Returns
    -------
    pl.DataFrame
        ``firm``, ``reached``, ``steps`` to the farthest of them; in the order of `firms`.

    Examples
    --------
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> net = SupplyNetwork.from_edges([0, 1], [1, 2], [1.0, 1.0], sector=["a", "b", "c"])
    >>> reach_counts(net, direction="upstream").rows()
    [(0, 0, 0), (1, 1, 1), (2, 2, 2)]
    """
    from chainmend.fragility.kernels.graph import reach_sizes

    chosen = np.arange(network.n_firms, dtype=np.int32) if firms is None else _firms(network, firms)
    row, to = _directed(network, direction, essential_only)
    counts, far = np.zeros((2, len(chosen)), np.int32)
    reach_sizes(row, to, chosen, _limit(steps), counts, far)
    return pl.DataFrame({"firm": _labels(network, chosen), "reached": counts, "steps": far})


def _only_links(network: SupplyNetwork) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the links that alone bring their buyer an input, and buyer x sectors + sector of the input."""
    key = network.buyer * np.int64(len(network.sectors)) + network.sector[network.supplier]
    order = np.argsort(key, kind="stable")
    key = key[order]
    edge = np.ones(len(key) + 1, bool)
    edge[1:-1] = key[1:] != key[:-1]
    only = edge[:-1] & edge[1:] if len(key) else np.zeros(0, bool)
    only &= network.supplier[order] != network.buyer[order]
    return order[only], key[only]


def _labels(network: SupplyNetwork, firms: npt.NDArray[Any]) -> pl.Series:
    if network.names is None:
        return pl.Series(firms.astype(np.int64))
    return pl.Series(network.names, dtype=pl.String).gather(firms)


def _firms(network: SupplyNetwork, firms: str | int | Iterable[str | int]) -> Codes:
    keys = [firms] if isinstance(firms, str | int | np.integer) else list(firms)
    return np.array([network.firm(k if isinstance(k, str) else int(k)) for k in keys], np.int32)


def _limit(steps: int | None) -> int:
    """Return the most steps to go as the kernels take it."""
    if steps is not None and steps < 0:
        raise NetworkError(str(steps), expected=_("a number of steps of at least 0, or none"), where="steps")
    return -1 if steps is None else steps


def _directed(network: SupplyNetwork, direction: Direction, essential_only: bool) -> Rows:
    """Return compressed rows: from suppliers to buyers, or the other way round."""
    if direction not in ("downstream", "upstream"):
        raise NetworkError(repr(direction), expected='"downstream", "upstream"', where="direction")
    source, target = network.supplier, np.asarray(network.buyer)
    if essential_only:
        keep = network.essentiality[network.sector[source], network.sector[target]] == ESSENTIAL
        source, target = source[keep], target[keep]
    if direction == "upstream":
        order = np.argsort(target, kind="stable")
        source, target = target[order], source[order]
    return _rows(source, network.n_firms), np.ascontiguousarray(target)


def _undirected(network: SupplyNetwork) -> Rows:
    """Return compressed rows in which each pair of partners stands once at either firm, self-supply left out."""
    n = network.n_firms
    supplier, buyer = network.supplier, np.asarray(network.buyer)
    other = supplier != buyer
    a, b = supplier[other].astype(np.int64), buyer[other].astype(np.int64)
    key = np.concatenate((a * n + b, b * n + a))
    key.sort()
    first = np.ones(len(key), bool)  # sorting is many times faster than numpy's unique
    first[1:] = key[1:] != key[:-1]
    key = key[first]
    return _rows(key // max(n, 1), n), (key % max(n, 1)).astype(np.int32)


def _rows(sorted_by: npt.NDArray[Any], n: int) -> npt.NDArray[np.int64]:
    row = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(sorted_by, minlength=n), out=row[1:])
    return row
