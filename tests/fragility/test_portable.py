"""Machines without wide vectors give the same numbers, and no kernel reads or writes beyond its arrays.

Both are told by a process of its own, which compiles the kernels anew into a folder of its own.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.networks import power_law

from chainmend.fragility.engines import Job, threads
from chainmend.fragility.esri import weights_of
from chainmend.fragility.network import SupplyNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")
SHOCKED = 80
SETTINGS = {
    "plain": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "checked": {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "1"},  # sooner compiled
}


def awkward(seed: int, market: bool) -> SupplyNetwork:
    """Links to oneself, firms without partners, firms that only buy, only firms of their sector, one-firm markets."""
    rng = np.random.default_rng(seed)
    n, m = 90, 25
    sellers = rng.choice(n - 5, 50, replace=False)  # the last five sell nothing, two of them buy nothing
    supplier = rng.choice(sellers, 400)
    buyer = rng.integers(0, n - 2, 400)
    sector = np.append(np.arange(m), rng.integers(0, m // 2, n - m))
    return SupplyNetwork.from_edges(
        supplier, buyer, rng.lognormal(size=400), sector=sector, market=sector if market else None,
        essentiality=rng.integers(0, 3, (m, m)),
    )  # fmt: skip


def cases() -> dict[str, SupplyNetwork]:
    return {
        "plain": power_law(300, seed=51),
        "few links": power_law(300, links=3.0, seed=52),
        "nobody replaced": power_law(250, seed=53, market=None, essentiality="leontief"),
        "awkward": awkward(54, market=True),
        "awkward, nobody replaced": awkward(55, market=False),
        "no links": SupplyNetwork.from_edges([], [], [], sector=[0, 1, 1], market=[0, 1, 1]),
        "one firm": SupplyNetwork.from_edges([0], [0], [1.0], sector=["a"], market=["a"]),
    }


def solve() -> dict[str, Any]:
    """Losses and steps by every kernel: rows of total, downstream, upstream, steps, converged."""
    found = {}
    for name, net in cases().items():
        n = net.n_firms
        firms = np.unique(np.linspace(0, n - 1, SHOCKED).astype(np.int32))
        for tolerance, scale_free in ((1e-2, False), (1e-3, True), (1.1e-5, False)):
            job = Job(tolerance, scale_free, 40, weights_of(net, net.out_strength + 0.5))
            for way in ("narrow", "wide"):
                rows = threads._Worker(net.plan, job, way == "wide").solve(firms)
                found[f"{name}, {tolerance}, {way}"] = np.stack(
                    [rows[c].astype(float) for c in rows.dtype.names]
                )
            found[f"{name}, {tolerance}, dense"] = threads._dense(net.plan, job, firms).T
        losses = np.random.default_rng(56).random((3, n)) ** 8
        cascades = net.cascade(losses, weights=np.ones(n), max_steps=40)
        found[f"{name}, cascade"] = np.concatenate([cascades.downstream, cascades.upstream])
        found[f"{name}, chosen"] = net.esri(firms=firms, weights=np.ones(n), max_steps=40).total
    return found


PROGRAM = """
import re, sys, warnings
import numba, numpy
warnings.simplefilter("ignore")
from tests.fragility.test_portable import solve
numpy.savez(sys.argv[1], **solve())
from chainmend.fragility.kernels.lanes import sweep_upstream
used = set().union(*(re.findall("[xyz]mm", text) for text in sweep_upstream.inspect_asm().values()))
@numba.njit
def beyond(array):
    return array[len(array)]
try:
    beyond(numpy.zeros(1))
    checked = "unchecked"
except IndexError:
    checked = "checked"
print(checked, *sorted(used))
"""


def started(folder: Path, settings: dict[str, str]) -> subprocess.Popen[str]:
    """Another process that solves the same and writes it to ``found.npz``; it knows nothing of this one's cache."""
    root = Path(__file__).resolve().parents[2]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")} | settings
    environment["NUMBA_CACHE_DIR"] = str(folder / "cache")
    environment["PYTHONPATH"] = f"{root}{os.pathsep}{root / 'src'}"
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder / "found.npz")],
        env=environment, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def elsewhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], tuple[dict[str, Any], set[str]]]]:
    """What the processes found, and what they say of themselves; they run beside each other."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("plain", "checked")}
    running = {name: started(folders[name], SETTINGS[name]) for name in folders}

    def result(name: str) -> tuple[dict[str, Any], set[str]]:
        said, errors = running[name].communicate(timeout=600)
        assert running[name].returncode == 0, errors[-3000:]
        with np.load(folders[name] / "found.npz") as arrays:
            return dict(arrays), set(said.split())

    yield result
    for process in running.values():
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return solve()


def assert_same(came: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert sorted(came) == sorted(wanted)
    for name, numbers in wanted.items():
        np.testing.assert_allclose(came[name], numbers, rtol=0, atol=1e-9, err_msg=name)


def test_every_kernel_gives_the_same_here(here: dict[str, Any]) -> None:
    """So that what the other processes are compared with is right."""
    for name, numbers in here.items():
        if name.endswith(("narrow", "wide")):
            dense = here[name.rsplit(", ", 1)[0] + ", dense"]
            np.testing.assert_allclose(numbers, dense, rtol=0, atol=1e-9, err_msg=name)
    assert max(numbers[3].max() for name, numbers in here.items() if name.endswith("wide")) > 8


def test_a_machine_without_wide_vectors_gives_the_same(elsewhere: Any, here: dict[str, Any]) -> None:
    found, said = elsewhere("plain")
    assert said & {"ymm", "zmm"} == set()
    assert "xmm" in said or platform.machine() not in ("x86_64", "AMD64")
    assert_same(found, here)


def test_no_kernel_leaves_its_arrays(elsewhere: Any, here: dict[str, Any]) -> None:
    found, said = elsewhere("checked")
    assert "checked" in said
    assert_same(found, here)


@pytest.mark.parametrize("way", ["narrow", "wide"])
@pytest.mark.parametrize("tolerance", [1e-2, 1.1e-5])
def test_lanes_are_written_inside_their_states(way: str, tolerance: float) -> None:
    """Vectors are stored without a check of bounds: what lies around the states must stay as it is."""
    for net in cases().values():
        job = Job(tolerance, False, 40, weights_of(net, np.ones(net.n_firms)))
        worker = threads._Worker(net.plan, job, way == "wide")
        rooms = [np.full(len(state) + 256, 77, state.dtype) for state in worker.states]
        worker.states = tuple(room[128:-128] for room in rooms)
        worker.solve(np.arange(net.n_firms, dtype=np.int32))
        for room in rooms:
            assert (room[:128] == 77).all()
            assert (room[-128:] == 77).all()
