"""The page holds every cell in both languages, asks nothing of a network, and is the same for the same matrix."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.pilot.small import CHIP, MODEL, TASK, stated

from chainmend.i18n import set_language
from chainmend.pilot.html import page
from chainmend.pilot.html_text import duration, limits, says
from chainmend.pilot.matrix import Matrix, build_matrix
from chainmend.pilot.record import Ending
from chainmend.pilot.trial import Chip, Limits, Sample, Scenario

SCENARIO = Scenario(TASK, ("m",), lambda model, seed: Sample((), ()), lambda model, outputs: None)
VOID = {"meta", "col", "rect", "path", "circle", "br", "link", "img"}


def matrix() -> Matrix:
    chips = [CHIP, replace(CHIP, id="y"), Chip("makers-a", ("甲", "A"), "makers", False, "no", maker="a")]
    crash = stated(
        chip=chips[1], ending=Ending("crash", "run", "SIGSEGV"), draws=(), drift=(), timing=None, load=None
    )
    return build_matrix([stated(), crash], chips, [MODEL], [SCENARIO])


class Balance(HTMLParser):
    """Counts elements and finds what is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.targets += [given["popovertarget"] or ""] if "popovertarget" in given else []
        style = (given.get("class") or "").split()
        self.cells += "cell" in style and "sw" not in style

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_page_is_whole() -> None:
    made = matrix()
    parser = Balance()
    parser.feed(page(made))
    assert parser.open == []
    assert parser.cells == len(made.cells) == 3
    assert len(set(parser.ids)) == len(parser.ids)
    assert sorted(parser.targets) == sorted(parser.ids)
    assert len(parser.targets) == 2  # what was tried has its evidence


def test_nothing_is_fetched() -> None:
    text = page(matrix())
    assert not re.search(r"https?://|//[a-z]|@import|url\(|<link|<img|src=", text)


def test_same_matrix_same_bytes_and_both_languages() -> None:
    assert page(matrix()) == page(matrix())
    text = page(matrix())
    assert '<html lang="en">' in text
    set_language("zh")
    assert '<html lang="zh-CN">' in page(matrix())
    for word in ("卡点", "Blockers", "覆盖", "Coverage", "先测", "Try first"):
        assert word in text


def test_headline_counts_and_names_who_is_to_come() -> None:
    plain = re.sub(r"<[^>]+>", "", page(matrix()))
    assert "Pilot field: 2 of 3 cells tested, makers to come: 1" in plain


def test_texts_of_a_lab_cannot_break_the_page() -> None:
    evil = replace(CHIP, id="e", name=("<b>", '"><script>alert(1)</script>'), hardware="<i>&")
    text = page(build_matrix([stated(chip=evil)]))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    parser = Balance()
    parser.feed(text)
    assert parser.open == []


def test_empty_matrix_is_a_page() -> None:
    parser = Balance()
    parser.feed(page(build_matrix([])))
    assert (parser.open, parser.cells) == ([], 0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0009, "0.90 ms"), (0.0099, "9.9 ms"), (0.01, "10 ms"), (0.9994, "999 ms"), (12, "12.0 s")],
)
def test_latencies(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_limits_are_said_only_where_there_are_any() -> None:
    assert limits(TASK)[1] == "≤ 50 ms · accuracy ≥ 0.5"
    assert limits(replace(TASK, limits=Limits())) == ("", "")


def test_text_that_is_the_same_stands_once() -> None:
    assert says(("a<b", "a<b")) == "a&lt;b"
