"""Which segment of one catalogue is which of another: by id, by name, by the terms they share, by customs codes."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Segment

_HALF = 0.5


@dataclass(frozen=True)
class Likeness:
    """How much two segments have in common, and what.

    Attributes
    ----------
    source, target
        Ids of the segments.
    score
        0..1: one minus the product of what each piece of evidence leaves open (see `likeness`).
    names
        Whether they have a name in common, in either language.
    terms, hs, codes
        What stands in both; codes only where both catalogues are written in one system.
    """

    source: str
    target: str
    score: float
    names: bool
    terms: tuple[str, ...]
    hs: tuple[str, ...]
    codes: tuple[str, ...]


def folded(text: str) -> str:
    """Return `text` in half width and lower case, without blanks.

    Examples
    --------
    >>> folded("Ｂall  Screws")
    'ballscrews'
    """
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def same_segments(a: Catalogue, b: Catalogue, told: Mapping[str, str] | None = None) -> dict[str, str]:
    """Segment of `a` -> the same segment of `b`; each at most once.

    A pair is taken, in this order, because somebody says so (`told`), the ids are equal, the names are equal in both
    languages, in one of them, or at least half of the terms of the smaller one stand in the other. A pair that is
    not the only one of its kind is left out: nothing is guessed.
    """
    pairs = {s: t for s, t in (told or {}).items() if s in a.segments and t in b.segments}
    pairs |= {s: s for s in a.segments if s in b.segments and s not in pairs and s not in pairs.values()}
    keys: tuple[Callable[[Segment], Hashable], ...] = (
        lambda s: (folded(s.name.zh), folded(s.name.en)),
        lambda s: folded(s.name.zh),
        lambda s: folded(s.name.en),
    )
    for key in keys:
        left, right = _rest(a, b, pairs)
        ours, theirs = _only(left, key), _only(right, key)
        pairs |= {ours[k].id: theirs[k].id for k in ours if k in theirs}
    left, right = _rest(a, b, pairs)
    return pairs | _by_terms(left, right)


def _rest(a: Catalogue, b: Catalogue, pairs: Mapping[str, str]) -> tuple[list[Segment], list[Segment]]:
    taken = set(pairs.values())
    return (
        [s for s in a.segments.values() if s.id not in pairs],
        [s for s in b.segments.values() if s.id not in taken],
    )


def _only(segments: list[Segment], key: Callable[[Segment], Hashable]) -> dict[Hashable, Segment]:
    """Key -> the segment that alone has it."""
    found: dict[Hashable, list[Segment]] = defaultdict(list)
    for s in segments:
        found[key(s)].append(s)
    return {k: those[0] for k, those in found.items() if len(those) == 1}


def _by_terms(left: list[Segment], right: list[Segment]) -> dict[str, str]:
    theirs: dict[str, list[str]] = defaultdict(list)
    size = {s.id: len(_terms(s)) for s in right}
    for s in right:
        for term in _terms(s):
            theirs[term].append(s.id)
    best: dict[str, str] = {}
    for s in left:
        shared: dict[str, int] = defaultdict(int)
        for term in _terms(s):
            for target in theirs.get(term, ()):
                shared[target] += 1
        near = [t for t, n in shared.items() if n >= _HALF * min(len(_terms(s)), size[t])]
        if len(near) == 1:
            best[s.id] = near[0]
    taken = list(best.values())
    return {s: t for s, t in best.items() if taken.count(t) == 1}


def _terms(s: Segment) -> dict[str, str]:
    """Folded -> as written."""
    return {folded(t): t for t in (*s.terms.zh, *s.terms.en)}


def likeness(a: Catalogue, b: Catalogue) -> list[Likeness]:
    """Every pair of segments that have a name, a term or a customs code in common, the most alike first.

    Each piece of evidence leaves a part open, and the score is one minus the product of these parts: 0.1 for a name
    in common; one minus the share of the smaller set of terms (names count as terms) that stands in both; for
    customs codes one minus half the sum over shared codes of one over the pairs of segments that have the code. A
    class of industry alone names too many segments to propose a pair; it is listed, and does not count.
    """
    words = _shared(a, b, lambda s: _words(s).keys())
    customs = _shared(a, b, lambda s: s.hs)
    pairs: dict[tuple[str, str], tuple[list[str], list[str], float]] = {}
    for word, (ours, theirs) in words.items():
        for pair in ((s, t) for s in ours for t in theirs):
            pairs.setdefault(pair, ([], [], 0.0))[0].append(word)
    for hs, (ours, theirs) in customs.items():
        for pair in ((s, t) for s in ours for t in theirs):
            named, codes, weight = pairs.setdefault(pair, ([], [], 0.0))
            pairs[pair] = (named, [*codes, hs], weight + 1 / (len(ours) * len(theirs)))
    one_system = folded(a.code_system) == folded(b.code_system)
    found = [
        _likeness(a.segments[s], b.segments[t], named, hs, weight, one_system)
        for (s, t), (named, hs, weight) in pairs.items()
    ]
    return sorted(found, key=lambda p: (-p.score, p.source, p.target))


def _shared(
    a: Catalogue, b: Catalogue, of: Callable[[Segment], Iterable[str]]
) -> dict[str, tuple[list[str], list[str]]]:
    """Word -> (segments of `a`, segments of `b`) for the words that both catalogues have."""
    sides: tuple[dict[str, list[str]], dict[str, list[str]]] = (defaultdict(list), defaultdict(list))
    for side, catalogue in zip(sides, (a, b), strict=True):
        for s in catalogue.segments.values():
            for word in dict.fromkeys(of(s)):
                side[word].append(s.id)
    return {word: (sides[0][word], sides[1][word]) for word in sides[0] if word in sides[1]}


def _words(s: Segment) -> dict[str, str]:
    return _terms(s) | {folded(s.name.zh): s.name.zh, folded(s.name.en): s.name.en}


def _likeness(
    s: Segment, t: Segment, words: list[str], hs: list[str], weight: float, one_system: bool
) -> Likeness:
    names = folded(s.name.zh) == folded(t.name.zh) or folded(s.name.en) == folded(t.name.en)
    written, smaller = _words(s), min(len(_words(s)), len(_words(t)))
    left = (0.1 if names else 1.0) * (1 - len(words) / smaller) * (1 - _HALF * min(weight, 1.0))
    return Likeness(
        source=s.id,
        target=t.id,
        score=round(1 - left, 4),
        names=names,
        terms=tuple(sorted(written[w] for w in words)),
        hs=tuple(sorted(hs)),
        codes=tuple(sorted(set(s.codes) & set(t.codes))) if one_system else (),
    )


def proposals(
    a: Catalogue, b: Catalogue, known: Iterable[tuple[str, str]] = (), least: float = 0.25
) -> list[Likeness]:
    """Pairs of at least the score `least` that a person may want to set against each other, without `known` ones.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> found = proposals(load_catalogue("hangzhou-296x"), load_catalogue("demo-region-nace"))
    >>> found[0].source, found[0].target
    ('geq.castings', 'mt.castings')
    """
    done = set(known)
    return [p for p in likeness(a, b) if p.score >= least and (p.source, p.target) not in done]
