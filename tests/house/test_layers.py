"""Imports point only downward, and what is heavy is imported only when it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("polars", "numpy", "scipy", "sklearn", "duckdb", "dataframely", "pydantic", "yaml", "rich", "typer")
HEAVY_FOR_HELP = ("polars", "numpy", "scipy", "sklearn", "duckdb", "dataframely", "pydantic")


def loaded_after(code: str, suspects: tuple[str, ...]) -> list[str]:
    """Which of `suspects` are loaded in a fresh interpreter after `code`."""
    probe = f"{code}\nimport sys\nsys.stderr.write(' '.join(m for m in {suspects!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return done.stderr.split()


def test_import_loads_nothing_heavy() -> None:
    assert loaded_after("import chainmend", HEAVY) == []


def test_help_loads_nothing_heavy() -> None:
    help_ = "from chainmend.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert loaded_after(help_, HEAVY_FOR_HELP) == []


def test_the_probe_sees_what_is_loaded() -> None:
    assert loaded_after("import polars", HEAVY)[0] == "polars"


def test_import_contracts_hold(root: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed beside this interpreter")
    done = subprocess.run([linter, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
