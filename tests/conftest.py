"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chainmend.i18n import set_language

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data beside the repository, or skip: it is no part of the repository."""
    named = os.environ.get("CHAINMEND_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no real data beside the repository; CHAINMEND_SHARED names the folder that holds `data`")
    return folder


def pytest_configure() -> None:
    """Messages of doctests are in English, and lines of any length, whatever the terminal says."""
    os.environ["CHAINMEND_LANGUAGE"] = "en"
    os.environ.pop("COLUMNS", None)  # processes side by side are told the width of the terminal


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are in English unless a test asks for another language; afterwards they are again."""
    set_language("en")
    yield
    set_language("en")
