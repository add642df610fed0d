"""ONNX Runtime on accelerators: a column for each provider of which a vendor's build is installed and works."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

from chainmend.pilot.chips.onnx_session import OnnxSession, builds
from chainmend.pilot.machine import first_line, machine, version
from chainmend.pilot.trial import BackEnd, Chip, Model, Names, Session
from chainmend.registry import register

PROVIDERS: dict[str, tuple[Names, str]] = {
    "CUDAExecutionProvider": (("CUDA，ONNX Runtime", "CUDA, ONNX Runtime"), "cuda"),
    "CANNExecutionProvider": (("昇腾 CANN，ONNX Runtime", "Ascend CANN, ONNX Runtime"), "cann"),
    "OpenVINOExecutionProvider": (("OpenVINO，ONNX Runtime", "OpenVINO, ONNX Runtime"), "openvino"),
    "ROCMExecutionProvider": (("ROCm，ONNX Runtime", "ROCm, ONNX Runtime"), "rocm"),
    "MIGraphXExecutionProvider": (("MIGraphX，ONNX Runtime", "MIGraphX, ONNX Runtime"), "migraphx"),
}
"""Provider -> its names and the last part of the chip's id."""
_RUNTIMES = ("openvino", "nvidia-cudnn-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu13")
TINY = bytes.fromhex(
    "08083a320a0b0a017812017922034162731201675a0f0a0178120a0a08080112040a02080162"
    "0f0a0179120a0a08080112040a02080142040a00100d"
)
"""An ONNX model of one node (Abs of one float32): what a provider must load before its chip counts as found."""


def probe() -> list[Chip]:
    """Each provider, found where it is available and a tiny model loads on it.

    Examples
    --------
    >>> sorted(chip.id for chip in probe())[0]
    'onnxruntime_vendor-cann'
    """
    return [_chip(provider, names, label) for provider, (names, label) in PROVIDERS.items()]


def load(chip: Chip, model: Model) -> Session:
    """Load a model on the provider of the chip; nodes it has no kernel for run on the CPU, as its option says."""
    return OnnxSession(chip, model, chip.options["provider"], _settings(chip.options["provider"]))


def _chip(provider: str, names: Names, label: str) -> Chip:
    chip = Chip(
        id=f"onnxruntime_vendor-{label}",
        name=names,
        back_end="onnxruntime_vendor",
        found=False,
        how=f"{provider} is not in this build of onnxruntime",
        hardware=label,
        runtime=builds() | {name: found for name in _RUNTIMES if (found := version(name)) is not None},
        options={"provider": provider, "fallback": "cpu", **_settings(provider)},
    )
    if not builds():
        return replace(chip, how="onnxruntime is not installed")
    import onnxruntime

    if provider not in onnxruntime.get_available_providers():
        return chip
    try:
        OnnxSession(chip, TINY, provider, _settings(provider))
    except Exception as error:  # whatever a vendor's build raises, the chip is not there
        reason = first_line(str(error)) or type(error).__name__
        return replace(chip, how=f"{provider} is in the build, and loads no model: {reason}")
    device = nvidia() if provider == "CUDAExecutionProvider" else {}
    return replace(
        chip,
        found=True,
        how=f"{provider} loads a model",
        hardware=device.get("name", machine().processor if "device_type" in _settings(provider) else label),
        driver=device.get("driver"),
        memory_bytes=int(device["mebibytes"]) * 2**20 if "mebibytes" in device else None,
    )


def nvidia() -> dict[str, str]:
    """Name, driver and MiB of the first NVIDIA device as its own tool says; nothing where there is no such tool.

    Examples
    --------
    >>> set(nvidia()) <= {"name", "driver", "mebibytes"}
    True
    """
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return {}
    query = "--query-gpu=name,driver_version,memory.total"
    try:
        done = subprocess.run(
            [tool, query, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    values = [v.strip() for v in done.stdout.splitlines()[0].split(",")] if done.stdout.strip() else []
    return dict(zip(("name", "driver", "mebibytes"), values, strict=True)) if len(values) == 3 else {}


def _settings(provider: str) -> dict[str, str]:
    """Options of a provider: float32 is computed in float32, not in a shorter format chosen for speed."""
    settings = {
        "CUDAExecutionProvider": {"use_tf32": "0"},
        "OpenVINOExecutionProvider": {"device_type": "CPU"},  # the one device it has on every machine
    }
    return settings.get(provider, {})


@register(
    "chip",
    "onnxruntime_vendor",
    name=("ONNX Runtime，加速卡", "ONNX Runtime, accelerators"),
    needs=("onnxruntime",),
)
def onnxruntime_vendor() -> BackEnd:
    """ONNX Runtime on the accelerators for which a vendor's build is installed."""
    return BackEnd(probe, load)
