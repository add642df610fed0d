"""The terms of a catalogue in texts: longest match, words that exclude a segment, and words of other trades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ahocorasick

from chainmend.placement.text import plain

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue


@dataclass(frozen=True)
class Match:
    """A term of a segment stands in a text."""

    segment_id: str
    term: str


class TermIndex:
    """All terms of a catalogue, ready to be looked for.

    Parameters
    ----------
    catalogue
        Whose segments' terms are looked for.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        found: dict[str, tuple[str, list[str]]] = {}
        self._exclude: dict[str, tuple[str, ...]] = {}
        for s in catalogue.segments.values():
            self._exclude[s.id] = tuple(plain(t) for t in s.terms.exclude)
            for term in (*s.terms.zh, *s.terms.en):
                found.setdefault(plain(term), (term, []))[1].append(s.id)
        for trade in catalogue.elsewhere:
            for term in (*trade.terms.zh, *trade.terms.en):
                found.setdefault(plain(term), (term, []))  # of no segment
        automaton: Any = ahocorasick.Automaton()
        for word, (term, segments) in found.items():
            automaton.add_word(word, (word, term, segments))
        automaton.make_automaton()
        self._automaton = automaton if found else None

    def find(self, text: str) -> list[Match]:
        """Return what `text` names: terms inside longer terms do not count, nor do excluded segments."""
        return self.read(text)[0]

    def read(self, text: str) -> tuple[list[Match], int]:
        """Return what `text` names, and how many words of trades that no chain has stand in it."""
        folded = plain(text)
        if self._automaton is None or not folded:
            return [], 0
        spans = [
            (end - len(word) + 1, end + 1, term, segments)
            for end, (word, term, segments) in self._automaton.iter(folded)
            if _whole_word(folded, end - len(word) + 1, end + 1)
        ]
        matches: dict[str, str] = {}
        elsewhere = set()
        for start, stop, term, segments in spans:
            if any(a <= start and stop <= b and b - a > stop - start for a, b, _t, _s in spans):
                continue
            if not segments:
                elsewhere.add(term)
            for segment in segments:
                if not any(word in folded for word in self._exclude[segment]):
                    matches.setdefault(segment, term)
        return [Match(s, t) for s, t in sorted(matches.items())], len(elsewhere)


def _whole_word(text: str, start: int, stop: int) -> bool:
    """Whether a Latin word or number is not the inside of a longer one; a plural s may follow."""

    def latin(c: str) -> bool:
        return c.isascii() and c.isalnum()

    before = start > 0 and latin(text[start - 1]) and latin(text[start])
    rest = text[stop:]
    plural = rest[:1] == "s" and not latin(rest[1:2] or " ")
    after = bool(rest) and latin(rest[0]) and latin(text[stop - 1]) and not plural
    return not before and not after
