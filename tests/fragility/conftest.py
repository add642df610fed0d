"""Fixtures of the tests of cascades."""

from __future__ import annotations

from typing import Any

import pytest

from chainmend.fragility.engines import threads

WAYS = {"narrow": False, "wide": True}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of following shocks, whatever would be chosen."""
    monkeypatch.setattr(threads, "is_wide", lambda *_shocks: WAYS[request.param])
    return str(request.param)


@pytest.fixture
def redone(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The firms that are computed again by the dense kernel."""
    firms: list[int] = []
    kept = threads._dense

    def spy(plan: Any, job: Any, again: Any) -> Any:
        firms.extend(again.tolist())
        return kept(plan, job, again)

    monkeypatch.setattr(threads, "_dense", spy)
    return firms
