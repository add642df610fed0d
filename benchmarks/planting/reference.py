"""Losses by the definition of the cascade, link by link and to rest: nothing of the program's own is used here.

The state is one column a scenario. Every step is a line of the definition (Diem et al. 2022, with the replaceability of
Diem et al. 2024); it goes on until nothing moves by more than 1e-9, where the scan stops at a hundredth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
REST, MOST_STEPS, COLUMNS = 1e-9, 1000, 128


@dataclass(frozen=True)
class Links:
    """Who sells how much to whom, and whether the buyer can do without it; one entry a link."""

    supplier: npt.NDArray[np.int64]
    buyer: npt.NDArray[np.int64]
    amount: Floats
    essential: npt.NDArray[np.bool_]


class Network:
    """A city's firms and links, made ready for shocks.

    Parameters
    ----------
    kind
        What each firm makes, shape (n,), from 0: firms of one kind replace each other.
    links
        Supply links of a year.
    output, weight
        What each firm makes a year, and what of it counts in a loss, shape (n,).
    """

    def __init__(self, kind: npt.NDArray[np.int64], links: Links, output: Floats, weight: Floats) -> None:
        n = len(kind)
        self.kind, self.links, self.output, self.weight = kind, links, output, weight
        i, j, w, hard = links.supplier, links.buyer, links.amount, links.essential
        self.sold = np.bincount(i, w, n)
        bought = np.bincount(j, w, n)
        soft = ~hard
        self.linear = _matrix(w[soft] / bought[j[soft]], j[soft], i[soft], (n, n))
        pairs, group = np.unique(np.stack([j[hard], kind[i[hard]]]), axis=1, return_inverse=True)
        group = group.reshape(-1)
        of_kind = np.bincount(group, w[hard], pairs.shape[1])
        self.scarce = _matrix(w[hard] / of_kind[group], group, i[hard], (pairs.shape[1], n))
        self.buyers, self.first = np.unique(pairs[0], return_index=True)
        revenue = np.maximum(output, self.sold)
        self.demand = _matrix(w / revenue[i], i, j, (n, n))
        self.market = _matrix(np.ones(n), kind, np.arange(n), (int(kind.max()) + 1, n))

    def losses(self, stopped: Floats) -> Floats:
        """Share of the city's output lost in each scenario; `stopped` is (n, scenarios), 1 where a firm stops."""
        parts = [self._rest(stopped[:, k : k + COLUMNS]) for k in range(0, stopped.shape[1], COLUMNS)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _rest(self, stopped: Floats) -> Floats:
        down = up = stopped
        for _step in range(MOST_STEPS):
            lost = self._replaceable(down) * down
            after = np.maximum(stopped, self.linear @ lost)
            if len(self.buyers):
                scarcest = np.maximum.reduceat(self.scarce @ lost, self.first, axis=0)
                after[self.buyers] = np.maximum(after[self.buyers], scarcest)
            after, above = np.minimum(after, 1), np.minimum(np.maximum(stopped, self.demand @ up), 1)
            moved = max(np.abs(after - down).max(), np.abs(above - up).max())
            down, up = after, above
            if moved <= REST:
                break
        return np.asarray(self.weight / self.weight.sum() @ np.maximum(down, up))

    def _replaceable(self, down: Floats) -> Floats:
        """Part of a firm's loss that nobody of its market makes good."""
        whole = (self.market @ self.sold)[self.kind][:, None]
        left = (self.market @ (self.sold[:, None] * (1 - down)))[self.kind]
        sold = self.sold[:, None]
        gone = left <= 1e-10 * whole
        return np.where(gone, sold > 0, np.minimum(1, sold / np.where(gone, 1, left)))

    def mended(self, kind: int, share: float, local: npt.NDArray[np.bool_]) -> Network:
        """Return this city with one firm more, which sells `share` of what local firms buy of a kind."""
        old, n = self.links, len(self.kind)
        taken = (self.kind[old.supplier] == kind) & local[old.buyer]
        new = Links(
            np.concatenate([old.supplier, np.full(taken.sum(), n)]),
            np.concatenate([old.buyer, old.buyer[taken]]),
            np.concatenate([np.where(taken, 1 - share, 1) * old.amount, share * old.amount[taken]]),
            np.concatenate([old.essential, old.essential[taken]]),
        )
        return Network(
            np.append(self.kind, kind),
            merged(new, n + 1),
            np.append(self.output, 0.0),
            np.append(self.weight, 0.0),
        )


def merged(links: Links, n: int) -> Links:
    """One link a supplier and buyer, those of nothing left out."""
    key, first, at = np.unique(links.supplier * n + links.buyer, return_index=True, return_inverse=True)
    amount = np.bincount(at.reshape(-1), links.amount, len(key)).astype(np.float64)
    kept = amount > 0
    return Links(key[kept] // n, key[kept] % n, amount[kept], links.essential[first][kept])


def _matrix(values: Floats, row: Any, column: Any, shape: tuple[int, int]) -> Any:
    return sparse.csr_array((values, (row, column)), shape=shape)


def stops(sets: list[npt.NDArray[np.int64]], n: int) -> Floats:
    """One column for each set of firms that stops."""
    found = np.zeros((n, len(sets)))
    for k, firms in enumerate(sets):
        found[firms, k] = 1.0
    return found
