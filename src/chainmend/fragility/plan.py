"""The arrays the cascade's kernels read: impact of every link, grouped as the production function needs it.

Built once from a network and independent of the shock. Downstream (supplier i to buyer j) the impact is the share of i
in j's purchases of that essential input, or in all j buys for a substitutable one; upstream it is the share of j in i's
sales. Both directions are kept by the firm a loss leaves (to push losses from few firms) and by the firm it reaches (to
pull them from all).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from chainmend.errors import NetworkError
from chainmend.fragility.production import ESSENTIAL, IRRELEVANT
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.network import SupplyNetwork

ALONE, LINEAR = -1, -2  # slots of a link that is alone in its group, and of one among substitutable inputs
PUSH = np.dtype([("buyer", np.int32), ("slot", np.int32), ("impact", np.float64)], align=True)
PULL = np.dtype([("supplier", np.int32), ("first", np.int32), ("impact", np.float64)], align=True)
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Pointers = npt.NDArray[np.int64]


class Plan(NamedTuple):
    """Impacts in the order the kernels read them; n firms, links as far as they matter downstream.

    Attributes
    ----------
    push_row, push
        Links by supplier: buyer, slot, impact. A slot >= 0 numbers the sum of several suppliers of one essential
        input of one buyer; `ALONE` needs no sum, `LINEAR` belongs to the buyer's sum of substitutable inputs.
    slot_row
        Shape (n + 1,): the slots of buyer j are ``slot_row[j]:slot_row[j + 1]``.
    pull_row, pull
        Links by buyer, group after group: supplier, 1 at the first link of a group, impact.
    up_row, up_buyer, up_impact
        Upstream by supplier: what a loss of this buyer means for the supplier.
    back_row, back_supplier, back_impact
        The same by buyer.
    market, market_row, market_firm, market_total
        Market of each firm, firms by market, and what a market sells; market is empty where nobody can be replaced.
    out_strength
        Sales inside the network.
    """

    push_row: Pointers
    push: npt.NDArray[np.void]
    slot_row: Pointers
    pull_row: Pointers
    pull: npt.NDArray[np.void]
    up_row: Pointers
    up_buyer: Codes
    up_impact: Floats
    back_row: Pointers
    back_supplier: Codes
    back_impact: Floats
    market: Codes
    market_row: Pointers
    market_firm: Codes
    market_total: Floats
    out_strength: Floats

    @property
    def n_firms(self) -> int:
        """Number of firms."""
        return len(self.push_row) - 1

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self)

    @property
    def contracting(self) -> bool:
        """Whether no loss can grow on its way: the impacts on a firm, or on one input of it, sum to at most 1.

        True unless `revenue` or `costs` was given and is smaller than what is traded inside the network.
        """
        return max(self._largest_row, self._largest_group) <= 1.0 + 1e-9

    @property
    def _largest_group(self) -> float:
        if not len(self.pull):
            return 0.0
        return float(np.add.reduceat(self.pull["impact"], np.flatnonzero(self.pull["first"])).max())

    @property
    def _largest_row(self) -> float:
        sums = np.add.reduceat(np.append(self.up_impact, 0.0), self.up_row[:-1])
        return float(sums[np.diff(self.up_row) > 0].max(initial=0.0))

    def save(self, folder: Path) -> None:
        """Write every array to ``plan_<name>.npy``."""
        for name, array in self._asdict().items():
            np.save(folder / f"plan_{name}.npy", array)

    @classmethod
    def open(cls, folder: Path) -> Plan:
        """Map the arrays of a saved plan into memory."""
        try:
            return cls(*(np.asarray(np.load(folder / f"plan_{f}.npy", mmap_mode="r")) for f in cls._fields))
        except (OSError, ValueError, EOFError) as error:
            raise NetworkError(
                str(error), expected=_("the files `SupplyNetwork.save` wrote"), where=str(folder),
                do=_("save the network again"),
            ) from error  # fmt: skip


def build_plan(network: SupplyNetwork) -> Plan:
    """Return the plan of a network."""
    n, out = network.n_firms, np.asarray(network.out_strength)
    supplier, buyer = network.supplier, np.asarray(network.buyer)
    up = np.asarray(network.weight) / np.repeat(_size(out, network.revenue), np.diff(network.row))
    by_buyer = np.argsort(buyer, kind="stable")
    pull_row, pull, push_row, push, slot_row = _downstream(network, supplier, buyer)
    market, market_row, market_firm, total = _markets(network, out)
    plan = Plan(
        push_row=push_row,
        push=push,
        slot_row=slot_row,
        pull_row=pull_row,
        pull=pull,
        up_row=np.array(network.row),
        up_buyer=buyer.copy(),
        up_impact=up,
        back_row=_rows(buyer, n),
        back_supplier=supplier[by_buyer],
        back_impact=up[by_buyer],
        market=market,
        market_row=market_row,
        market_firm=market_firm,
        market_total=total,
        out_strength=out.copy(),
    )
    for array in plan:
        array.flags.writeable = (
            False  # as the arrays of an opened plan are: the kernels are compiled once for both
        )
    return plan


def _size(strength: Floats, given: Floats | None) -> Floats:
    """What shares are taken of; 1 where it is zero."""
    size = strength if given is None else np.asarray(given)
    return np.where(size > 0, size, 1.0)


def _rows(codes: Codes, n: int) -> Pointers:
    return np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=n))]).astype(np.int64)


def _downstream(
    network: SupplyNetwork, supplier: Codes, buyer: Codes
) -> tuple[Pointers, npt.NDArray[np.void], Pointers, npt.NDArray[np.void], Pointers]:
    """Return pull rows and links, push rows and links, and the rows of the slots."""
    n, m = network.n_firms, len(network.sectors)
    sector = np.asarray(network.sector)
    kind = network.essentiality[sector[supplier], sector[buyer]]
    keep = kind != IRRELEVANT
    # one group per buyer for substitutable inputs (0), one per sector of an essential input (1 + sector)
    inside = np.where(kind == ESSENTIAL, 1 + sector[supplier], 0)
    group = buyer.astype(np.int64) * (m + 1) + inside
    order = np.flatnonzero(keep)[np.argsort(group[keep], kind="stable")]
    group, own, source = group[order], buyer[order], supplier[order]
    first = np.ones(len(order), bool)
    first[1:] = group[1:] != group[:-1]
    number = np.cumsum(first) - 1
    weight = np.asarray(network.weight)[order]
    sums, counts = np.bincount(number, weight), np.bincount(number)
    essential = kind[order] == ESSENTIAL
    base = np.where(essential, sums[number] if len(order) else 0.0, _size(network.in_strength, None)[own])
    impact = weight / base
    if network.costs is not None:
        impact *= (_size(network.in_strength, None) / _size(network.in_strength, network.costs))[own]
    pull = np.empty(len(order), PULL)
    pull["supplier"], pull["first"], pull["impact"] = source, first, impact
    slot, slot_row = _slots(number, counts, essential, first, own, n)
    back = np.argsort(source, kind="stable")
    push = np.empty(len(order), PUSH)
    push["buyer"], push["slot"], push["impact"] = own[back], slot[back], impact[back]
    return _rows(own, n), pull, _rows(source, n), push, slot_row


def _slots(
    number: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
    essential: npt.NDArray[np.bool_],
    first: npt.NDArray[np.bool_],
    own: Codes,
    n: int,
) -> tuple[Codes, Pointers]:
    """Return the slot of every link and the slots of every buyer."""
    if not len(number):
        return np.zeros(0, np.int32), np.zeros(n + 1, np.int64)
    summed = (counts > 1) & essential[first]
    numbered = np.where(summed, np.cumsum(summed) - 1, np.where(counts > 1, LINEAR, ALONE))
    return numbered[number].astype(np.int32), _rows(own[first][summed], n)


def _markets(network: SupplyNetwork, out: Floats) -> tuple[Codes, Pointers, Codes, Floats]:
    if network.market is None:
        none = np.zeros(0, np.int32)
        return none, np.zeros(1, np.int64), none, np.zeros(0)
    market = np.asarray(network.market)
    count = int(market.max(initial=-1)) + 1
    members = np.argsort(market, kind="stable").astype(np.int32)
    total = np.bincount(market, out, count).astype(np.float64)
    return market.copy(), _rows(market, count), members, total
