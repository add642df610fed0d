"""Every registered back end does what a back end must do; one whose hardware is not here says so and never fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from chainmend.errors import PilotError
from chainmend.pilot.chips import makers, onnxruntime_cpu, onnxruntime_vendor, torch_
from chainmend.pilot.finding import back_ends, own_model

from ..small import tiny_model
from .conformance import check_chip, check_probe, check_refusals, torch_model

if TYPE_CHECKING:
    from chainmend.pilot.trial import Chip

BACK_ENDS = ("makers", "onnxruntime_cpu", "onnxruntime_vendor", "torch_")
FOUND = [(id, chip) for id in BACK_ENDS for chip in back_ends()[id].probe() if chip.found]


@pytest.mark.parametrize("id", BACK_ENDS)
def test_probe(id: str) -> None:
    check_probe(id, back_ends()[id])


@pytest.mark.parametrize(("id", "chip"), FOUND, ids=[chip.id for _id, chip in FOUND])
def test_chip_that_is_found(id: str, chip: Chip, tmp_path: Path) -> None:
    check_chip(back_ends()[id], chip, tmp_path)
    check_refusals(back_ends()[id], chip, tmp_path)


def test_absent_chips_are_named_and_do_not_load(tmp_path: Path) -> None:
    model = own_model(tiny_model(tmp_path))
    for id in ("makers", "onnxruntime_vendor"):
        for chip in back_ends()[id].probe():
            if not chip.found:
                with pytest.raises(Exception, match=r"."):
                    back_ends()[id].load(chip, model)


def test_without_its_package_a_back_end_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime_cpu, "builds", dict)
    monkeypatch.setattr(onnxruntime_vendor, "builds", dict)
    monkeypatch.setattr(torch_, "version", lambda package: None)
    for probe in (onnxruntime_cpu.probe, onnxruntime_vendor.probe, torch_.probe):
        assert not any(chip.found for chip in probe())
        assert all("not installed" in chip.how for chip in probe())


@pytest.mark.skipif(not onnxruntime_cpu.builds(), reason="the extra pilot is not installed")
@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_falls_back_to_the_processor_is_not_taken_for_a_chip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a provider cannot be used, ONNX Runtime runs the model on the CPU and only warns."""
    import onnxruntime

    chip, model = onnxruntime_vendor.probe()[0], own_model(tiny_model(tmp_path))
    if chip.found:
        pytest.skip("the provider is there")
    with pytest.raises(PilotError, match="has no CUDAExecutionProvider"):
        onnxruntime_vendor.load(chip, model)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(onnxruntime_vendor.PROVIDERS))
    with pytest.raises(PilotError, match="the model runs on CPUExecutionProvider; expected: CUDAExecution"):
        onnxruntime_vendor.load(chip, model)


@pytest.mark.skipif(not onnxruntime_cpu.builds(), reason="the extra pilot is not installed")
@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_is_in_the_build_and_loads_nothing_is_not_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import onnxruntime

    there = set(onnxruntime.get_available_providers())
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(onnxruntime_vendor.PROVIDERS))
    chips = [c for c in onnxruntime_vendor.probe() if c.options["provider"] not in there]
    assert chips
    assert all("is in the build" in chip.how and not chip.found for chip in chips)


def test_the_tiny_model_of_the_vendors_is_a_model() -> None:
    ort = pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")
    session = ort.InferenceSession(onnxruntime_vendor.TINY, providers=["CPUExecutionProvider"])
    assert session.run(None, {"x": np.array([-2], np.float32)})[0] == 2


def test_a_device_of_a_maker_takes_the_place_of_its_empty_column(monkeypatch: pytest.MonkeyPatch) -> None:
    from chainmend.pilot import runner

    assert makers.maker_of("MetaX C500") == "metax"
    there = replace(makers.probe()[2], id="torch_cuda-float32", found=True, back_end="torch_")
    found = runner._Exit("done", "", "")

    def process(job):  # type: ignore[no-untyped-def]
        chips = {"makers": makers.probe(), "torch_": [there]}.get(job.back_end, [])
        job.out.write_bytes(runner._chips().dump_json(chips))
        return found

    monkeypatch.setattr(runner, "_process", process)
    assert [c.id for c in runner.probe()] == [
        "makers-kunlunxin", "makers-iluvatar", "makers-biren", "torch_cuda-float32",
    ]  # fmt: skip


def test_torch_asks_for_the_inputs_that_its_files_do_not_state(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    (tmp_path / "net.pt").write_bytes(b"")
    with pytest.raises(PilotError, match="--input"):
        torch_.load(torch_.probe()[0], own_model(tmp_path / "net.pt"))


def test_torch_reads_what_export_wrote(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    x = np.random.default_rng(1).standard_normal((2, 16)).astype(np.float32)
    weight = np.random.default_rng(0).standard_normal((16, 16)).astype(np.float32) / 4
    session = torch_.load(torch_.probe()[0], torch_model(tmp_path, weight, ".pt2"))
    assert np.abs(session.run({"x": x})["output0"] - np.tanh(x @ weight)).max() < 1e-6
