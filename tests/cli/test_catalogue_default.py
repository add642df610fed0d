"""The catalogue that is used where none is named comes from one place, or from the environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.test_main import run

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE

if TYPE_CHECKING:
    import pytest


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    return str(json.loads(run(capsys, "catalogue", "show", *words, "--json")[1])["id"])


def test_the_environment_names_another_default_and_the_command_line_wins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(CATALOGUE_VARIABLE, raising=False)
    assert shown(capsys) == DEFAULT_CATALOGUE
    monkeypatch.setenv(CATALOGUE_VARIABLE, "demo-region-nace")
    assert shown(capsys) == "demo-region-nace"
    assert shown(capsys, DEFAULT_CATALOGUE) == DEFAULT_CATALOGUE
