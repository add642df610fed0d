"""Find the registered back ends, models and scenarios, the user's own model files, and run the user's extensions."""

from __future__ import annotations

import hashlib
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import chainmend.pilot as package
from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.models.packaged import described
from chainmend.pilot.trial import InputSpec, Model, Precision
from chainmend.registry import entries, get

if TYPE_CHECKING:
    from chainmend.pilot.trial import BackEnd, Scenario

_FORMATS = {".onnx": "onnx", ".pt": "torch", ".pth": "torch", ".ts": "torch", ".pt2": "torch"}


def extend(files: Iterable[Path | str]) -> None:
    """Run Python files of the user's own, which register chips, models or scenarios; each file once.

    Raises
    ------
    PilotError
        If a file is not there or raises.
    """
    for file in files:
        path = Path(file).resolve()
        name = f"chainmend_extension_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
        if name in sys.modules:
            continue
        spec = util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise PilotError(
                _("no Python file"), expected=_("a .py file that registers something"), where=str(file)
            )
        module = sys.modules[name] = util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise PilotError(f"{type(error).__name__}: {error}", where=str(file)) from error


def back_ends() -> dict[str, BackEnd]:
    """Return the back ends by id.

    Examples
    --------
    >>> "onnxruntime_cpu" in back_ends()
    True
    """
    _import("chips")
    return {entry.id: entry.function() for entry in entries("chip")}


def models() -> dict[str, Model]:
    """Return the models by id; those whose package is not installed have ``found=False``."""
    _import("models")
    return {model.id: model for entry in entries("model") for model in entry.function()}


def scenarios() -> dict[str, Scenario]:
    """Return the scenarios by id.

    Examples
    --------
    >>> "random_inputs" in scenarios()
    True
    """
    _import("scenarios")
    return {entry.id: entry.function() for entry in entries("scenario")}


def scenario(id: str) -> Scenario:
    """Return one scenario, loading no other's data.

    Raises
    ------
    RegistryError
        If no scenario has that id.
    """
    _import("scenarios")
    found: Scenario = get("scenario", id).function()
    return found


def own_model(path: Path, inputs: Sequence[str] = (), precision: str = "float32") -> Model:
    """Describe a model file of the user's own; its reference is itself on the CPU in float32.

    Parameters
    ----------
    path
        ONNX (``.onnx``), TorchScript (``.pt``, ``.pth``, ``.ts``) or ``torch.export`` (``.pt2``).
    inputs
        ``NAME:DTYPE:SHAPE`` each, e.g. ``x:float32:1,16``; an ONNX file says them itself, but for free lengths.
    precision
        Of its weights.

    Raises
    ------
    PilotError
        If the file is not there or of another kind, or an input cannot be read.

    Examples
    --------
    >>> parse_input("x:float32:1,16")
    InputSpec(name='x', dtype='float32', shape=(1, 16))
    """
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None or not path.is_file():
        raise PilotError(
            _("no model file"),
            expected=_("a file that ends in {endings}").format(endings=", ".join(_FORMATS)),
            where=str(path),
        )
    if precision not in get_args(Precision):
        known = ", ".join(get_args(Precision))
        raise PilotError(precision, expected=_("one of: {ids}").format(ids=known), where="precision")
    return Model(
        id=f"own.{path.stem}",
        name=(path.stem, path.stem),
        family="own",
        package="",
        version="",
        precision=cast("Precision", precision),
        reference=f"own.{path.stem}",
        files=(described(path.parent, path.name),),
        how=path.name,
        inputs=tuple(parse_input(text) for text in inputs),
        format=kind,
        folder=path.resolve().parent,
    )


def parse_input(text: str) -> InputSpec:
    """Read ``NAME:DTYPE:SHAPE``.

    Raises
    ------
    PilotError
        If it is not of that form.
    """
    import numpy as np

    name, _colon, rest = text.partition(":")
    dtype, _colon, shape = rest.partition(":")
    try:
        kind = np.dtype(dtype).name if dtype else ""
        lengths = tuple(int(s) for s in shape.split(",") if s)
    except (TypeError, ValueError):
        kind, lengths = "", ()
    if not name or not kind or any(n < 1 for n in lengths):
        raise PilotError(text, expected="NAME:DTYPE:SHAPE, x:float32:1,16", where="--input")
    return InputSpec(name, kind, lengths)


def model_path(model: Model) -> Path:
    """Path of the file that is loaded, after its digest was found to be the one of the model.

    Raises
    ------
    PilotError
        If the file is not there, or another than when the model was described.
    """
    if model.folder is None or not model.files:
        raise PilotError(_("the model has no file"), where=model.id, do=model.how or None)
    for file in model.files:
        path = model.folder / file.name
        if not path.is_file() or described(model.folder, file.name) != file:
            raise PilotError(
                _("the file is missing or has changed"), expected=f"SHA-256 {file.sha256}", where=file.name
            )
    return model.folder / model.files[0].name


def _import(part: str) -> None:
    """Import every module of a sub-package, so that each registers its own."""
    parent: Any = import_module(f"{package.__name__}.{part}")
    for module in pkgutil.iter_modules(parent.__path__, f"{parent.__name__}."):
        import_module(module.name)
