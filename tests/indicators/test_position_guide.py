"""The examples of the guide do what they say."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_examples_of_the_guide(root: Path) -> None:
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = doctest.testfile(str(root / "docs/position.md"), module_relative=False, optionflags=options)
    assert found.attempted > 10
    assert found.failed == 0


def test_every_column_of_the_table_is_explained(root: Path) -> None:
    from chainmend.tables import TABLES

    text = (root / "docs/position.md").read_text("utf-8")
    table = text.partition("| column | says |")[2].partition("\nA growth rate")[0]
    assert [c for c in TABLES["statistics"].column_names() if f"`{c}`" not in table] == []
