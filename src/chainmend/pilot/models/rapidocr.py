"""PP-OCR as RapidOCR packs it: finding lines of text, turning them upright, reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.models.derived import variants
from chainmend.pilot.models.packaged import packaged
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model, Names

REFERENCE = "PP-OCRv4 and PP-OCRv2 of PaddleOCR (Apache-2.0), package rapidocr-onnxruntime"


@register("model", "ocr_det", name=("文字检测", "Text detection"), reference=REFERENCE)
def ocr_det() -> tuple[Model, ...]:
    """Return the detector in float32, float16 and int8."""
    return _family("ocr_det", ("文字检测", "Text detection"), "ch_PP-OCRv4_det_infer.onnx")


@register("model", "ocr_rec", name=("文字识别", "Text recognition"), reference=REFERENCE)
def ocr_rec() -> tuple[Model, ...]:
    """Return the recogniser in float32, float16 and int8."""
    return _family("ocr_rec", ("文字识别", "Text recognition"), "ch_PP-OCRv4_rec_infer.onnx")


@register("model", "ocr_cls", name=("方向分类", "Text orientation"), reference=REFERENCE)
def ocr_cls() -> tuple[Model, ...]:
    """Return the classifier of orientation in float32, float16 and int8."""
    return _family("ocr_cls", ("方向分类", "Text orientation"), "ch_ppocr_mobile_v2.0_cls_infer.onnx")


def _family(family: str, name: Names, file: str) -> tuple[Model, ...]:
    base = packaged(
        f"{family}.float32",
        name=name,
        family=family,
        package="rapidocr-onnxruntime",
        module="rapidocr_onnxruntime",
        files=(f"rapidocr_onnxruntime/models/{file}",),
    )
    return variants(base, "float16", "int8")
