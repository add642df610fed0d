"""Short of technology: dependence, patents per output against the country's, institutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.gaps.city import catalogue, city, verdict, weights

from chainmend.gaps.facts import segment_facts
from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.settings import Thresholds

FIRMS: dict[str, tuple[str, float | None]] = {
    "a": ("local", 1e8),
    "b": ("local", 1e8),
    "c": ("country", 1e8),
    "j": ("abroad", 1e8),
}
ON = {"a": "robot", "b": "chip", "c": "chip", "j": "chip"}
DEPENDENT = [("j", "a", year, 90.0) for year in (2024, 2025)]
ELSEWHERE = [{"institute_id": "i", "name": "某研究院", "city": "杭州市", "fields": "刻蚀机"}]


def patents(**owned: int) -> list[dict[str, Any]]:
    return [
        {
            "patent_id": f"{o}{n}",
            "owner_id": o,
            "date": dt.date(2025, 1, 1),
            "invention": True,
            "title": "专利",
        }
        for o, count in owned.items()
        for n in range(count)
    ]


def said(links: Any = DEPENDENT, institutes: Any = ELSEWHERE, **tables: Any) -> Verdict:
    tables.setdefault("patents", patents(b=1, c=10))
    made = city(FIRMS, links, institutes=institutes, **tables)
    return verdict("technology", "chip", made, ON)


def test_fires_where_all_three_hold() -> None:
    found = said()  # here 1 a hundred million, in the country 11 on two
    assert isinstance(found, Hit)
    assert found.facts["patents_per_output"] == pytest.approx(1.0)
    assert found.facts["national_patents_per_output"] == pytest.approx(5.5)
    assert found.facts["patents_per_output_ratio"] == pytest.approx(1 / 5.5)


@pytest.mark.parametrize(("elsewhere", "fires"), [(4, True), (3, False)])
def test_below_half_of_the_mean(elsewhere: int, fires: bool) -> None:
    # one here, four there: 1 against 2.5; three there: 1 against 2, which is half
    assert isinstance(said(patents=patents(b=1, c=elsewhere)), Hit) is fires


def test_silent_where_it_does_not_depend() -> None:
    assert said([("b", "a", year, 90.0) for year in (2024, 2025)]) is None


@pytest.mark.parametrize("town", ["杭州市", None])
def test_silent_where_an_institute_works_on_it(town: str | None) -> None:
    here = {"institute_id": "i", "name": "某研究院", "city": town, "fields": "芯片代工、材料"}
    assert said(institutes=[here]) is None


def test_an_institute_elsewhere_does_not_help() -> None:
    away = {"institute_id": "k", "name": "外地研究院", "city": "深圳市", "fields": "芯片代工"}
    assert isinstance(said(institutes=[*ELSEWHERE, away]), Hit)


def test_a_patent_of_an_institute_names_the_segment() -> None:
    own = {
        "patent_id": "x",
        "owner_id": "i",
        "date": dt.date(2025, 1, 1),
        "invention": True,
        "title": "一种芯片代工方法",
    }
    assert said(patents=[*patents(b=1, c=10), own]) is None


def test_utility_models_are_no_inventions() -> None:
    model = {
        "patent_id": "u",
        "owner_id": "b",
        "date": dt.date(2025, 1, 1),
        "invention": False,
        "title": "支架",
    }
    facts = segment_facts(
        city(FIRMS, None, institutes=ELSEWHERE, patents=[*patents(b=2, c=1), model]),
        catalogue(),
        weights(ON),
        Thresholds(),
    )
    assert facts.segments["chip"].patents == 2.0


@pytest.mark.parametrize(
    ("given", "tables"),
    [
        ({"patents": []}, ("patents",)),
        ({"institutes": []}, ("institutes",)),
        ({"patents": patents(b=1)}, ("patents",)),  # nobody elsewhere: no national mean
        ({"institutes": [ELSEWHERE[0] | {"fields": None}]}, ("institutes",)),
    ],
)
def test_what_cannot_be_known_is_not_checked(given: dict[str, Any], tables: tuple[str, ...]) -> None:
    found = said(**given)
    assert isinstance(found, NotChecked)
    assert found.tables == tables


def test_nobody_here_is_missing_and_not_short_of_technology() -> None:
    made = city(
        {k: v for k, v in FIRMS.items() if k != "b"}, DEPENDENT, institutes=ELSEWHERE, patents=patents(c=10)
    )
    assert verdict("technology", "chip", made, {k: v for k, v in ON.items() if k != "b"}) is None
