"""Messages say what came, what was expected, where, and what to do."""

from __future__ import annotations

import re

import pytest

from chainmend import errors
from chainmend.errors import ChainmendError, DatasetError, TableError
from chainmend.i18n import set_language


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "output -3"),
        ({"where": "firms.csv, row 7"}, "firms.csv, row 7: output -3"),
        ({"expected": "at least 0"}, "output -3; expected: at least 0"),
        (
            {"where": "firms.csv", "expected": "at least 0", "do": "correct the row"},
            "firms.csv: output -3; expected: at least 0. What to do: correct the row",
        ),
    ],
)
def test_message_is_put_together_from_its_parts(parts: dict[str, str], message: str) -> None:
    error = TableError("output -3", **parts)
    assert str(error) == message
    assert (error.came, error.where, error.expected, error.do) == (
        "output -3",
        parts.get("where"),
        parts.get("expected"),
        parts.get("do"),
    )


def test_braces_in_a_message_are_kept() -> None:
    assert str(DatasetError("value {x}", where="a{0}.csv")) == "a{0}.csv: value {x}"


def test_message_is_in_the_chosen_language() -> None:
    set_language("zh")
    message = str(DatasetError("甲", expected="乙", where="表", do="丙"))
    assert "expected" not in message
    assert re.search("甲.*乙.*丙", message)


def test_the_tree_drawn_in_the_docstring_is_the_tree_there_is() -> None:
    drawn = set(re.findall(r"\b([A-Z]\w+Error)\b", errors.__doc__ or "")) - {"ChainmendError"}
    there = {n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, ChainmendError)}
    assert drawn == there - {"ChainmendError"}
