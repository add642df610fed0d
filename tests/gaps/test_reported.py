"""Reported: verified needs of chain leaders and institutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.gaps.city import catalogue, city, verdict, weights

from chainmend.gaps.facts import segment_facts
from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.settings import Thresholds

ON = {"a": "robot", "b": "chip"}
INSTITUTE = [{"institute_id": "i", "name": "某研究院", "city": "杭州市", "fields": None}]


def need(by: str, day: int = 1, verified: bool = True, segment: str | None = "etcher") -> dict[str, Any]:
    return {
        "need_id": f"n{by}{day}",
        "reporter_id": by,
        "segment_id": segment,
        "text": "需要刻蚀机",
        "date": dt.date(2025, 6, day),
        "verified": verified,
    }


def made(*needs: dict[str, Any]) -> Any:
    return city(
        {"a": ("local", 1.0), "b": ("local", 1.0)},
        about={"a": {"leader": True}},
        institutes=INSTITUTE,
        needs=list(needs),
    )


def said(*needs: dict[str, Any]) -> Verdict:
    return verdict("reported", "etcher", made(*needs), ON)


@pytest.mark.parametrize(
    ("given", "fires"),
    [
        (need("a"), True),  # a chain leader
        (need("i"), True),  # an institute
        (need("b"), False),  # a firm that leads nothing
        (need("nobody"), False),
        (need("a", verified=False), False),
        (need("a", segment="chip"), False),
        (need("a", segment=None), False),
    ],
)
def test_who_is_heard(given: dict[str, Any], fires: bool) -> None:
    assert isinstance(said(given), Hit) is fires


def test_the_newest_is_told_and_all_are_rows() -> None:
    found = said(need("a", 3), need("i", 20), need("b", 21))
    assert isinstance(found, Hit)
    assert "某研究院" in found.summary[1]
    assert "2025-06-20" in found.summary[1]
    assert [(r["reporter_id"], r["by"]) for r in found.rows] == [("i", "institute"), ("a", "leader")]
    assert (found.facts["needs"], found.facts["needs_of_all"]) == (2, 3)


def test_needs_of_anybody_are_counted() -> None:
    facts = segment_facts(made(need("b"), need("a", 2)), catalogue(), weights(ON), Thresholds())
    assert [facts.segments[s].needs for s in ("etcher", "chip")] == [2, 0]


def test_without_a_table_it_is_not_checked() -> None:
    found = said()
    assert isinstance(found, NotChecked)
    assert found.tables == ("needs",)
