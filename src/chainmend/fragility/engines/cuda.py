"""All shocks on a CUDA device: thousands of lanes side by side, each refilled as soon as its shock has run out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainmend.errors import NetworkError
from chainmend.fragility.engines import RESULT, Job
from chainmend.i18n import _
from chainmend.registry import register

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.fragility.network import Codes, Floats, SupplyNetwork
    from chainmend.fragility.plan import Plan

WARP, ROWS = 32, 8  # threads of a block: lanes x rows
MOST_LANES = 4096  # more than keeps any device busy
STATES = 4  # arrays of shape (firms, lanes)
USABLE = 0.9  # share of the free memory
PARTS = 256  # of the sum over firms

_DOWN = ("pull_row", "pull_supplier", "pull_first", "pull_impact")
_UP = ("up_row", "up_buyer", "up_impact")
_MARKET = ("market_row", "market_firm", "market_total", "out_strength")


@register(
    "engine",
    "cuda",
    name=("CUDA 加速卡", "CUDA device"),
    reference="Diem et al. (2022), every step over all firms; one thread per firm and shock",
)
def run(
    network: SupplyNetwork,
    batches: Sequence[Codes],
    job: Job,
    workers: int | None,  # noqa: ARG001  (engines share one signature)
) -> Iterator[tuple[int, npt.NDArray[np.void]]]:
    """Solve batches on the current CUDA device, all at once as far as its memory allows.

    Parameters
    ----------
    network
        Its plan is copied to the device.
    batches
        Numbers of the firms that stop, each alone.
    job
        What all batches have in common.
    workers
        Without meaning here.

    Yields
    ------
    tuple
        Number of the batch and its results, in the order they are ready.

    Raises
    ------
    NetworkError
        If there is no device, or the network does not fit in its memory.
    """
    cuda = _device()
    lengths = np.array([len(batch) for batch in batches], np.int64)
    ends = np.cumsum(lengths)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    firms = np.concatenate([np.zeros(0, np.int32), *batches]).astype(np.int32)
    results, open_ = np.zeros(len(firms), RESULT), lengths.copy()
    arrays = _arrays(network.plan, job.weights)
    lanes = _lanes(cuda, arrays, network.n_firms, len(firms))
    for number in np.flatnonzero(lengths == 0):
        yield int(number), results[:0]
    for done, rows in _follow(_Device(cuda, arrays, lanes, job), firms, lanes, job.max_steps):
        results[done] = rows
        np.subtract.at(open_, owner[done], 1)
        for number in np.unique(owner[done]):
            if open_[number] == 0:
                yield int(number), results[ends[number] - lengths[number] : ends[number]]


def _device() -> Any:
    """Return numba's interface to a device that answers."""
    try:
        from numba import cuda

        if cuda.is_available():
            cuda.current_context()
            return cuda
        reason = str(cuda.cuda_error() or _("the driver finds none"))
    except Exception as error:  # whatever a driver, its libraries and their bindings raise
        reason = str(error) or type(error).__name__
    raise NetworkError(
        _("no CUDA device: {reason}").format(reason=" ".join(reason.split()).rstrip(".")),
        where=_('engine "{id}"').format(id="cuda"),
        do=_("install chainmend[cuda] on a machine that has one, or use another engine"),
    )


def _arrays(plan: Plan, weights: Floats) -> dict[str, npt.NDArray[Any]]:
    """Return what the kernels read, column by column."""
    columns = {name: np.asarray(getattr(plan, name)) for name in (_DOWN[0], *_UP, *_MARKET)}
    for name, dtype in (("supplier", np.int32), ("first", np.uint8), ("impact", np.float64)):
        columns[f"pull_{name}"] = np.asarray(plan.pull[name], dtype)
    return {name: np.ascontiguousarray(a) for name, a in (columns | {"weights": weights}).items()}


def _lanes(cuda: Any, arrays: dict[str, npt.NDArray[Any]], n_firms: int, shocks: int) -> int:
    """Return how many shocks are followed at once: whole warps, as many as needed and as memory allows."""
    fixed, each = sum(a.nbytes for a in arrays.values()), STATES * 8 * n_firms
    free = USABLE * cuda.current_context().get_memory_info()[0]
    if fixed + WARP * each > free:
        raise NetworkError(
            _("the network needs {need:.1f} GB on the device").format(need=(fixed + WARP * each) / 1e9),
            expected=_("at most {free:.1f} GB, what is free there").format(free=free / 1e9),
            do=_("use another engine"),
        )
    warps = min((free - fixed) / (WARP * each), -(-shocks // WARP), MOST_LANES // WARP)
    return WARP * max(1, int(warps))


class _Device:
    """State of all lanes on the device and the steps that change it."""

    def __init__(self, cuda: Any, arrays: dict[str, npt.NDArray[Any]], lanes: int, job: Job) -> None:
        from chainmend.fragility.kernels import device

        self._kernels, self._cuda, self._job = device, cuda, job
        self._on = {name: cuda.to_device(a) for name, a in arrays.items()}
        self._n = len(arrays["weights"])
        self._markets = len(arrays["market_total"])
        self._d, self._x, self._u, self._next = (
            cuda.device_array((self._n, lanes), np.float64) for _state in range(STATES)
        )
        self._lanes = lanes
        self._shock = cuda.to_device(np.full(lanes, device.IDLE, np.int32))

    def start(self, lanes: Codes, shock: Codes) -> None:
        """Begin with new shocks in `lanes`; `shock` names the firm of every lane, or none."""
        self._shock = self._cuda.to_device(shock)
        if len(lanes):
            at = self._cuda.to_device(lanes)
            self._launch("start", self._n, len(lanes), at, self._shock, self._d, self._u)

    def step(self) -> npt.NDArray[np.bool_]:
        """Go one step; return in which lanes a loss has risen by more than the tolerance."""
        job, lanes = self._job, self._lanes
        moving = self._cuda.to_device(np.zeros(lanes, np.int32))
        if self._markets:
            market = (*self._columns(_MARKET), job.scale_free, self._shock, self._d, self._x)
            self._launch("market_losses", self._markets, lanes, *market)
        else:
            self._x.copy_to_device(self._d)
        down = (*self._columns(_DOWN), job.tolerance, self._shock, self._x, self._d, moving)
        self._launch("downstream_step", self._n, lanes, *down)
        up = (*self._columns(_UP), job.tolerance, self._shock, self._u, self._next, moving)
        self._launch("upstream_step", self._n, lanes, *up)
        self._u, self._next = self._next, self._u
        return np.asarray(moving.copy_to_host() != 0)

    def sums(self, lanes: Codes) -> Floats:
        """Return total, downstream and upstream loss of `lanes`, shape (3, lanes)."""
        count = min(PARTS, self._n)
        parts = self._cuda.device_array((count, 3, len(lanes)), np.float64)
        at = self._cuda.to_device(lanes)
        self._launch("add_up", count, len(lanes), at, self._on["weights"], self._d, self._u, parts)
        return np.asarray(parts.copy_to_host().sum(axis=0))

    def _columns(self, names: tuple[str, ...]) -> list[Any]:
        return [self._on[name] for name in names]

    def _launch(self, kernel: str, rows: int, lanes: int, *arguments: Any) -> None:
        grid = (-(-rows // ROWS), -(-lanes // WARP))
        getattr(self._kernels, kernel)[grid, (WARP, ROWS)](*arguments)


def _follow(
    device: _Device, firms: Codes, lanes: int, max_steps: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.void]]]:
    """Follow all shocks; yield the places in `firms` of those that have just ended, and their results."""
    from chainmend.fragility.kernels.device import IDLE

    shock = np.full(lanes, IDLE, np.int32)
    place, steps = np.zeros(lanes, np.int64), np.zeros(lanes, np.int32)
    free, given = np.arange(lanes, dtype=np.int32), 0
    while True:
        if len(free):
            shock[free] = IDLE
            new = free[: len(firms) - given]
            place[new] = np.arange(given, given + len(new))
            shock[new], steps[new] = firms[place[new]], 0
            given += len(new)
            device.start(new, shock)
        live = shock != IDLE
        if not live.any():
            return
        moving = device.step()
        steps[live] += 1
        free = np.flatnonzero(live & (~moving | (steps >= max_steps))).astype(np.int32)
        if len(free):
            rows = np.zeros(len(free), RESULT)
            rows["total"], rows["downstream"], rows["upstream"] = device.sums(free)
            rows["steps"], rows["converged"] = steps[free], ~moving[free]
            yield place[free], rows
