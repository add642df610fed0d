"""Chinese product text: where does the firm's name stand?"""

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
    import numpy as np

    from chainmend.pilot.trial import Arrays

_SENTENCES = 6
_WORDS, _TAGS = 2, 3
"""Places of the dictionaries among the model's files."""


@register(
    "scenario",
    "firm_names",
    name=("企业名称识别", "Firm names in text"),
    reference="Jiao, Sun, Sun 2018, arXiv:1807.01882; the likeliest tag of each character",
)
def firm_names() -> Scenario:
    """Sentences with made-up firms and products of the catalogue; the answer is where the firm's name stands."""
    return Scenario(
        Task(
            id="firm_names",
            name=("企业名称识别", "Firm names in text"),
            version=1,
            metric="accuracy",
            item=("一句约 30 字的产品文本", "one sentence of some 30 characters"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, top1=0.97, drop=0.02)},
            limits=Limits(latency_seconds=0.05, accuracy=0.9),
        ),
        families=("lac",),
        make=_make,
        answer=_answer,
    )


def _make(model: Model, seed: int) -> Sample:
    import numpy as np

    numbers = {character: int(number) for number, character in _dictionary(model, _WORDS)}
    items, truths = [], []
    for n in range(_SENTENCES):
        sentence, firm = _sentence(np.random.default_rng((seed, n)))
        ids = [numbers.get(character, numbers["OOV"]) for character in sentence]
        items.append({"token_ids": np.array([ids], np.int64), "length": np.array([len(ids)], np.int64)})
        start = sentence.index(firm)
        truths.append(f"{start}-{start + len(firm)}")
    return Sample(tuple(items), tuple(truths))


def _sentence(rng: np.random.Generator) -> tuple[str, str]:
    texts, products = _texts(), _products()
    firm = "".join(str(rng.choice(texts[part])) for part in ("places", "marks", "trades", "forms"))
    pattern = str(rng.choice(texts["sentences"]))
    product = products[int(rng.integers(len(products)))]
    return pattern.format(firm=firm, place=rng.choice(texts["places"]), product=product), firm


def _answer(model: Model, outputs: Arrays) -> Answer:
    """Say where the first organisation begins and ends, None where there is none."""
    import numpy as np

    tags = {int(number): tag for number, tag in _dictionary(model, _TAGS)}
    best = [tags.get(int(i), "") for i in np.asarray(next(iter(outputs.values())))[0].argmax(axis=-1)]
    if "ORG-B" not in best:
        return None
    start = best.index("ORG-B")
    stop = start + 1
    while stop < len(best) and best[stop] == "ORG-I":
        stop += 1
    return f"{start}-{stop}"


def _dictionary(model: Model, place: int) -> tuple[tuple[str, str], ...]:
    if model.folder is None:
        raise PilotError(_("the dictionaries are not there"), where=model.id)
    return _pairs(model.folder / model.files[place].name)


@cache
def _pairs(path: Path) -> tuple[tuple[str, str], ...]:
    lines = (line.split("\t", 1) for line in path.read_text("utf-8").splitlines() if "\t" in line)
    return tuple((number, word) for number, word in lines)


@cache
def _texts() -> Any:
    import yaml

    return yaml.safe_load(Path(__file__).with_name("sentences.yaml").read_text("utf-8"))


@cache
def _products() -> tuple[str, ...]:
    """Chinese terms of the catalogue's segments, in order."""
    from chainmend.chain.catalogue import load_catalogue

    segments = load_catalogue(DEFAULT_CATALOGUE).segments
    return tuple(sorted({term for segment in segments.values() for term in segment.terms.zh}))
