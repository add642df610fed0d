"""A model file of the user's own: ONNX, or TorchScript with its inputs named."""

from __future__ import annotations

from pathlib import Path

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.models.packaged import described
from chainmend.pilot.trial import InputSpec, Model

FORMATS = {".onnx": "onnx", ".pt": "torch", ".ts": "torch", ".torchscript": "torch"}
"""Suffix -> format."""


def own_model(path: Path, inputs: tuple[InputSpec, ...] = ()) -> Model:
    """Describe a file of the user's own as a model of the family ``own`` that is its own reference.

    Parameters
    ----------
    path
        The file; its suffix says the format.
    inputs
        What it takes; an ONNX file says it itself.

    Raises
    ------
    PilotError
        If the file is not there, its suffix is none of `FORMATS`, or a TorchScript file comes without inputs.

    Examples
    --------
    >>> own_model(Path("nothing.onnx"))
    Traceback (most recent call last):
    ...
    chainmend.errors.PilotError: nothing.onnx: no such file; expected: a model file
    """
    if path.suffix not in FORMATS:
        raise PilotError(
            path.name, expected=_("a name that ends in one of: {names}").format(names=", ".join(FORMATS))
        )
    if not path.is_file():
        raise PilotError(_("no such file"), expected=_("a model file"), where=str(path))
    if FORMATS[path.suffix] == "torch" and not inputs:
        raise PilotError(
            _("a TorchScript file without inputs"),
            expected=_("the name, type and shape of each input"),
            where=path.name,
        )
    id = f"own.{path.stem}"
    return Model(
        id=id,
        name=(path.name, path.name),
        family="own",
        package="",
        version="",
        precision="float32",
        reference=id,
        files=(described(path.parent, path.name),),
        how="a file of the user's own",
        inputs=inputs,
        format=FORMATS[path.suffix],
        folder=path.parent,
    )


def input_spec(text: str) -> InputSpec:
    """Read an input as it is written on the command line: ``name:dtype:1x3x224x224``.

    Raises
    ------
    PilotError
        If it is written otherwise.

    Examples
    --------
    >>> input_spec("x:float32:1x3")
    InputSpec(name='x', dtype='float32', shape=(1, 3))
    """
    name, _colon, rest = text.partition(":")
    dtype, _colon, shape = rest.partition(":")
    sizes = shape.split("x") if shape else []
    if (
        not name
        or dtype not in ("float32", "float64", "int32", "int64")
        or not all(s.isdigit() for s in sizes)
    ):
        raise PilotError(text, expected=_("an input as name:dtype:sizes, e.g. x:float32:1x3x224x224"))
    return InputSpec(name, dtype, tuple(int(s) for s in sizes))
