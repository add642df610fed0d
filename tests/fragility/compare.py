"""ESRI by the slow ways that the fast ones are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from tests.oracle.dense import dense_cascade

from chainmend.fragility.engines import Job, threads
from chainmend.fragility.esri import Esri, weights_of

if TYPE_CHECKING:
    from chainmend.fragility.network import SupplyNetwork

FIELDS = ("total", "downstream", "upstream")


def assert_same(came: Any, wanted: Any, atol: float = 1e-9) -> None:
    """Same losses, exactly the same steps."""
    for name in FIELDS:
        np.testing.assert_allclose(
            getattr(came, name), getattr(wanted, name), rtol=0, atol=atol, err_msg=name
        )
    np.testing.assert_array_equal(came.steps, wanted.steps)
    np.testing.assert_array_equal(came.converged, wanted.converged)


def dense(net: SupplyNetwork, firms: Any = None, **options: Any) -> Esri:
    """What the kernel that recomputes every firm at every step says."""
    chosen = np.arange(net.n_firms, dtype=np.int32) if firms is None else np.asarray(firms, np.int32)
    task = {"tolerance": 1e-2, "scale_free": False, "max_steps": 1000, "weights": None} | options
    job = Job(**task | {"weights": weights_of(net, task["weights"])})
    total, downstream, upstream, steps, converged = threads._dense(net.plan, job, chosen).T
    return Esri(chosen, total, downstream, upstream, steps.astype(np.int32), converged.astype(bool))


def twin(net: SupplyNetwork, firm: int, weights: Any, **options: Any) -> tuple[list[float], int]:
    """The numbers of one firm by the dense matrices."""
    d, u, steps = dense_cascade(net, np.arange(net.n_firms) == firm, **options)
    v = np.asarray(weights, float) / np.sum(weights)
    return [v @ np.maximum(d, u), v @ d, v @ u], steps
