"""What every back end must do, whoever wrote it; `test_conformance` asks it of those that are registered.

A laboratory that writes a back end of its own can call `check_probe` and `check_chip` in its own tests.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from chainmend.pilot.finding import own_model
from chainmend.pilot.trial import TOLERANCES, BackEnd, Chip, Model, precision

from ..small import tiny_model


def check_probe(id: str, back_end: BackEnd) -> list[Chip]:
    """Chips have ids of their own, names in both languages, and say how they were found; twice the same."""
    chips = back_end.probe()
    assert chips, "what is not there is named with found=False, not left out"
    assert len({chip.id for chip in chips}) == len(chips)
    for chip in chips:
        assert chip.back_end == id
        assert chip.id.startswith(id.rstrip("_"))
        assert all(chip.name)
        assert chip.how
        assert chip.formats
        assert not chip.found or chip.runtime
    assert back_end.probe() == chips
    return chips


def check_chip(back_end: BackEnd, chip: Chip, folder: Path) -> None:
    """A chip computes what NumPy computes, twice the same, for any batch and from several threads."""
    model, right = known_model(chip, folder)
    session = back_end.load(chip, model)
    assert [spec.name for spec in session.inputs] == ["x"]
    rng = np.random.default_rng(3)
    bound = TOLERANCES[precision(chip, model)].error
    assert bound
    batches = [rng.standard_normal((n, 16)).astype(np.float32) for n in (1, 4, 1)]
    alone = []
    for x in batches:
        (y,), (again,) = session.run({"x": x}).values(), session.run({"x": x}).values()
        assert isinstance(y, np.ndarray)
        assert y.shape == x.shape
        assert y.tobytes() == again.tobytes()
        assert np.abs(y - right(x)).max() < bound
        alone.append(y)
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda x: next(iter(session.run({"x": x}).values())), batches * 4))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(together, alone * 4, strict=True))
    memory = session.device_memory()
    assert memory is None or memory > 0


def check_refusals(back_end: BackEnd, chip: Chip, folder: Path) -> None:
    """A file that is no model raises an exception when it is loaded, and nothing worse."""
    broken = folder / f"broken{'.onnx' if 'onnx' in chip.formats else '.pt'}"
    broken.write_bytes(b"no model")
    with pytest.raises(Exception, match=r"."):
        back_end.load(chip, own_model(broken, ["x:float32:1,16"]))


def known_model(chip: Chip, folder: Path):  # type: ignore[no-untyped-def]
    """A model in the format of the chip, and the function of NumPy that it is."""
    weight = (np.random.default_rng(0).standard_normal((16, 16)) / 4).astype(np.float32)

    def right(x):  # type: ignore[no-untyped-def]
        return np.tanh(x @ weight)

    if "onnx" in chip.formats:
        return own_model(tiny_model(folder)), right
    return torch_model(folder, weight, ".pt"), right


def torch_model(folder: Path, weight: np.ndarray, suffix: str) -> Model:  # type: ignore[type-arg]
    """The tiny model as TorchScript (``.pt``), or as ``torch.export`` writes it (``.pt2``)."""
    torch = pytest.importorskip("torch", reason="torch is not installed")

    class Tiny(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.w = torch.nn.Parameter(torch.from_numpy(weight))

        def forward(self, x):  # type: ignore[no-untyped-def]
            return torch.tanh(x @ self.w)

    path, example = folder / f"tiny{suffix}", torch.zeros(2, 16)
    if suffix == ".pt2":
        torch.export.save(torch.export.export(Tiny(), (example,)), str(path))
    else:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            torch.jit.trace(Tiny(), example).save(str(path))
    return own_model(path, ["x:float32:1,16"])
