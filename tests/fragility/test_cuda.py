"""The CUDA engine: on the simulator of numba here, on a device where there is one; without, an error that says why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.fragility.test_engines import assert_same, batches, job, network, solve, twin

from chainmend.errors import NetworkError
from chainmend.fragility.engines import RESULT, Job, cuda

if TYPE_CHECKING:
    from chainmend.fragility.network import SupplyNetwork

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "market": ({"n": 11, "seed": 1}, {}),
    "no market": ({"n": 9, "seed": 2, "market": False}, {}),
    "scale-free, capped": ({"n": 9, "seed": 3}, {"scale_free": True, "max_steps": 3}),
}


def cases() -> Iterator[tuple[str, SupplyNetwork, Job]]:
    for name, (made, options) in CASES.items():
        net = network(**made)
        yield name, net, job(net, **options)


def on_simulator() -> None:
    """Solve all cases with lanes for less than half of the shocks, and print the results."""
    cuda.WARP, cuda.ROWS, cuda.MOST_LANES, cuda.PARTS = 4, 4, 4, 3
    found = {}
    for name, net, task in cases():
        got = dict(cuda.run(net, batches(net), task, None))
        found[name] = {str(number): rows.tolist() for number, rows in got.items()}
    print(json.dumps(found))


@pytest.fixture(scope="module")
def simulated(root: Path) -> dict[str, dict[str, list[list[float]]]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fragility.test_cuda"],
        cwd=root,
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, list[list[float]]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_kernels_give_the_numbers_of_threads_and_of_the_dense_twin(
    name: str, simulated: dict[str, dict[str, list[list[float]]]]
) -> None:
    _, net, task = next(case for case in cases() if case[0] == name)
    parts = [simulated[name][str(number)] for number in range(len(batches(net)))]
    assert [len(part) for part in parts] == [len(batch) for batch in batches(net)]
    came = np.array([tuple(row) for part in parts for row in part], RESULT)
    assert_same(came, solve("threads", net, task))
    wanted = twin(net, np.arange(net.n_firms), task)
    for column in ("total", "downstream", "upstream"):
        np.testing.assert_allclose(came[column], wanted[column], rtol=0, atol=1e-12)
    if "capped" in name:
        assert not came["converged"].all()
        assert came["steps"].max() == task.max_steps


def test_on_a_device_a_larger_network_gives_the_numbers_of_threads() -> None:
    net = network(2000, 5)
    task = job(net)
    assert_same(solve("cuda", net, task, count=7), solve("threads", net, task))


class NoDevice:
    """The interface of numba on a machine without a driver."""

    def is_available(self) -> bool:
        return False

    def cuda_error(self) -> str:
        return "\nCUDA driver library cannot be found.\nTry this.\n"


class Device(NoDevice):
    """The same with a device of so much free memory."""

    def __init__(self, free: float) -> None:
        self.free = free

    def current_context(self) -> Device:
        return self

    def get_memory_info(self) -> tuple[float, float]:
        return self.free, 2 * self.free


def test_without_a_device_the_error_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    monkeypatch.setattr(numba, "cuda", NoDevice(), raising=False)
    net = network(8, 1)
    with pytest.raises(NetworkError) as caught:
        next(cuda.run(net, batches(net), job(net), None))
    assert str(caught.value) == (
        'engine "cuda": no CUDA device: CUDA driver library cannot be found. Try this. What to do: install '
        "chainmend[cuda] on a machine that has one, or use another engine"
    )


def test_a_driver_that_fails_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    class Broken(NoDevice):
        def is_available(self) -> bool:
            raise OSError("driver too old")

    monkeypatch.setattr(numba, "cuda", Broken(), raising=False)
    with pytest.raises(NetworkError, match="no CUDA device: driver too old"):
        network(8, 1).esri(engine="cuda")


@pytest.mark.parametrize(
    ("free", "shocks", "lanes"),
    [
        (float("inf"), 1, 32),
        (float("inf"), 33, 64),
        (float("inf"), 10**6, 4096),
        (3.5 * 32 * 4 * 8 * 1000 / 0.9, 10**6, 96),  # three and a half warps
    ],
)
def test_lanes_are_whole_warps_that_fit(free: float, shocks: int, lanes: int) -> None:
    arrays = {"weights": np.zeros(10)}
    assert cuda._lanes(Device(free), arrays, 1000, shocks) == lanes


def test_a_network_that_does_not_fit_says_how_much_it_needs() -> None:
    arrays = {"weights": np.zeros(10**6)}
    with pytest.raises(NetworkError, match=r"needs 1\.0 GB on the device; expected: at most 0\.9 GB"):
        cuda._lanes(Device(1e9), arrays, 10**6, 10)


if __name__ == "__main__":
    on_simulator()
