"""Magika: the type of a file from its first and last kibibyte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.models.derived import variants
from chainmend.pilot.models.packaged import packaged
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model

FOLDER = "magika/models/standard_v3_3"


@register(
    "model",
    "magika",
    name=("文件类型", "File types"),
    reference="Fratantonio et al. 2024, Magika: AI-powered content-type detection (Apache-2.0), package magika",
)
def magika() -> tuple[Model, ...]:
    """Return the network in float32, float16 and int8."""
    base = packaged(
        "magika.float32",
        name=("文件类型", "File types"),
        family="magika",
        package="magika",
        module="magika",
        files=(f"{FOLDER}/model.onnx", f"{FOLDER}/config.min.json"),
        install="'magika>=1.0,<1.1'",
    )
    return variants(base, "float16", "int8")
