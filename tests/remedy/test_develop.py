"""Local firms and institutes that could build a segment: each part by hand."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from tests.gaps.city import table
from tests.remedy.small import FIRMS, ON, context, dataset

from chainmend.dataset import Dataset
from chainmend.remedy.candidates import candidates

DAY = dt.date(2025, 1, 1)


def patent(n: int, owner: str, title: str | None, *, invention: bool = True) -> dict[str, Any]:
    return {"patent_id": f"p{n}", "owner_id": owner, "title": title, "date": DAY, "invention": invention}


PATENTS = [
    patent(1, "C", "一种刻蚀机的腔体"),
    patent(2, "C", "刻蚀机校准方法"),
    patent(3, "R", "机器人关节"),
    patent(4, "C", "刻蚀机外观", invention=False),
    patent(5, "u2", "等离子体刻蚀机"),
    patent(6, "C", None),
]
INSTITUTES = [
    {"institute_id": "u1", "name": "甲大学", "city": "杭州市", "fields": "刻蚀机；材料"},
    {"institute_id": "u2", "name": "乙大学", "city": "上海市", "fields": None},
    {"institute_id": "u3", "name": "丙大学", "city": None, "fields": "机器人"},
]


def parts(kind: str = "develop", segment: str = "etcher", **more: Any) -> dict[str, dict[str, Any]]:
    frame = candidates(kind, segment, context(**more))
    return {
        r["candidate_id"]: json.loads(r["parts"]) | {"score": r["score"]} for r in frame.iter_rows(named=True)
    }


def test_a_firm_is_as_near_as_the_catalogue_says() -> None:
    """Etcher goes into chip, chip into robot: {etcher, chip} and {etcher, chip, robot} share two of three."""
    found = parts()
    assert found["C"]["shared"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["R"]["shared"] == pytest.approx(1 / 3, abs=1e-6)
    assert (found["C"]["makes"], found["C"]["patents"]) == (0.0, None)


def test_a_firm_too_far_is_no_candidate() -> None:
    from chainmend.settings import Settings

    strict = Settings.model_validate({"remedies": {"related_least": 0.5}})
    assert sorted(parts(settings=strict)) == ["C"]


def test_what_a_firm_makes_of_it_already() -> None:
    found = parts(on=ON | {"R": "etcher"})
    assert (found["R"]["makes"], found["R"]["shared"]) == (1.0, 1.0)


def test_nearness_of_segments_where_other_cities_show_it() -> None:
    """Ningbo has etchers and robots, Shenzhen chips alone: etchers are near to robots, not to chips."""
    firms = {"C": ("local", 1.0), "R": ("local", 1.0), "n1": ("region", 1.0), "n2": ("region", 1.0)}
    firms |= {"s1": ("country", 1.0), "s2": ("country", 1.0), "s3": ("country", 1.0)}
    on = {"C": "chip", "R": "robot", "n1": "etcher", "n2": "robot", "s1": "chip", "s2": "chip", "s3": "chip"}
    found = parts(data=dataset([], firms), on=on)
    assert found["R"]["related"] > found["C"]["related"] == 0.0


def test_inventions_count_by_title_and_owner() -> None:
    found = parts(data=dataset(patents=PATENTS, institutes=INSTITUTES))
    assert found["C"]["patents"] == 0.4, "two of five; a design and a title that is not known do not count"
    assert found["R"]["patents"] == 0.0


def test_institutes_are_ranked_with_the_firms() -> None:
    found = parts(data=dataset(patents=PATENTS, institutes=INSTITUTES))
    assert found["u1"] == {"field": 1.0, "patents": 0.0, "here": 1.0, "score": pytest.approx(0.6)}
    assert found["u2"]["field"] is None
    assert (found["u2"]["patents"], found["u2"]["here"]) == (0.2, 0.0)
    assert "u3" not in found
    assert parts(data=dataset(institutes=INSTITUTES))["u1"]["patents"] is None


def test_research_of_its_revenue() -> None:
    data = dataset()
    firms = data.tables["firms"].to_dicts()
    for row in firms:
        row |= {"revenue": 1e8, "rd": 2e6} if row["firm_id"] == "C" else {}
    changed = Dataset(data.place, data.date, {**data.tables, "firms": table("firms", firms)}, synthetic=True)
    found = parts(data=changed)
    assert (found["C"]["rd"], found["R"]["rd"]) == (pytest.approx(0.4), None)


def test_reasons() -> None:
    data = dataset(patents=PATENTS, institutes=INSTITUTES)
    said = {
        r["candidate_id"]: r["zh"]
        for r in candidates("develop", "etcher", context(data)).iter_rows(named=True)
    }
    assert said["C"] == (
        "主要环节为芯片代工，上下游与该环节重合 67%，与该环节相关的发明专利 2 件，年产值 20 亿元，"
        "情况不明：关联度、研发投入"
    )
    assert said["u1"] == "研究领域包含该环节，本市机构"
    assert said["u2"] == "与该环节相关的发明专利 1 件，位于上海市，情况不明：研究领域"


def test_closed_firms_and_firms_elsewhere_are_no_candidates() -> None:
    data = dataset()
    rows = [
        r | ({"status": "closed"} if r["firm_id"] == "C" else {}) for r in data.tables["firms"].to_dicts()
    ]
    changed = Dataset(data.place, data.date, {**data.tables, "firms": table("firms", rows)}, synthetic=True)
    assert sorted(parts(data=changed)) == ["R"]
    assert {*parts()} <= {f for f, (place, _output) in FIRMS.items() if place == "local"}
