"""Suppliers of the region, near ones first."""

from __future__ import annotations

import json

from tests.remedy.small import FIRMS, context, dataset

from chainmend.remedy.candidates import candidates


def test_only_firms_of_the_region() -> None:
    frame = candidates("ally", "etcher", context())
    assert frame["candidate_id"].to_list() == ["near"]
    assert sorted(json.loads(frame["parts"][0])) == ["focus", "near", "sells", "size"]
    assert "rose" not in frame["en"][0], "growth is no part of it"


def test_the_nearer_of_two_alike_comes_first() -> None:
    alike = FIRMS | {"far": ("region", 5e8), "near": ("region", 5e8)}
    frame = candidates("ally", "etcher", context(dataset([("C", "R", 2025, 1.0)], alike)))
    assert frame["candidate_id"].to_list() == ["near", "far"]
    assert frame["score"][0] > frame["score"][1]
