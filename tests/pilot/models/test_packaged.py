"""Models are found in installed packages without importing them, and are known by the hash of their files."""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version

import numpy as np

from chainmend.pilot.models.packaged import described, home, installed, packaged


def test_model_of_an_installed_package() -> None:
    found = packaged(
        "np.float32",
        name=("数", "N"),
        family="np",
        package="numpy",
        module="numpy",
        files=("numpy/__init__.py",),
    )
    with open(np.__file__, "rb") as file:
        content = file.read()
    assert found.found
    assert (found.files[0].sha256, found.files[0].bytes) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
    )
    assert (found.version, found.reference) == (version("numpy"), "np.float32")


def test_missing_file_of_an_installed_package_is_not_found() -> None:
    found = packaged(
        "x", name=("", ""), family="x", package="numpy", module="numpy", files=("numpy/gone.onnx",)
    )
    assert not found.found
    assert (found.folder, found.files[0].sha256, found.how) == (
        None, "", "its files are not there: pip install numpy"
    )  # fmt: skip


def test_package_is_not_imported() -> None:
    assert installed("hatchling")
    sys.modules.pop("hatchling", None)
    assert home("hatchling") is not None
    assert "hatchling" not in sys.modules


def test_changed_file_gets_another_hash(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "a.onnx"
    file.write_bytes(b"one")
    first = described(tmp_path, "a.onnx")
    file.write_bytes(b"other")
    assert described(tmp_path, "a.onnx").sha256 == hashlib.sha256(b"other").hexdigest() != first.sha256
