"""What every registered model must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chainmend.pilot.finding import scenarios

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model

pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")


def test_there_are_five_real_models_and_more(field_models: dict[str, Model]) -> None:
    families = {m.family for m in field_models.values()}
    assert families == {
        "lac", "magika", "minilm", "ocr_cls", "ocr_det", "ocr_rec", "silero_vad", "surface_pca"
    }  # fmt: skip


def test_each_is_complete(field_models: dict[str, Model]) -> None:
    for id, model in field_models.items():
        assert model.id == id
        assert all(model.name)
        assert model.package
        assert model.how
        reference = field_models[model.reference]
        assert reference.reference == reference.id
        assert reference.family == model.family
        assert reference.precision == "float32" or reference is model
        if model.found:
            assert model.folder is not None
            assert all(len(file.sha256) == 64 and file.bytes > 0 for file in model.files)


def test_each_has_a_scenario_that_says_what_is_right_in_its_precision(field_models: dict[str, Model]) -> None:
    for model in field_models.values():
        fitting = [s for s in scenarios().values() if model.family in s.families]
        assert fitting, model.id
        assert all(model.precision in s.task.tolerances for s in fitting)


def test_precisions_of_a_found_family_differ_in_their_files(field_models: dict[str, Model]) -> None:
    found = [m for m in field_models.values() if m.found]
    if not found:
        pytest.skip("no model is installed")
    assert len({m.files[0].sha256 for m in found}) == len(found)
