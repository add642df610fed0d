"""How wide a text is in a picture and where it breaks, without a font at hand: an estimate on the safe side."""

from __future__ import annotations

import re
import unicodedata

_SAFE = 1.06  # faces differ; what fits by this estimate fits in the widest of those we name
_WORDS = "基础设施|工业软件|铝镁合金|电路板|自动化|可编程|门阵列|高性能"  # longer words that pairs would cut
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]-/ "), frozenset("mwMW@%")


def width(text: str, size: float) -> float:
    """Estimated width of one line of `text` in a sans-serif face of `size` pixels.

    Examples
    --------
    >>> round(width("光刻机", 12.0), 2)  # three full squares and the margin of safety
    38.16
    """
    return sum(_em(c) for c in text) * size * _SAFE


def _em(c: str) -> float:
    if unicodedata.east_asian_width(c) in "WF":
        return 1.0
    if c in _NARROW:
        return 0.34
    if c in _WIDE:
        return 0.9
    return 0.68 if c.isupper() else 0.57


def wrap(text: str, size: float, room: float) -> list[str]:
    """Lines of `text` that fit into `room`, as few as can be and of even length.

    Chinese breaks after "and", a comma or a Latin word where that takes no more lines, else between pairs of
    characters, as most words have two (some longer ones are known), else between any two, but not before closing
    punctuation. Other words stay whole and may break after a hyphen or a slash. A single word wider than `room` stands
    on a line of its own.

    Examples
    --------
    >>> wrap("Extreme-ultraviolet lithography", 10.0, 100.0)
    ['Extreme-ultraviolet', 'lithography']
    >>> wrap("半导体光刻设备", 12.0, 60.0)
    ['半导体光', '刻设备']
    >>> wrap("数据中心基础设施建设", 12.0, 120.0)
    ['数据中心', '基础设施建设']
    """
    pieces = _pieces(text)
    lines = _fill(pieces, size, room)
    phrases = re.findall(r".*?(?:[与和及、]|[A-Za-z0-9] )|.+$", text)
    for larger in (phrases, _pairs(text)):
        better = _fill(larger, size, room)
        if len(better) == len(lines) and max(width(line, size) for line in better) <= room:
            pieces, lines = larger, better
            break
    low, high = room * 0.4, room
    for _step in range(8):  # the narrowest room that needs no more lines makes them even
        middle = (low + high) / 2
        tried = _fill(pieces, size, middle)
        if len(tried) == len(lines) and max(width(line, size) for line in tried) <= room:
            high, lines = middle, tried
        else:
            low = middle
    return lines


def _pieces(text: str) -> list[str]:
    """What may not be broken: a Chinese character with the punctuation after it, a word with its space."""
    wide = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]"
    opening = r"[（「《]"
    closing = r"[、，。；：）」》]"
    return re.findall(rf"{opening}*{wide}{closing}*\s*|(?:(?!{wide})[^\s/-])+[/-]?\s*|[/-]\s*", text)


def _pairs(text: str) -> list[str]:
    """Known words, and Chinese characters by two from the beginning of a run; other words as they are."""
    pairs: list[str] = []
    for n, part in enumerate(re.split(f"({_WORDS})", text)):
        waiting = False
        for piece in [part] if n % 2 else _pieces(part):
            wide = len(piece) == 1 and unicodedata.east_asian_width(piece) in "WF"
            if wide and waiting:
                pairs[-1] += piece
            else:
                pairs.append(piece)
            waiting = wide and not waiting
    return pairs


def _fill(pieces: list[str], size: float, room: float) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and width((lines[-1] + piece).rstrip(), size) <= room:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.rstrip() for line in lines]
