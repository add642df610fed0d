"""ESRI of many firms: progress, runs that go on where they were, memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from benchmarks.networks import power_law
from tests.fragility.compare import assert_same

from chainmend.errors import NetworkError
from chainmend.fragility import memory
from chainmend.fragility.engines import Job, threads
from chainmend.fragility.esri import weights_of

if TYPE_CHECKING:
    from chainmend.fragility.network import SupplyNetwork


class Calls(list):
    def __call__(self, done: int, all_: int) -> None:
        self.append((done, all_))


def test_progress_counts_firms() -> None:
    net = power_law(600, seed=8)
    calls = Calls()
    net.esri(progress=calls)
    assert (calls[0], calls[-1]) == ((0, 600), (600, 600))
    assert sorted(np.diff([done for done, _all in calls]).tolist()) == [88, 256, 256]


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    net = power_law(600, seed=8)
    wanted = net.esri()
    assert_same(net.esri(folder=tmp_path / "a" / "run"), wanted)
    folder = tmp_path / "a" / "run"
    assert sorted(p.name for p in folder.iterdir()) == ["job.json"] + [f"part-0000{i}.npy" for i in range(3)]
    calls = Calls()
    assert_same(net.esri(folder=str(folder), progress=calls), wanted)
    assert calls == [(600, 600)]
    (folder / "part-00001.npy").unlink()
    calls.clear()
    assert_same(net.esri(folder=folder, progress=calls), wanted)
    assert calls == [(344, 600), (600, 600)]
    # numbers in a part that is there are taken as they are
    rows = np.load(folder / "part-00002.npy")
    rows["total"][-1] = 7.0
    np.save(folder / "part-00002.npy", rows)
    assert net.esri(folder=folder).total[-1] == 7.0


@pytest.mark.parametrize("tear", ["half", "nothing", "text", "short"])
def test_a_torn_file_is_computed_again(tmp_path: Path, tear: str) -> None:
    net = power_law(600, seed=8)
    wanted = net.esri(folder=tmp_path)
    part = tmp_path / "part-00000.npy"
    whole = part.read_bytes()
    torn = {"half": whole[: len(whole) // 2], "nothing": b"", "text": b"not an array", "short": b""}[tear]
    part.write_bytes(torn)
    if tear == "short":
        np.save(part, np.zeros(255, np.load(tmp_path / "part-00001.npy").dtype))
    calls = Calls()
    assert_same(net.esri(folder=tmp_path, progress=calls), wanted)
    assert calls == [(344, 600), (600, 600)]
    assert part.read_bytes() == whole


def test_a_run_that_was_interrupted_keeps_what_was_done(tmp_path: Path) -> None:
    net = power_law(600, seed=8)

    def interrupt(done: int, _all: int) -> None:
        if done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        net.esri(folder=tmp_path, progress=interrupt)
    kept = sorted(tmp_path.glob("part-*.npy"))
    assert len(kept) == 1
    calls = Calls()
    assert_same(net.esri(folder=tmp_path, progress=calls), net.esri())
    assert calls[0] == (len(np.load(kept[0])), 600)


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    net = power_law(600, seed=8)
    net.esri(folder=tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    others: list[tuple[SupplyNetwork, dict[str, Any]]] = [
        (power_law(600, seed=9), {}),
        (replace(net, revenue=net.out_strength * 2), {}),
        (replace(net, market=None), {}),
        (net, {"tolerance": 1e-3}),
        (net, {"scale_free": True}),
        (net, {"max_steps": 999}),
        (net, {"firms": range(599)}),
        (net, {"weights": np.ones(600)}),
    ]
    for network, options in others:
        with pytest.raises(NetworkError, match=r"of another network or of other settings.* an empty folder"):
            network.esri(folder=tmp_path, **options)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert_same(net.esri(folder=tmp_path, workers=1), net.esri())  # how it is computed is no setting


def test_results_without_their_description_are_refused(tmp_path: Path) -> None:
    net = power_law(300, seed=8)
    net.esri(folder=tmp_path)
    (tmp_path / "job.json").unlink()
    with pytest.raises(NetworkError, match=r"results without job\.json"):
        net.esri(folder=tmp_path)


def test_a_network_that_does_not_fit_says_so_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    net = power_law(600, seed=8)
    monkeypatch.setattr(memory, "bytes_available", lambda: 1_000_000)
    message = (
        r"600 firms and \d,\d\d\d links on 2 threads need 0.002 GB of memory; expected: at most 0.001 GB"
    )
    monkeypatch.setattr(memory, "bytes_needed", lambda _net, _workers, _scenarios: 2_000_000)
    with pytest.raises(NetworkError, match=message):
        net.esri(workers=2)


def test_memory_grows_with_links_firms_and_threads() -> None:
    net = power_law(600, seed=8)
    one, two = memory.bytes_needed(net, 1), memory.bytes_needed(net, 2)
    assert 0 < one < two < 2 * one
    assert one > net.plan.nbytes
    worker = threads._Worker(net.plan, Job(1e-5, False, 1000, weights_of(net, None)), wide=True)
    used = sum(a.nbytes for a in (*worker.states, *worker.scratch))
    assert two - one == pytest.approx(used, rel=0.1)


def test_memory_that_is_not_told_refuses_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = memory.bytes_available()
    assert told is None or told > 1e6
    for content in (None, "", "MemAvailable: much", "MemTotal: 5 kB"):
        path = tmp_path / "meminfo"
        if content is not None:
            path.write_text(content, "ascii")
        monkeypatch.setattr(memory, "_MEMINFO", path)
        assert memory.bytes_available() is None
    path.write_text("MemTotal: 9 kB\nMemAvailable:    5 kB\n", "ascii")
    assert memory.bytes_available() == 5120
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    assert power_law(100, sectors=9).esri().total.shape == (100,)
