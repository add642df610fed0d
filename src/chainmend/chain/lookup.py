"""Segments by what a newcomer would type: an id, a name, a term, a code, a customs code or a firm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Dependence, Segment

By = Literal["id", "name", "part", "term", "firm", "code", "hs", "class", "what"]

# (equal, one within the other) for each kind of text; what a person wrote as the name says most.
_RANK: dict[By, tuple[int, int]] = {
    "id": (100, 20), "name": (90, 60), "part": (75, 0), "term": (80, 50), "firm": (70, 40), "code": (70, 40),
    "hs": (70, 40), "class": (35, 25), "what": (20, 20),
}  # fmt: skip
_LIKENESS = 0.4
_SHORT = 3  # a Latin term so short is an abbreviation: `AI` is not the beginning of `air`


@dataclass(frozen=True)
class Match:
    """A segment that a term names.

    Attributes
    ----------
    segment
        The segment.
    by
        Which of its texts was met: id, name, part of a name that joins several, product term, firm, code, customs
        code, name of the code's class, or the sentence that describes it.
    text
        That text as the catalogue writes it.
    score
        Up to 100; the order of the matches.
    """

    segment: Segment
    by: By
    text: str
    score: float


def find(catalogue: Catalogue, term: str) -> list[Match]:
    """Segments that `term` names, the likeliest first.

    An equal text counts more than one that holds the term, a name more than a product term, that more than a firm or
    a code, and the sentence that describes the segment least. Among texts of one kind the one that is nearest to the
    term in length comes first; where that is equal, the segment that names the firm or the code earlier in its list,
    that of fewer codes, the earlier stage, and the one with more inputs and users. A firm is found by its full name
    too. Letters of either case and either width are the same, and Latin words match from their beginning.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> [m.segment.id for m in find(load_catalogue("hangzhou-296x"), "谐波减速器")][0]
    'emb.harmonic-reducers'
    """
    wanted = _plain(term)
    if not wanted:
        return []
    names = {code: text.pair for code, text in catalogue.codes}
    found = [m for s in catalogue.segments.values() if (m := _best(s, wanted, names))]
    return sorted(found, key=lambda m: (-m.score, *_central(catalogue, m), m.segment.id))


def near(catalogue: Catalogue, term: str, limit: int = 5) -> list[str]:
    """Names and terms that look like `term`, for a term that finds nothing.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> "谐波减速器" in near(load_catalogue("hangzhou-296x"), "谐波变速器")
    True
    """
    wanted = _plain(term)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    likeness: dict[str, float] = {}
    for s in catalogue.segments.values():
        for text in (*s.name.pair, *s.terms.zh, *s.terms.en):
            matcher.set_seq1(_plain(text))
            if matcher.real_quick_ratio() > _LIKENESS and matcher.quick_ratio() > _LIKENESS:
                likeness[text] = matcher.ratio()
    ranked = sorted((-value, text) for text, value in likeness.items() if value > _LIKENESS)
    return [text for _value, text in ranked[:limit]]


def neighbours(catalogue: Catalogue, segment: Segment) -> tuple[list[Dependence], list[Dependence]]:
    """What goes into `segment` and what it goes into, essential ones first.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> catalogue = load_catalogue("hangzhou-296x")
    >>> into, out = neighbours(catalogue, catalogue.segments["emb.harmonic-reducers"])
    >>> "emb.joint-modules" in [d.target for d in out]
    True
    """
    order = ("essential", "substitutable", "irrelevant")
    into = sorted(segment.inputs, key=lambda d: order.index(d.kind))
    return into, sorted(catalogue.downstream.get(segment.id, ()), key=lambda d: order.index(d.kind))


def _central(catalogue: Catalogue, m: Match) -> tuple[int, int, int, int]:
    """How central what was met is to its segment, and the segment to its chain: least first."""
    s = m.segment
    place = count = stage = 0
    if m.by == "firm":
        place = s.firms.index(m.text)
    elif m.by in ("code", "class", "hs"):
        codes = s.hs if m.by == "hs" else s.codes
        place, count = codes.index(m.text.split()[0]), len(codes)
        stage = [stage.id for stage in catalogue.chains[s.chain_id].stages].index(s.stage)
    return place, count, stage, -len(s.inputs) - len(catalogue.downstream.get(s.id, ()))


def _texts(s: Segment, names: dict[str, tuple[str, str]]) -> Iterator[tuple[By, str, str]]:
    """(kind, text to compare, text to show) of everything a segment can be found by."""
    yield "id", s.id, s.id
    for name in s.name.pair:
        yield "name", name, name
        parts = re.split(r"[、与和/]|, | and ", name)
        yield from (("part", part, name) for part in parts if len(parts) > 1 and len(part) > 1)
    for term in (*s.terms.zh, *s.terms.en):
        yield "term", term, term
    for firm in s.firms:
        yield "firm", firm, firm
    for code in s.codes:
        yield "code", code, " ".join((code, *names.get(code, ())[:1]))
        yield from (("class", name, f"{code} {name}") for name in names.get(code, ()))
    for hs in s.hs:
        yield "hs", hs, hs
    for what in s.what.pair:
        yield "what", what, what


def _best(segment: Segment, wanted: str, names: dict[str, tuple[str, str]]) -> Match | None:
    scored = [
        (score, by, shown)
        for by, text, shown in _texts(segment, names)
        if (score := _score(by, _plain(text), wanted)) > 0
    ]
    if not scored:
        return None
    score, by, shown = max(scored, key=lambda row: row[0])
    return Match(segment, by, shown, round(score, 2))


def _score(by: By, text: str, wanted: str) -> float:
    equal, within = _RANK[by]
    if by in ("code", "hs"):
        digits = re.sub(r"^[a-z](?=\d)", "", wanted)  # the section's letter, as in C3973
        if text == digits:
            return equal
        return within + 9 * len(digits) / len(text) if len(digits) > 1 and text.startswith(digits) else 0
    if text == wanted:
        return equal
    if by == "part":
        return 0
    if _holds(text, wanted, whole=len(wanted) <= _SHORT):
        return within + 9 * len(wanted) / len(text)
    if by == "firm" and len(text) >= _SHORT and _holds(wanted, text, whole=True):
        return within + 10 + 9 * len(text) / len(wanted)  # its full name, before the words that stand in it
    if by in ("name", "term") and 2 * len(text) >= len(wanted) and _holds(wanted, text, whole=True):
        return within - 20 + 9 * len(text) / len(wanted)
    return 0


def _holds(text: str, part: str, *, whole: bool) -> bool:
    """Whether `part` stands in `text`; a Latin word begins where a word of the text does, a whole one also ends so."""
    at = text.find(part)
    while at >= 0:
        end = at + len(part)
        begins = not (at and _latin(part[0]) and _latin(text[at - 1]))
        rest = text[end:].removeprefix("s")
        ends = not (rest and _latin(part[-1]) and _latin(rest[0]))
        if begins and (ends or not whole):
            return True
        at = text.find(part, at + 1)
    return False


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


@cache
def _plain(text: str) -> str:
    """Lower case, half width, no space beside Chinese characters."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return re.sub(r" (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) ", "", folded)
