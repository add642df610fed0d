"""Pages as trees, for tests that look at all of them: a small reader on the one of the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
SPOKEN = ("alt", "aria-label", "title", "placeholder", "label", "data-name", "data-said", "data-facts")
"""Attributes whose values a person reads or hears."""


@dataclass
class Element:
    """A tag with its attributes; `parts` are texts and elements in their order."""

    tag: str
    attrs: dict[str, str]
    parent: Element | None = None
    parts: list[str | Element] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """Yield this element and all below it, in the order of the page."""
        yield self
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.walk()

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield the elements of some tags below."""
        return (e for e in self.walk() if e.tag in tags)

    def above(self) -> Iterator[Element]:
        """Yield the elements around this one, from the inside."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent

    @property
    def text(self) -> str:
        """What is written inside, in one line."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            elif part.tag not in ("script", "style"):
                yield from part._texts()

    def said(self) -> Iterator[tuple[Element, str]]:
        """Yield (element, text) of every text and attribute that a person reads or hears."""
        for element in self.walk():
            if element.tag in ("script", "style"):
                continue
            texts = [p for p in element.parts if isinstance(p, str)]
            for text in (*texts, *(element.attrs.get(a, "") for a in SPOKEN)):
                if line := " ".join(text.split()):
                    yield element, line


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {k: v or "" for k, v in attrs}, self.at)
        self.at.parts.append(made)
        if tag not in VOID:
            self.at = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.parts.append(Element(tag, {k: v or "" for k, v in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.at.tag == tag, f"<{self.at.tag}> ends with </{tag}> in line {self.getpos()[0]}"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.parts.append(data)


def read(page: str) -> Element:
    """Read a page; tags that do not match are a failed test."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is never closed"
    return reader.root
