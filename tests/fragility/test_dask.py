"""The Dask engine: a killed worker's batches are solved again, and a killed run goes on where it stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.fragility.test_engines import assert_same, job, network, solve

from chainmend.errors import NetworkError
from chainmend.fragility import memory
from chainmend.fragility.engines import dask_
from chainmend.fragility.network import SupplyNetwork

distributed = pytest.importorskip("distributed")

FIRMS, BATCHES = 1500, 60


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> SupplyNetwork:
    return SupplyNetwork.open(network(FIRMS, 7).save(tmp_path_factory.mktemp("dask") / "network"))


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of a scheduler with two worker processes, which end with the module."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as connected,
    ):
        yield connected


@pytest.fixture
def scheduler(client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same, named to the engine as a user names it."""
    monkeypatch.setenv(dask_.SCHEDULER, client.scheduler.address)
    client.wait_for_workers(2, timeout=20)
    return client


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether `condition` comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def firms() -> list[np.ndarray]:
    return np.array_split(np.arange(FIRMS, dtype=np.int32), BATCHES)


def test_the_batches_of_a_killed_worker_are_solved_again(scheduler: Any, saved: SupplyNetwork) -> None:
    task = job(saved)
    processes = scheduler.run(os.getpid)
    results = dask_.run(saved, firms(), task, None)
    got = dict([next(results)])
    address, waiting = max(scheduler.processing().items(), key=lambda item: len(item[1]))
    assert waiting, "the worker has to be killed in the middle of its work"
    os.kill(processes[address], signal.SIGKILL)
    got.update(results)
    assert sorted(got) == list(range(BATCHES))
    assert_same(np.concatenate([got[number] for number in range(BATCHES)]), solve("threads", saved, task))
    assert not alive(processes[address])
    assert until(lambda: len(scheduler.run(os.getpid)) == 2)
    assert processes[address] not in scheduler.run(os.getpid).values()


def test_a_worker_opens_the_network_once(scheduler: Any, tmp_path: Path) -> None:
    def opened() -> tuple[int, int]:
        from chainmend.fragility.engines import dask_

        info = dask_._opened.cache_info()
        return info.misses, info.hits

    net = SupplyNetwork.open(network(30, 8).save(tmp_path / "network"))
    before = scheduler.run(opened)
    assert len(list(dask_.run(net, np.array_split(np.arange(30, dtype=np.int32), 20), job(net), None))) == 20
    after = scheduler.run(opened)
    misses, hits = (sum(after[w][k] - before[w][k] for w in after) for k in (0, 1))
    assert 1 <= misses <= len(after)
    assert misses + hits == 20


def test_a_batch_that_kills_its_workers_is_given_up(
    scheduler: Any, saved: SupplyNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def allow(failures: int) -> int:
        def on(dask_scheduler: Any) -> int:
            old = dask_scheduler.allowed_failures
            dask_scheduler.allowed_failures = failures
            return int(old)

        return int(scheduler.run_on_scheduler(on))

    monkeypatch.setattr(dask_, "_solve", lambda *given: os._exit(1))
    usual = allow(0)
    try:
        with pytest.raises(NetworkError, match="batch 0: the workers that took this batch died"):
            list(dask_.run(saved, firms()[:1], job(saved), None))
    finally:
        allow(usual)


def test_an_error_on_a_worker_reaches_the_caller(scheduler: Any, tmp_path: Path) -> None:
    net = SupplyNetwork.open(network(8, 1).save(tmp_path / "network"))
    (tmp_path / "network" / "plan_push.npy").unlink()
    with pytest.raises(NetworkError, match="save the network again"):
        list(dask_.run(net, [np.arange(8, dtype=np.int32)], job(net), None))


def test_a_scheduler_needs_a_saved_network(scheduler: Any, saved: SupplyNetwork) -> None:
    for net in (network(8, 1), replace(saved, market=None)):
        with pytest.raises(NetworkError, match="the network is not saved; expected: a network opened from"):
            list(dask_.run(net, [np.arange(8, dtype=np.int32)], job(net), None))


def test_a_changed_copy_of_an_opened_network_is_not_taken_for_the_saved_one(
    saved: SupplyNetwork, tmp_path: Path
) -> None:
    assert saved.folder is not None
    assert dask_._saved(saved, None) == saved.folder.resolve()
    assert dask_._saved(network(8, 1), tmp_path / "a") == tmp_path / "a"
    for number, copy in enumerate((replace(saved, market=None), replace(saved, weight=saved.weight * 2))):
        folder = dask_._saved(copy, tmp_path / str(number))
        again = SupplyNetwork.open(folder)
        np.testing.assert_array_equal(again.weight, copy.weight)
        assert (again.market is None) == (copy.market is None)


def test_no_scheduler_at_the_address(saved: SupplyNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(dask_.SCHEDULER, "tcp://127.0.0.1:9")
    monkeypatch.setattr(dask_, "PATIENCE", 0.5)
    with pytest.raises(NetworkError, match=r"CHAINMEND_DASK=tcp://127\.0\.0\.1:9: no Dask scheduler"):
        list(dask_.run(saved, firms()[:1], job(saved), None))


def test_workers_that_do_not_fit_in_memory_are_not_started(
    saved: SupplyNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "bytes_available", lambda: 1000)
    with pytest.raises(NetworkError, match=r"1,500 firms and .* links on 3 threads need 0\.\d+ GB of memory"):
        list(dask_.run(saved, firms(), job(saved), 3))


def test_without_dask_the_error_says_what_to_install(
    saved: SupplyNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NetworkError, match=r"Dask is not installed.*install chainmend\[dask\]"):
        list(dask_.run(saved, firms()[:1], job(saved), None))


def test_a_run_that_is_left_early_leaves_no_process(saved: SupplyNetwork) -> None:
    results = dask_.run(saved, firms(), job(saved), 1)
    next(results)
    (pid,) = distributed.get_client().run(os.getpid).values()
    assert alive(pid)
    results.close()
    assert until(lambda: not alive(pid))


RUN = """
import sys, time
from pathlib import Path
from chainmend.fragility.network import SupplyNetwork

if __name__ == "__main__":
    net = SupplyNetwork.open(sys.argv[1])
    net.esri(engine="dask", workers=1, folder=Path(sys.argv[2]), progress=lambda done, of: time.sleep(0.3))
"""


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def test_a_killed_run_goes_on_where_it_stopped(saved: SupplyNetwork, tmp_path: Path) -> None:
    script, parts = tmp_path / "run.py", tmp_path / "parts"
    script.write_text(RUN)
    with subprocess.Popen([sys.executable, str(script), str(saved.folder), str(parts)]) as process:
        assert until(lambda: len(list(parts.glob("part-*.npy"))) >= 2, seconds=60)
        started = children(process.pid)
        process.kill()
    assert started
    assert until(lambda: not any(alive(pid) for pid in started))
    done = {part: part.stat().st_mtime_ns for part in parts.glob("part-*.npy")}
    whole = saved.esri(engine="dask", workers=1, folder=parts)
    assert {part: part.stat().st_mtime_ns for part in done} == done, "finished parts were solved again"
    assert len(list(parts.glob("part-*.npy"))) > len(done), "the run was over before it was killed"
    threads = saved.esri()
    for name in ("total", "downstream", "upstream", "steps", "converged"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(threads, name))
