"""Which remedy comes first and who leads: each row of the table, and the frame for a scan."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError
from tests.gaps.city import catalogue, city, weights
from tests.remedy.small import ON, context, dataset, talks

from chainmend.chain.model import Catalogue, Difficulty
from chainmend.remedy.choose import choose, days_of, remedies
from chainmend.remedy.context import Context
from chainmend.settings import Settings

HERE = {"C": ("local", 2e9), "R": ("local", 3e9)}


def ready(readiness: int) -> Catalogue:
    """The catalogue with one readiness for every segment."""
    made = catalogue()
    chain = made.clusters[0].chains[0]
    segments = tuple(replace(s, difficulty=Difficulty(readiness)) for s in chain.segments)
    cluster = replace(made.clusters[0], chains=(replace(chain, segments=segments),))
    return replace(made, clusters=(cluster,))


def only(place: str, readiness: int = 8) -> Context:
    """A city in which one firm outside, in `place`, makes etchers; nowhere: a shop outside that is on no segment."""
    firms: dict[str, tuple[str, float | None]] = {**HERE, "shop": ("country", 1.0)}
    if place != "nowhere":
        firms["E"] = (place, 1e9)
    on = {f: s for f, s in (ON | {"E": "etcher"}).items() if f in firms}
    return context(city(firms, []), on=on, chains=ready(readiness))


def with_fact(made: Context, **values: Any) -> Context:
    """The same with other facts of the etchers."""
    facts = {**made.facts.segments, "etcher": replace(made.facts.segments["etcher"], **values)}
    return replace(made, facts=replace(made.facts, segments=facts))


@pytest.mark.parametrize(
    ("kind", "place", "readiness", "first", "also", "lead", "months"),
    [
        ("missing", "region", 8, "ally", (), "industry", 6),
        ("single_source", "region", 3, "ally", (), "industry", 6),
        ("missing", "country", 8, "attract", (), "investment", 18),
        ("missing", "country", 3, "attract", (), "investment", 18),
        ("missing", "abroad", 5, "develop", ("attract",), "science", 36),
        ("missing", "abroad", 7, "attract", ("develop",), "investment", 18),
        ("missing", "nowhere", 5, "develop", ("attract",), "science", 36),
        ("missing", "nowhere", 9, "develop", (), "science", 12),
        ("technology", "region", 8, "develop", (), "science", 18),
        ("declining", "region", 8, "attract", ("develop",), "investment", 18),
        ("declining", "nowhere", 8, "develop", (), "science", 18),
        ("distress", "abroad", 8, "stock", ("ally",), "industry", 18),
        (None, "country", 8, "attract", (), "investment", 18),
    ],
)
def test_rows_of_the_table(
    kind: str | None, place: str, readiness: int, first: str, also: tuple[str, ...], lead: str, months: int
) -> None:
    made = choose(kind, "etcher", only(place, readiness))
    assert (made.first, made.also, made.lead, made.months) == (first, also, lead, months)
    assert made.why == Settings().remedies.order[made.row - 1].why


def test_near_and_complex_is_worth_growing_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "complex", lambda *_: True)
    near = with_fact(only("abroad"), density=0.7)
    assert (choose("missing", "etcher", near).first, choose("missing", "etcher", near).row) == ("develop", 6)
    assert choose("missing", "etcher", with_fact(only("country"), density=0.7)).also == ("develop",)
    assert choose("missing", "etcher", with_fact(only("abroad"), density=0.3)).row == 9
    assert choose("missing", "etcher", with_fact(only("abroad"), density=None)).row == 9
    monkeypatch.setattr(Context, "complex", lambda *_: None)
    assert choose("missing", "etcher", near).row == 9, "what is unknown meets no condition"


def test_where_no_firm_outside_is_in_the_data_no_place_is_known() -> None:
    made = context(city(HERE, []), on={"C": "chip", "R": "robot"})
    assert made.nearest("etcher") is None
    assert choose("missing", "etcher", made).row == 10


def test_stock_is_added_where_users_run_short_soon_and_mending_takes_longer() -> None:
    made = only("country")
    assert choose("missing", "etcher", made, days=20.0).also == ("stock",)
    assert choose("missing", "etcher", made, days=40.0).also == ()
    assert choose("missing", "etcher", made, days=None).also == ()
    assert choose("distress", "etcher", made, days=20.0).also == ("ally",), "it comes first already"
    quick = replace(made, settings=Settings.model_validate({"remedies": {"months_attract": 1}}))
    assert choose("missing", "etcher", quick, days=29.0).also == ("stock",)
    slow = Settings.model_validate({"remedies": {"months_attract": 1, "stock_below": 60}})
    assert choose("missing", "etcher", replace(made, settings=slow), days=31.0).also == ()


def test_days_of_all_buyers_together() -> None:
    """They buy 9.5 m, 8 m of it from Japan; 15 days of stock last 15 x 9.5 / 8."""
    assert days_of(context(), ["etcher", "robot"]) == {"etcher": 17.8}
    assert days_of(context(dataset(links=None)), ["etcher"]) == {}


FINDINGS = pl.DataFrame(
    {
        "finding_id": ["F2", "F1", "F3"],
        "kind": ["missing", "technology", "missing"],
        "segment_id": ["etcher", "etcher", "chip"],
    }
)


def told(**tables: Any) -> pl.DataFrame:
    made = context(dataset(**tables))
    return remedies(made.dataset, made.catalogue, weights(ON), made.facts, FINDINGS, Settings())


def test_one_row_a_finding_in_their_order() -> None:
    found = told()
    assert found["finding_id"].to_list() == ["F2", "F1", "F3"]
    assert found["remedy"].to_list() == ["ally", "develop", "develop"]
    assert found["lead_zh"].to_list() == ["经信局", "科技局", "科技局"]
    assert found["also"].to_list() == ["stock", "stock", ""]
    assert found["days"].to_list() == [17.8, 17.8, None]
    first = json.loads(found["candidates"][0])
    assert [(c["rank"], c["candidate_id"], c["what"]) for c in first] == [(1, "near", "firm")]
    assert "已向本市 1 家企业供货" in first[0]["zh"]
    assert len(json.loads(found["candidates"][1])) == 2


def test_talks_are_counted_not_named() -> None:
    found = told(talks=[talks("near")])
    assert (json.loads(found["candidates"][0]), found["in_talks"][0]) == ([], 1)


def test_the_same_bytes_twice_and_nothing_for_nothing() -> None:
    assert told().equals(told())
    made = context()
    none = remedies(made.dataset, made.catalogue, weights(ON), made.facts, FINDINGS.head(0), Settings())
    assert none.is_empty()
    assert none.schema == told().schema


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"order": []}, "the last row must have no condition"),
        ({"order": [{"first": "ally", "nearest": ["region"], "why": ["甲", "a"]}]}, "the last row"),
        ({"order": [{"first": "hope", "why": ["甲", "a"]}]}, "Input should be 'attract'"),
        ({"leads": {"attract": "nobody"}}, "nobody not among the departments"),
        ({"leads": {"attract": "science"}}, "nobody leads ally, develop, stock"),
        ({"attract": {"focus": 0}}, "at least one weight above 0"),
        ({"attract": {"charm": 1}}, "charm"),
        ({"attract": {"focus": -1}}, "greater than or equal to 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(values: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings.model_validate({"remedies": values})


def test_an_order_of_ones_own() -> None:
    order = [{"first": "stock", "why": ["先备货", "stock first"]}]
    made = replace(only("region"), settings=Settings.model_validate({"remedies": {"order": order}}))
    assert (choose("missing", "etcher", made).first, choose("missing", "etcher", made).why[0]) == (
        "stock",
        "先备货",
    )
