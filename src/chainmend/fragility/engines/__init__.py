"""Engines solve many single-firm cascades; one file each, all with the same answer.

An engine is a function registered under the kind ``engine``: it is given a network, batches of firms and a `Job`, and
yields the number of each batch with its results as they are ready.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESULT = np.dtype(
    [("total", "f8"), ("downstream", "f8"), ("upstream", "f8"), ("steps", "i4"), ("converged", "?")]
)


@dataclass(frozen=True)
class Job:
    """What all batches have in common.

    Attributes
    ----------
    tolerance
        A cascade ends with the first step in which no firm's loss rises by more.
    scale_free
        Whether a market of which nothing is left counts as irreplaceable whatever the unit of money.
    max_steps
        Steps after which a cascade is given up as not converged.
    weights
        Shape (n,): importance of each firm, sum 1.
    """

    tolerance: float
    scale_free: bool
    max_steps: int
    weights: npt.NDArray[np.float64]
