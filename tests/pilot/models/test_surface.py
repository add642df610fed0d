"""The network of surfaces holds the principal components that another library finds."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from chainmend.pilot.models.surface import COMPONENTS, PATCH, components, surface_pca
from chainmend.pilot.scenarios.surfaces import damaged, surface


def test_components_are_those_of_scikit_learn() -> None:
    patches = np.random.default_rng(0).standard_normal((400, PATCH**2)) * np.linspace(3, 1, PATCH**2)
    ours = components(patches)
    theirs = PCA(COMPONENTS, svd_solver="full").fit(patches).components_
    assert np.abs(np.abs((ours * theirs).sum(axis=1)) - 1).max() < 1e-2  # rounded to 1/4096
    assert np.array_equal(ours * 4096, np.round(ours * 4096))


def test_network_measures_what_the_components_do_not_rebuild(
    tmp_path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    ort = pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")
    onnx = pytest.importorskip("onnx", reason="the extra pilot is not installed")
    monkeypatch.setenv("CHAINMEND_PILOT_CACHE", str(tmp_path))
    base = surface_pca()[0]
    assert base.folder is not None
    path = base.folder / base.files[0].name
    image = damaged(np.random.default_rng(1), surface(np.random.default_rng(0))).astype(np.float32)
    found = ort.InferenceSession(path).run(None, {"image": image[None, None]})[0][0, 0]
    weights = next(
        onnx.numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer if t.name == "components"
    ).reshape(COMPONENTS, -1)
    n = len(image) // PATCH
    for row, column in ((0, 0), (3, 7), (n - 1, n - 1)):
        patch = image[row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH].ravel()
        centred = patch - patch.mean()
        left = centred - weights.T @ (weights @ centred)
        assert found[row, column] == pytest.approx((left**2).mean(), rel=1e-3, abs=1e-7)
