"""Back ends, models and scenarios are found; files of the user's own are described, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chainmend.errors import PilotError, RegistryError
from chainmend.pilot.finding import (
    back_ends,
    extend,
    model_path,
    own_model,
    parse_input,
    scenario,
    scenarios,
)
from chainmend.pilot.trial import InputSpec


def test_back_ends_and_scenarios_are_found_by_id() -> None:
    assert {"onnxruntime_cpu", "onnxruntime_vendor", "torch_", "makers"} <= set(back_ends())
    found = scenarios()
    assert "random_inputs" in found
    assert all(id == s.task.id for id, s in found.items())
    with pytest.raises(RegistryError, match="unknown scenario nothing"):
        scenario("nothing")


def test_a_model_file_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "net.ts").write_bytes(b"abc")
    model = own_model(tmp_path / "net.ts", ["x:float16:1,3", "n:int64:"])
    assert (model.id, model.format, model.reference) == ("own.net", "torch", "own.net")
    assert model.inputs == (InputSpec("x", "float16", (1, 3)), InputSpec("n", "int64", ()))
    assert model_path(model) == tmp_path / "net.ts"


def test_a_file_that_changed_after_it_was_described_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    file.write_bytes(b"abc")
    model = own_model(file)
    file.write_bytes(b"abcd")
    with pytest.raises(PilotError, match="the file is missing or has changed"):
        model_path(model)
    file.unlink()
    with pytest.raises(PilotError, match="the file is missing or has changed"):
        model_path(model)
    with pytest.raises(PilotError, match="the model has no file"):
        model_path(replace(model, folder=None))


@pytest.mark.parametrize("name", ["net.h5", "nothing.onnx"])
def test_what_is_no_model_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "net.h5").write_bytes(b"")
    with pytest.raises(PilotError, match=r"no model file; expected: a file that ends in \.onnx"):
        own_model(tmp_path / name)


def test_a_precision_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"")
    with pytest.raises(PilotError, match="float64; expected: one of: float32"):
        own_model(tmp_path / "net.onnx", precision="float64")


@pytest.mark.parametrize("text", ["x", "x:float32:0", "x:number:1", ":float32:1", "x:float32:a", "x::1"])
def test_an_input_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(PilotError, match="NAME:DTYPE:SHAPE"):
        parse_input(text)


def test_an_extension_is_run_once_and_one_that_raises_names_its_file(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('x')\n")
    bad.write_text("1 / 0\n")
    extend([good, str(good)])
    extend([good])
    assert (tmp_path / "ran").read_text() == "x"
    for _time in range(2):
        with pytest.raises(PilotError, match=r"bad\.py: ZeroDivisionError"):
            extend([bad])
    with pytest.raises(PilotError, match="no Python file"):
        extend([tmp_path / "nothing.py"])
