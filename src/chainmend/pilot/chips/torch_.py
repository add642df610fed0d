"""PyTorch on whatever devices the installed build drives: CPU, CUDA, and the vendors' NPU, MUSA, MLU, SUPA, XPU.

Loads what ``torch.export.save`` or ``torch.jit.save`` wrote. A vendor's build (``torch_npu``, ``torch_musa``,
``torch_mlu``, ``torch_br``) adds its device to torch when it is imported. Float32 is computed in float32: TF32 is
switched off.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmend.errors import PilotError
from chainmend.i18n import _, both
from chainmend.pilot.chips.makers import maker_of
from chainmend.pilot.finding import model_path
from chainmend.pilot.machine import machine, version
from chainmend.pilot.trial import BackEnd, Chip, Model, Session
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Array, Arrays

PLUGINS = {
    "cuda": "",
    "npu": "torch_npu",
    "musa": "torch_musa",
    "mlu": "torch_mlu",
    "supa": "torch_br",
    "xpu": "",
}
"""Device type of torch -> module that brings it, "" where torch itself does."""
REFERENCE = "torch_cpu-t1-float32"
_SHORT = {"cpu": ("float32", "bfloat16"), "cuda": ("float32", "float16", "bfloat16")}


def probe() -> list[Chip]:
    """The CPU and the first device of each type, one chip a precision; what is not there is said so.

    Examples
    --------
    >>> all(chip.formats == ("torch",) for chip in probe())
    True
    """
    if version("torch") is None:
        return [_chip("cpu", "float32", found=False, how="torch is not installed")]
    found = [_chip("cpu", p, found=True, how="torch") for p in _SHORT["cpu"]]
    for device in PLUGINS:
        found += _devices(device)
    return found


def load(chip: Chip, model: Model) -> Session:
    """Load a file of PyTorch on the device and in the precision of the chip."""
    return TorchSession(chip, model)


class TorchSession:
    """A module of PyTorch on one device.

    Parameters
    ----------
    chip
        Its options ``device``, ``precision`` and ``threads`` are used.
    model
        Its inputs must be stated, in the order of the module's arguments: the file does not say them.

    Raises
    ------
    PilotError
        If the model does not state its inputs.
    """

    def __init__(self, chip: Chip, model: Model) -> None:
        import torch

        self._torch: Any = torch
        self._device = chip.options["device"]
        _plug_in(self._device)
        if not model.inputs:
            raise PilotError(
                _("the inputs of a file of PyTorch are not stated in it"),
                expected="NAME:DTYPE:SHAPE",
                where=model.id,
                do=_("state them with {option}").format(option="--input"),
            )
        if "threads" in chip.options:
            torch.set_num_threads(int(chip.options["threads"]))
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        self._dtype = getattr(torch, chip.options["precision"])
        self._module = self._read(model_path(model)).to(self._dtype)
        self.inputs = model.inputs

    def run(self, inputs: Arrays) -> dict[str, Array]:
        """Run once; outputs come back in float32 where the device computes in a shorter format."""
        torch = self._torch
        with torch.inference_mode():
            tensors = [self._tensor(inputs[spec.name]) for spec in self.inputs]
            outputs = self._module(*tensors)
            if isinstance(outputs, dict):
                named = outputs
            else:
                several = isinstance(outputs, tuple | list)
                named = {f"output{i}": t for i, t in enumerate(outputs if several else [outputs])}
            return {name: self._array(tensor) for name, tensor in named.items()}

    def device_memory(self) -> int | None:
        """Most bytes torch has taken on the device."""
        space: Any = getattr(self._torch, self._device, None)
        if self._device == "cpu" or not hasattr(space, "max_memory_allocated"):
            return None
        return int(space.max_memory_allocated())

    def _read(self, path: Path) -> Any:
        if path.suffix == ".pt2":
            program = self._torch.export.load(str(path))
            if self._device != "cpu":
                program = self._torch.export.passes.move_to_device_pass(program, self._device)
            return program.module()
        with warnings.catch_warnings(
            action="ignore", category=FutureWarning
        ):  # files of this kind are still about
            return self._torch.jit.load(str(path), map_location=self._device).eval()

    def _tensor(self, array: Array) -> Any:
        import numpy as np

        tensor = self._torch.from_numpy(np.ascontiguousarray(array)).to(self._device)
        return tensor.to(self._dtype) if tensor.is_floating_point() else tensor

    def _array(self, tensor: Any) -> Array:
        tensor = tensor.detach()
        if tensor.is_floating_point() and tensor.dtype != self._torch.float64:
            tensor = tensor.float()
        array: Array = tensor.cpu().numpy()
        return array


def _devices(device: str) -> list[Chip]:
    """The first device of a type, in each precision it is tried in."""
    precisions = _SHORT.get(device, ("float32", "float16"))
    try:
        _plug_in(device)
        import torch

        space = getattr(torch, device, None)
        if space is None or not space.is_available():
            return [_chip(device, "float32", found=False, how=f"torch.{device} is not available")]
        name = str(space.get_device_name(0))
        memory = None
        with suppress(Exception):  # a vendor's build may not say
            memory = int(space.get_device_properties(0).total_memory)
    except Exception as error:  # whatever a vendor's build raises, the device is not there
        return [_chip(device, "float32", found=False, how=f"torch.{device}: {type(error).__name__}")]
    how = f"torch.{device}.is_available()"
    return [_chip(device, p, found=True, how=how, hardware=name, memory=memory) for p in precisions]


def _plug_in(device: str) -> None:
    if PLUGINS.get(device):
        import_module(PLUGINS[device])


def _chip(
    device: str, precision: str, *, found: bool, how: str, hardware: str = "", memory: int | None = None
) -> Chip:
    options = {"device": device, "precision": precision} | ({"threads": "1"} if device == "cpu" else {})
    names = ("torch", PLUGINS.get(device, ""))
    here = machine()
    return Chip(
        id=f"torch_{device}-t1-{precision}" if device == "cpu" else f"torch_{device}-{precision}",
        name=both("{device}, PyTorch, {precision}", device=device.upper(), precision=precision),
        back_end="torch_",
        found=found,
        how=how,
        maker=maker_of(hardware),
        hardware=here.processor if device == "cpu" else hardware,
        driver=_driver(device) if found else None,
        runtime={n: v for n in names if n and (v := version(n)) is not None},
        memory_bytes=here.memory_bytes if device == "cpu" else memory,
        options=options,
        formats=("torch",),
    )


def _driver(device: str) -> str | None:
    """Version of the driver, for the one device type whose own tool says it."""
    if device != "cuda":
        return None
    from chainmend.pilot.chips.onnxruntime_vendor import nvidia

    return nvidia().get("driver")


@register("chip", "torch_", name=("PyTorch", "PyTorch"), needs=("torch",))
def torch_() -> BackEnd:
    """PyTorch on the CPU and on the devices its installed build drives."""
    return BackEnd(probe, load)
