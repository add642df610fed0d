"""The guide to remedies: what its examples print is what they give, its commands and settings exist."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
import yaml
from tests.fragility.test_guide import faults
from tests.house.test_repository import command_tree, commands

from chainmend.settings import Settings


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs/remedies.md").read_text("utf-8")


def test_every_example_gives_what_it_says(guide: str) -> None:
    assert guide.count("```pycon") == 1
    assert faults(guide, doctest.DocTestParser(), {}) == ""


def test_every_command_exists(guide: str) -> None:
    tree = command_tree()
    shown = commands(guide)
    assert {words[1] for words in shown} == {"demo", "remedy", "list"}
    for words in shown:
        assert {word for word in words if word.startswith("--")} <= tree[words[1]], words


def test_the_settings_it_shows_are_taken(guide: str) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", guide, re.S)
    made = Settings.model_validate(yaml.safe_load(text)).remedies
    assert (made.months_ally, made.leads["stock"], len(made.order)) == (4, "commerce", 2)


def test_the_guide_is_in_the_navigation(root: Path) -> None:
    assert ": remedies.md" in (root / "mkdocs.yml").read_text("utf-8")
