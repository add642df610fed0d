"""The guide to fragility: what its examples print is what they give, and its commands exist."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest
from tests.house.test_repository import command_tree, commands


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs/fragility.md").read_text("utf-8")


def faults(text: str, parser: doctest.DocTestParser, names: dict[str, Any]) -> str:
    """Run every example of the text, one after the other; return what the failures say."""
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    for number, block in enumerate(re.findall(r"```pycon\n(.*?)```", text, re.S)):
        test = parser.get_doctest(block, names, f"block {number}", None, None)
        test.globs = names  # one block uses the names of those before it
        runner.run(test, out=said.append, clear_globs=False)
    return "".join(said)


def test_every_example_gives_what_it_says(guide: str) -> None:
    assert guide.count("```pycon") >= 9
    assert guide.count("```python") == 0  # those would not be run
    assert faults(guide, doctest.DocTestParser(), {}) == ""


def test_a_wrong_example_would_be_found() -> None:
    text = "```pycon\n>>> x = 2\n\n```\nthen\n```pycon\n>>> x + 1\n4\n\n```\n"
    assert "Got:\n    3" in faults(text, doctest.DocTestParser(), {})


def test_every_command_exists(guide: str) -> None:
    tree = command_tree()
    shown = commands(guide)
    assert {words[1] for words in shown} == {"demo", "stress", "esri"}
    for words in shown:
        options = {word for word in words if word.startswith("--")}
        assert options <= tree[words[1]], words


def test_the_guide_is_in_the_navigation(root: Path) -> None:
    assert "fragility.md" in (root / "mkdocs.yml").read_text("utf-8")
    assert "](fragility.md)" in (root / "docs/index.md").read_text("utf-8")
