"""ESRI, the economic systemic risk index: what share of everything is lost when a firm fails, for every firm.

Reference: Diem, Borsos, Reisch, Kertesz, Thurner (2022), Quantifying firm-level economic systemic risk from nation-wide
supply networks, Scientific Reports 12, 7719.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chainmend.errors import NetworkError
from chainmend.fragility.edges import per_firm
from chainmend.fragility.engines import RESULT, Job
from chainmend.i18n import _
from chainmend.registry import get

if TYPE_CHECKING:
    from chainmend.fragility.network import Codes, Floats, SupplyNetwork

_HOMES = {"threads": "threads", "dask": "dask_", "cuda": "cuda"}
_BATCHES, _SMALLEST, _LARGEST = 8, 256, 8192
_JOB = "job.json"


@dataclass(frozen=True)
class Esri:
    """Losses when each of `firms` fails alone, as shares of the whole (0..1); arrays of one length.

    Attributes
    ----------
    firms
        Numbers of the firms that fail.
    total
        The index: weighted sum over all firms of the larger of both losses.
    downstream, upstream
        Through missing inputs, and through missing demand.
    steps
        Steps until no loss rose by more than the tolerance.
    converged
        Whether that was reached within the most steps allowed.
    """

    firms: Codes
    total: Floats
    downstream: Floats
    upstream: Floats
    steps: Codes
    converged: npt.NDArray[np.bool_]


def esri(
    network: SupplyNetwork,
    *,
    tolerance: float = 1e-2,
    firms: Sequence[int | str] | npt.NDArray[np.integer] | None = None,
    weights: npt.ArrayLike | None = None,
    engine: str = "threads",
    scale_free: bool = False,
    max_steps: int = 1000,
    workers: int | None = None,
    folder: Path | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Esri:
    """Compute the index of all firms, or of some; see `SupplyNetwork.esri`."""
    workers = checked_workers(workers)
    chosen = _chosen(network, firms)
    job = Job(*checked(tolerance, scale_free, max_steps), weights_of(network, weights))
    parts = _Parts(Path(folder), network, job, chosen) if folder is not None else None
    results = np.zeros(len(chosen), RESULT)
    starts = _starts(len(chosen))
    waiting = []
    for number, (begin, end) in enumerate(starts):
        kept = parts.read(number, end - begin) if parts else None
        if kept is None:
            waiting.append(number)
        else:
            results[begin:end] = kept
    done = len(chosen) - sum(starts[w][1] - starts[w][0] for w in waiting)
    if progress is not None:
        progress(done, len(chosen))
    batches = [chosen[slice(*starts[number])] for number in waiting]
    for at, rows in _engine(engine)(network, batches, job, workers) if batches else ():
        number = waiting[at]
        results[slice(*starts[number])] = rows
        if parts:
            parts.write(number, rows)
        done += len(rows)
        if progress is not None:
            progress(done, len(chosen))
    warn_unconverged(results["converged"], max_steps)
    return Esri(chosen, *(results[name].copy() for name in RESULT.names or ()))


def _starts(count: int) -> list[tuple[int, int]]:
    """Begin and end of the batches; they depend on nothing but the number of firms, so that a run can be resumed."""
    size = min(_LARGEST, max(_SMALLEST, -(-count // _BATCHES)))
    return [(begin, min(begin + size, count)) for begin in range(0, count, size)]


def _engine(id: str) -> Callable[..., Iterator[tuple[int, npt.NDArray[np.void]]]]:
    if id not in _HOMES:
        raise NetworkError(id, expected=_("one of: {ids}").format(ids=", ".join(_HOMES)), where="engine")
    import_module(f"chainmend.fragility.engines.{_HOMES[id]}")
    return get("engine", id).function


def _chosen(network: SupplyNetwork, firms: Sequence[int | str] | npt.NDArray[np.integer] | None) -> Codes:
    if firms is None:
        return np.arange(network.n_firms, dtype=np.int32)
    return np.array([network.firm(f) for f in firms], np.int32)


def checked(tolerance: float, scale_free: bool, max_steps: int) -> tuple[float, bool, int]:
    """Return the settings of a cascade, or raise where one is out of its range."""
    if not isinstance(tolerance, Real) or not 0.0 < tolerance < 1.0:
        raise NetworkError(str(tolerance), expected=_("a number between 0 and 1"), where="tolerance")
    _count(max_steps, "max_steps")
    return float(tolerance), bool(scale_free), int(max_steps)


def checked_workers(workers: int | None) -> int | None:
    """Return a number of workers, or None for one a core."""
    if workers is not None:
        _count(workers, "workers")
    return workers


def _count(value: object, what: str) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise NetworkError(
            str(value), expected=_("a whole number of at least {least}").format(least=1), where=what
        )


def weights_of(network: SupplyNetwork, weights: npt.ArrayLike | None) -> Floats:
    """Return weights of sum 1; what firms sell inside the network where none are given."""
    given = (
        network.out_strength if weights is None else per_firm(np.asarray(weights), network.n_firms, "weights")
    )
    with np.errstate(over="ignore"):  # refused below
        total = float(given.sum())
    if not np.isfinite(total):
        raise NetworkError(
            _("a sum that is not finite"), expected=_("weights that can be added"), where="weights"
        )
    if total <= 0:
        raise NetworkError(
            _("all weights are zero"), expected=_("at least one firm that counts"), where="weights"
        )
    return np.asarray(given / total)


def warn_unconverged(converged: npt.NDArray[np.bool_], max_steps: int) -> None:
    """Warn where a cascade was given up."""
    left = int((~converged).sum())
    if left:
        text = _("{n} of {all} cascades had not come to rest after {steps} steps; their losses are not final")
        warnings.warn(text.format(n=left, all=len(converged), steps=max_steps), RuntimeWarning, stacklevel=4)


class _Parts:
    """Results of finished batches in a folder, so that a run that was killed goes on where it was."""

    def __init__(self, folder: Path, network: SupplyNetwork, job: Job, firms: Codes) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise NetworkError(
                _("a file stands in the way"), expected=_("an empty or new folder"), where=str(folder)
            ) from error
        mine = {"job": _fingerprint(network, job, firms), "firms": len(firms)}
        known = folder / _JOB
        if known.exists():
            if _read_json(known) != mine:
                raise NetworkError(
                    _("the folder holds results of another network or of other settings"),
                    expected=_("an empty folder, or that of the same run"),
                    where=str(folder),
                )
            return
        if any(folder.glob("part-*.npy")):
            raise NetworkError(
                _("results without {name}").format(name=_JOB),
                expected=_("an empty folder, or that of the same run"),
                where=str(folder),
            )
        _whole(known, lambda file: file.write(json.dumps(mine).encode()))

    def read(self, number: int, length: int) -> npt.NDArray[np.void] | None:
        """Return a finished batch, None where it is missing or torn."""
        try:
            rows: npt.NDArray[np.void] = np.load(self._path(number))
        except (OSError, ValueError, EOFError):
            return None
        return rows if rows.dtype == RESULT and len(rows) == length else None

    def write(self, number: int, rows: npt.NDArray[np.void]) -> None:
        """Keep a finished batch."""
        _whole(self._path(number), lambda file: np.save(file, rows))

    def _path(self, number: int) -> Path:
        return self._folder / f"part-{number:05d}.npy"


def _read_json(path: Path) -> object:
    """Return what a file holds, None where it is no JSON."""
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError:
        return None


def _whole(path: Path, write: Callable[..., object]) -> None:
    """Write a file that appears whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _fingerprint(network: SupplyNetwork, job: Job, firms: Codes) -> str:
    digest = hashlib.sha256(f"{job.tolerance!r} {job.scale_free} {job.max_steps}".encode())
    arrays = (
        network.row, network.buyer, network.weight, network.sector, network.essentiality, network.market,
        network.revenue, network.costs, job.weights, firms,
    )  # fmt: skip
    for array in arrays:
        digest.update(b"none" if array is None else np.ascontiguousarray(array).view(np.uint8).data)
    return digest.hexdigest()
