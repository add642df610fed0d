"""Batches of shocks on many processes or machines through Dask.

Every worker process opens the saved network once, mapped into memory, so that workers of one machine share its pages;
a task carries nothing but numbers of firms. The batches of a worker that is killed are given to another.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chainmend.errors import NetworkError
from chainmend.fragility.memory import check_memory
from chainmend.i18n import _
from chainmend.registry import register

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.fragility.engines import Job
    from chainmend.fragility.network import Codes, SupplyNetwork

SCHEDULER = "CHAINMEND_DASK"
PATIENCE = 30  # seconds to wait for a scheduler and its first worker


@register(
    "engine",
    "dask",
    name=("Dask 集群", "Dask cluster"),
    reference="Rocklin (2015), Dask: parallel computation with blocked algorithms and task scheduling",
)
def run(
    network: SupplyNetwork, batches: Sequence[Codes], job: Job, workers: int | None
) -> Iterator[tuple[int, npt.NDArray[np.void]]]:
    """Solve batches on the workers of a Dask cluster, local by default.

    Parameters
    ----------
    network
        A saved network is opened by each worker. For a local cluster any other is saved to a temporary folder first;
        the workers of a scheduler elsewhere need a folder that all of them can read.
    batches
        Numbers of the firms that stop, each alone.
    job
        What all batches have in common.
    workers
        Processes of the local cluster, by default one a core. Without meaning where the environment variable
        ``CHAINMEND_DASK`` names a scheduler, such as ``tcp://10.0.0.7:8786``, whose workers are used.

    Yields
    ------
    tuple
        Number of the batch and its results, in the order they are ready.

    Raises
    ------
    NetworkError
        If Dask is not installed, the network does not fit in memory, the scheduler does not answer, or a batch loses
        one worker after the other.

    Notes
    -----
    The processes of a local cluster are spawned: a script that starts one runs its main part under
    ``if __name__ == "__main__":``.
    """
    distributed = _distributed()
    workers = max(1, min(workers or os.cpu_count() or 1, len(batches)))
    with tempfile.TemporaryDirectory(prefix="chainmend-") as scratch:
        address = os.environ.get(SCHEDULER)
        if not address:
            check_memory(network, workers)
        folder = _saved(network, None if address else Path(scratch) / "network")
        with _client(distributed, address, workers, scratch) as client:
            yield from _solved(distributed, client, folder, batches, job)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise NetworkError(
            _("Dask is not installed"),
            where=_('engine "{id}"').format(id="dask"),
            do=_("install chainmend[dask], or use another engine"),
        ) from error
    return distributed


def _saved(network: SupplyNetwork, folder: Path | None) -> Path:
    """Return the folder of the network, saved to `folder` if it is not on disk as it is in memory."""
    if network.folder is not None and _is_that_of(network.folder, network):
        return network.folder.resolve()
    if folder is None:
        raise NetworkError(
            _("the network is not saved"),
            expected=_("a network opened from a folder that every worker of the cluster can read"),
            do=_("save the network and open it with `SupplyNetwork.open`"),
        )
    return network.save(folder)


def _is_that_of(folder: Path, network: SupplyNetwork) -> bool:
    """Whether the arrays of the network are those of the folder; a changed copy of an opened network has others."""
    for field in fields(network):
        value, file = getattr(network, field.name), folder / f"{field.name}.npy"
        if value is None and file.exists():
            return False
        if isinstance(value, np.ndarray):
            mapped = value.filename if isinstance(value, np.memmap) else None
            if mapped is None or Path(mapped).resolve() != file.resolve():
                return False
    return True


@contextmanager
def _client(distributed: Any, address: str | None, workers: int, scratch: str) -> Iterator[Any]:
    """Connect to the scheduler at `address`, or to a cluster of this machine that ends with the block."""
    if address:
        with _reached(distributed, address) as client:
            yield client
        return
    with (
        # No limit on memory: the pages of the mapped network, shared by all, would count against each worker.
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=0,
            local_directory=scratch,
            silence_logs=logging.ERROR,  # a worker that died is no loss: its batches are solved again
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def _reached(distributed: Any, address: str) -> Any:
    """Return a client of a scheduler that answers and has a worker."""
    client = None
    try:
        client = distributed.Client(address, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        if client is not None:
            client.close()
        raise NetworkError(
            _("no Dask scheduler with a worker answers"),
            expected=_("an address such as tcp://127.0.0.1:8786"),
            where=f"{SCHEDULER}={address}",
            do=_("start one with `dask scheduler` and `dask worker`, or unset the variable"),
        ) from error
    return client


def _solved(
    distributed: Any, client: Any, folder: Path, batches: Sequence[Codes], job: Job
) -> Iterator[tuple[int, npt.NDArray[np.void]]]:
    stamp = (folder / "network.json").stat().st_mtime_ns
    # The job is a task too: the scheduler keeps it, so that it comes back when all workers that had it are gone.
    shared = client.submit(_itself, job, pure=False)
    waiting = {
        client.submit(
            _solve, str(folder), stamp, batch, shared, pure=False, key=f"esri-{shared.key}-{number}"
        ): number
        for number, batch in enumerate(batches)
    }
    for future in distributed.as_completed(list(waiting)):
        number = waiting.pop(future)
        try:
            yield number, future.result()
        except distributed.KilledWorker as error:
            raise NetworkError(
                _("the workers that took this batch died one after the other"),
                where=_("batch {number}").format(number=number),
                do=_("use fewer workers, so that each has more memory, or smaller batches"),
            ) from error


def _itself(job: Job) -> Job:
    return job


@lru_cache(maxsize=1)
def _opened(folder: str, stamp: int) -> SupplyNetwork:  # noqa: ARG001
    """Open a network once a process; `stamp` tells a network that was saved anew from the one before."""
    from chainmend.fragility.network import SupplyNetwork

    return SupplyNetwork.open(folder)


def _solve(folder: str, stamp: int, batch: Codes, job: Job) -> npt.NDArray[np.void]:
    """Solve one batch; runs on a worker."""
    from chainmend.fragility.engines import threads

    ((_number, result),) = threads.run(_opened(folder, stamp), [batch], job, 1)
    return result
