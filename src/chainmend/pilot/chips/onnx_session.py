"""A model loaded by ONNX Runtime, whatever the execution provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.finding import model_path
from chainmend.pilot.machine import version
from chainmend.pilot.trial import Chip, InputSpec, Model

if TYPE_CHECKING:
    from chainmend.pilot.trial import Array, Arrays

BUILDS = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-openvino",
    "onnxruntime-cann",
    "onnxruntime-rocm",
    "onnxruntime-migraphx",
    "onnxruntime-qnn",
)
"""Packages that bring the module ``onnxruntime``."""
_LEVELS = {"none": "ORT_DISABLE_ALL", "basic": "ORT_ENABLE_BASIC", "all": "ORT_ENABLE_ALL"}
_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(bool)": "bool",
    "tensor(string)": "object",
}


def builds() -> dict[str, str]:
    """Installed builds of ONNX Runtime, package -> version."""
    return {name: found for name in BUILDS if (found := version(name)) is not None}


class OnnxSession:
    """A session of ONNX Runtime on one provider.

    Parameters
    ----------
    chip
        Its options ``threads`` and ``optimisation`` are used.
    model
        An ONNX model, whose file is read, or its bytes.
    provider
        Execution provider; where it cannot be used the model does not load, instead of running on the CPU in silence.
    settings
        Options of the provider.

    Raises
    ------
    PilotError
        If the build lacks the provider, or another one is used in its place.
    """

    def __init__(
        self, chip: Chip, model: Model | bytes, provider: str, settings: dict[str, str] | None = None
    ) -> None:
        import onnxruntime

        if provider not in onnxruntime.get_available_providers():
            raise PilotError(
                _("this build of ONNX Runtime has no {provider}").format(provider=provider),
                expected=", ".join(onnxruntime.get_available_providers()),
                where=chip.id,
            )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if "threads" in chip.options:
            options.intra_op_num_threads = int(chip.options["threads"])
            options.inter_op_num_threads = 1
        level = _LEVELS[chip.options.get("optimisation", "all")]
        options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
        source = model if isinstance(model, bytes) else str(model_path(model))
        self._session: Any = onnxruntime.InferenceSession(
            source, options, providers=[(provider, settings or {})]
        )
        used = self._session.get_providers()
        if used[0] != provider:
            raise PilotError(
                _("the model runs on {used}").format(used=used[0]), expected=provider, where=chip.id
            )
        self._outputs = [o.name for o in self._session.get_outputs()]
        self._inputs = tuple(
            InputSpec(
                i.name,
                _DTYPES.get(i.type, i.type.removeprefix("tensor(").removesuffix(")")),
                tuple(n if isinstance(n, int) and n > 0 else None for n in i.shape),
            )
            for i in self._session.get_inputs()
        )

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """What the model takes."""
        return self._inputs

    def run(self, inputs: Arrays) -> dict[str, Array]:
        """Run once."""
        return dict(zip(self._outputs, self._session.run(self._outputs, dict(inputs)), strict=True))

    def device_memory(self) -> int | None:
        """None: ONNX Runtime does not say."""
        return None
