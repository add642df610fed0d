"""Silero VAD: voice activity in frames of 32 ms; its package ships the same network in several forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.models.derived import variants
from chainmend.pilot.models.packaged import packaged
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model, Precision

_INSTALL = "--no-deps silero-vad"  # its files are all that is needed, and the package asks for torch


@register(
    "model",
    "silero_vad",
    name=("语音活动检测", "Voice activity"),
    reference="Silero Team, Silero VAD (MIT), package silero-vad",
)
def silero_vad() -> tuple[Model, ...]:
    """Return the network in float32, as float16 file of its makers, in int8, without If nodes, and for sequences."""
    base = _model("silero_vad.float32", "silero_vad_openvino_16k.onnx", ("语音活动检测", "Voice activity"))
    half = _model(
        "silero_vad.float16",
        "silero_vad_half.onnx",
        ("语音活动检测", "Voice activity"),
        precision="float16",
        reference=base.id,
    )
    op18 = _model(
        "silero_vad.op18",
        "silero_vad_op18_ifless.onnx",
        ("语音活动检测，算子集 18", "Voice activity, operator set 18"),
    )
    sequence = _model(
        "silero_vad.sequence",
        "silero_vad_16k_sequence.onnx",
        ("语音活动检测，整段", "Voice activity, whole sequence"),
    )
    return (*variants(base, "int8"), half, op18, sequence)


def _model(
    id: str, file: str, name: tuple[str, str], precision: Precision = "float32", reference: str | None = None
) -> Model:
    return packaged(
        id,
        name=name,
        family="silero_vad",
        package="silero-vad",
        module="silero_vad",
        files=(f"silero_vad/data/{file}",),
        precision=precision,
        reference=reference,
        install=_INSTALL,
    )
