"""Variants in lower precision are made once, compute nearly the same, and a model that cannot be turned says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.pilot.small import tiny_model

from chainmend.pilot.finding import own_model
from chainmend.pilot.models import derived
from chainmend.pilot.trial import Model

ort = pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")
pytest.importorskip("onnx", reason="the extra pilot is not installed")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(derived.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def run(model: Model, x: np.ndarray) -> np.ndarray:
    assert model.folder is not None
    session = ort.InferenceSession(model.folder / model.files[0].name, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": x})[0])


def test_variants_compute_nearly_what_the_model_does(tmp_path: Path) -> None:
    base, half, int8 = derived.variants(own_model(tiny_model(tmp_path)), "float16", "int8")
    x = np.random.default_rng(1).standard_normal((4, 16)).astype(np.float32)
    expected = run(base, x)
    assert half.found, half.how
    assert int8.found, int8.how
    assert 0 < np.abs(run(half, x) - expected).max() < 1e-2
    assert 0 < np.abs(run(int8, x) - expected).max() < 5e-2
    assert (half.precision, int8.precision) == ("float16", "int8")
    assert {half.reference, int8.reference} == {base.id}
    assert half.files[0].bytes < base.files[0].bytes


def test_variant_is_made_once(tmp_path: Path) -> None:
    base = own_model(tiny_model(tmp_path))
    first = derived.variants(base, "int8")[1]
    assert first.folder is not None
    made = (first.folder / first.files[0].name).stat().st_mtime_ns
    second = derived.variants(base, "int8")[1]
    assert second == first
    assert (first.folder / first.files[0].name).stat().st_mtime_ns == made


def test_variants_of_the_same_file_have_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = own_model(tiny_model(tmp_path))
    hashes = []
    for name in ("a", "b"):
        monkeypatch.setenv(derived.CACHE_VARIABLE, str(tmp_path / name))
        hashes.append([m.files[0].sha256 for m in derived.variants(base, "float16", "int8")])
    assert hashes[0] == hashes[1]


def test_what_is_no_model_says_that_it_could_not_be_made(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "broken.onnx"
    file.write_bytes(b"not a model")
    made = derived.variants(own_model(file), "float16")[1]
    assert not made.found
    assert made.how.startswith("could not be made: ")
    assert [p for p in cache.rglob("*") if p.is_file()] == []


def test_any_build_of_the_runtime_will_do_and_none_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = own_model(tiny_model(tmp_path))
    monkeypatch.setattr(derived, "builds", lambda: {"onnxruntime-other": "1.0"})
    made = derived.variants(base, "float16")[1]
    assert made.found
    assert "onnxruntime-other 1.0" in made.how
    monkeypatch.setattr(derived, "builds", dict)
    made = derived.variants(base, "float16")[1]
    assert (made.found, made.how) == (
        False, "to be made on this machine: pip install onnx onnxruntime"
    )  # fmt: skip


def test_missing_tool_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'sympy'", name="sympy")

    monkeypatch.setitem(derived._TOOLS, "int8", lacks)
    made = derived.variants(own_model(tiny_model(tmp_path)), "int8")[1]
    assert (made.found, made.how) == (False, "could not be made: ModuleNotFoundError sympy")


def test_variant_of_a_missing_model_is_missing() -> None:
    gone = Model(
        "m.float32", ("", ""), "m", "p", "", "float32", "m.float32", (), found=False, how="pip install p"
    )
    made = derived.variants(gone, "int8")[1]
    assert (made.id, made.found, made.how, made.reference) == ("m.int8", False, "pip install p", "m.float32")
