"""Modules and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast
import math
import warnings
from pathlib import Path

import pytest

SOFT, HARD, FUNCTION = 300, 500, 60


def modules(root: Path) -> list[Path]:
    """Every Python module of the product, its tests and its tools."""
    found = [
        p for part in ("src", "tests", "benchmarks", "docs") for p in sorted((root / part).rglob("*.py"))
    ]
    assert found
    return found


def function_lengths(module: Path) -> list[tuple[int, str]]:
    """(lines, name) of every function of a module, decorators and docstring included."""
    tree = ast.parse(module.read_text("utf-8"))
    return [
        (
            (node.end_lineno or node.lineno)
            - min([node.lineno, *(d.lineno for d in node.decorator_list)])
            + 1,
            node.name,
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_module_is_too_long(root: Path) -> None:
    lengths = {str(p.relative_to(root)): len(p.read_text("utf-8").splitlines()) for p in modules(root)}
    for name, lines in lengths.items():
        if SOFT < lines <= HARD:
            warnings.warn(f"{name} has {lines} lines, more than the {SOFT} we aim at", stacklevel=1)
    assert {name: lines for name, lines in lengths.items() if lines > HARD} == {}


def test_functions_are_short_at_the_95th_percentile(root: Path) -> None:
    found = sorted(
        (lines, f"{p.relative_to(root)}::{name}")
        for p in modules(root)
        for lines, name in function_lengths(p)
    )
    rank = math.ceil(0.95 * len(found)) - 1
    assert found[rank][0] < FUNCTION, f"the longest: {found[-10:]}"


@pytest.mark.parametrize(
    ("source", "lines"),
    [("def f():\n    return 1\n", 2), ("@cache\ndef f():\n    '''Doc.\n    '''\n", 4), ("x = 1\n", None)],
)
def test_the_measure_itself(tmp_path: Path, source: str, lines: int | None) -> None:
    (tmp_path / "m.py").write_text(source, "utf-8")
    assert function_lengths(tmp_path / "m.py") == ([] if lines is None else [(lines, "f")])
