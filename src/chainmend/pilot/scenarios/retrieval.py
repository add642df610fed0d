"""Product text: which segment of the catalogue does it belong to?"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.trial import TOLERANCES, Answer, Limits, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.pilot.trial import Array, Arrays, Call

_QUERIES, _SEGMENTS, _LONGEST = 4, 16, 32
"""Queries a seed, segments to choose from, tokens kept of a text."""


@register(
    "scenario",
    "retrieval",
    name=("产品文本检索", "Product-text retrieval"),
    reference="mean pooling and cosine as in Reimers, Gurevych 2019, Sentence-BERT, EMNLP",
)
def retrieval() -> Scenario:
    """Terms of the catalogue's segments; the answer is the nearest of 16 segments by their name and description."""
    return Scenario(
        Task(
            id="retrieval",
            name=("产品文本检索", "Product-text retrieval"),
            version=1,
            metric="accuracy",
            item=("一个产品词与 16 个环节", "one product term and 16 segments"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, cosine=0.999, drop=0.02)},
            limits=Limits(latency_seconds=1.0, accuracy=0.8),
        ),
        families=("minilm",),
        make=_make,
        answer=_answer,
        work=_work,
    )


def _make(model: Model, seed: int) -> Sample:
    import numpy as np

    if model.folder is None:
        raise PilotError(_("the tokenizer is not there"), where=model.id)
    tokenizer = _tokenizer(model.folder / model.files[1].name)
    segments = _segments()
    items, truths = [], []
    for number in range(_QUERIES):
        rng = np.random.default_rng((seed, number))
        chosen = [segments[i] for i in rng.choice(len(segments), _SEGMENTS, replace=False)]
        right = int(rng.integers(_SEGMENTS))
        query = str(rng.choice(chosen[right].terms.en))
        codes = tokenizer.encode_batch([query, *(f"{s.name.en}. {s.what.en}" for s in chosen)])
        arrays = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        items.append({k: np.array([getattr(c, v) for c in codes], np.int64) for k, v in arrays.items()})
        truths.append(right)
    return Sample(tuple(items), tuple(truths))


def _work(call: Call, item: Arrays) -> dict[str, Array]:
    """Run all texts at once, and give each the mean of its tokens, of length 1."""
    import numpy as np

    states = next(iter(call(item).values()))
    mask = np.asarray(item["attention_mask"], np.float32)[:, :, None]
    means = np.asarray(states, np.float32) * mask
    means = means.sum(axis=1) / mask.sum(axis=1)
    return {"sentences": means / np.linalg.norm(means, axis=1, keepdims=True)}


def _answer(_model: Model, outputs: Arrays) -> Answer:
    import numpy as np

    vectors = np.asarray(outputs["sentences"], np.float64)
    return int((vectors[1:] @ vectors[0]).argmax())


@cache
def _segments() -> tuple[Segment, ...]:
    """Segments with English terms, in order of id."""
    from chainmend.chain.catalogue import load_catalogue

    found = load_catalogue(DEFAULT_CATALOGUE).segments
    return tuple(found[id] for id in sorted(found) if found[id].terms.en)


@cache
def _tokenizer(path: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise PilotError(
            _("the package {package} is not installed").format(package="tokenizers"),
            do=_("install it: {command}").format(command="pip install tokenizers"),
        ) from error
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(max_length=_LONGEST)
    tokenizer.enable_padding()
    return tokenizer
