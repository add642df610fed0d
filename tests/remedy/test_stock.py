"""Stock: who runs short when, how much to hold, what it costs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.gaps.city import table
from tests.remedy.small import FIRMS, ON, context, dataset

from chainmend.dataset import Dataset
from chainmend.fragility.city import city_network
from chainmend.remedy.candidates import candidates
from chainmend.remedy.context import Context
from chainmend.remedy.stock import exposures
from chainmend.remedy.timing import days_short
from chainmend.settings import Settings


def facts(made: Context) -> dict[str, dict[str, Any]]:
    frame = candidates("stock", "etcher", made)
    return {
        r["candidate_id"]: json.loads(r["facts"]) | {"parts": json.loads(r["parts"]), "zh": r["zh"]}
        for r in frame.iter_rows(named=True)
    }


def test_the_source_is_the_one_the_city_buys_most_from() -> None:
    """Tokyo sells 6 m to C and 2 m to R, Ningbo 1.5 m to C."""
    assert exposures(context(), ["etcher", "chip"]).rows() == [
        ("etcher", "C", "JPN", 7.5e6, 6e6, pytest.approx(0.8)),
        ("etcher", "R", "JPN", 2e6, 2e6, 1.0),
    ]


def test_days_to_hold_by_hand() -> None:
    """C has 15 days at use and loses four fifths: short after 18.75. An ally in six months: 182.5 days; at most 90."""
    found = facts(context())
    assert found["C"]["days"] == 18.8
    assert (found["R"]["days"], found["C"]["months"]) == (15.0, 6)
    assert found["C"]["hold_days"] == 90
    assert found["C"]["cost"] == pytest.approx(6e6 / 365 * 90, abs=0.01)
    assert found["R"]["parts"] == {
        "exposed": 1.0,
        "purchases": 0.02,
        "short": pytest.approx(1 - 15 / 182.5, abs=1e-6),
    }
    most = Settings.model_validate({"remedies": {"stock_most": 1000}})
    assert facts(context(settings=most))["C"]["hold_days"] == 164  # 182.5 - 18.8, rounded up


def test_nothing_to_hold_where_mending_is_quicker() -> None:
    quick = Settings.model_validate({"remedies": {"months_ally": 1, "stock_days": 40}})
    assert facts(context(settings=quick)) == {}


def test_months_are_those_of_the_remedy_nearest_at_hand() -> None:
    """An ally in the region, else a firm to attract, else development, of which the catalogue here says nothing."""
    made = context(on=ON | {"near": "chip"})
    assert (made.months("stock", "chip"), made.months("stock", "etcher")) == (6, 18)
    assert (made.nearest("robot"), made.months("stock", "robot")) == ("nobody", None)


def test_no_day_is_made_up_where_nobody_knows_how_long_mending_takes() -> None:
    """All makers outside are closed, so that etchers are to be developed, and nobody says how long that takes."""
    data = dataset()
    rows = [
        r | ({"status": "closed"} if ON.get(r["firm_id"]) == "etcher" else {})
        for r in data.tables["firms"].to_dicts()
    ]
    closed = Dataset(data.place, data.date, {**data.tables, "firms": table("firms", rows)}, synthetic=True)
    found = facts(context(closed))["C"]
    assert (found["months"], found["hold_days"], found["cost"], found["parts"]["short"]) == (
        None,
        None,
        None,
        None,
    )
    assert found["zh"].endswith("情况不明：补短板所需时间")


def test_the_reason() -> None:
    assert facts(context())["R"]["zh"] == (
        "该环节年采购额 200 万元，其中 100% 来自日本，一旦断供，约 15 天后供应不足，补上短板约需 6 个月，"
        "建议增储 90 天用量，约需资金 49.3 万元"
    )


def test_without_links_nobody_is_asked() -> None:
    assert facts(context(dataset(links=None))) == {}


def network(made: Context) -> Context:
    city = city_network(made.dataset, made.placements, made.catalogue)
    return Context(made.dataset, made.catalogue, made.placements, made.facts, made.settings, city)


FULL = FIRMS | {"near": ("region", 1.5e6)}
"""Near has nothing left to sell beyond what C buys of it."""


def test_days_of_the_time_path() -> None:
    """C needs etchers for its chips and loses four fifths of them, and nobody who sells here has any left."""
    made = network(context(dataset(firms=FULL)))
    assert made.city is not None
    days = days_short(made.city, "etcher", "JPN", ["C", "R"], stock=15)
    assert days is not None
    assert days["C"] is not None
    assert 1 <= days["C"] <= 19, "not later than stock over the share lost, and not at once"
    longer = days_short(made.city, "etcher", "JPN", ["C"], stock=30)
    assert longer is not None
    assert (longer["C"] or 0) > days["C"]


def test_a_buyer_whose_other_supplier_has_enough_left_is_never_short() -> None:
    made = network(context())
    assert made.city is not None
    days = days_short(made.city, "etcher", "JPN", ["C", "R"], stock=15)
    assert days is not None
    assert days["C"] is None, "near makes far more than C buys"
    assert days["R"] is not None, "R has no other supplier"
    assert [*facts(made)] == ["R"]


def test_the_network_cannot_say_where_no_firm_of_the_source_is_in_it() -> None:
    made = network(context())
    assert made.city is not None
    assert days_short(made.city, "etcher", "NLD", ["C"], stock=15) is None


def test_candidates_say_where_their_days_are_from() -> None:
    made = context(dataset(firms=FULL))
    plain, followed = facts(made)["C"], facts(network(made))["C"]
    assert (plain["days_from"], followed["days_from"]) == ("stock over share lost", "time path")
    assert followed["days"] == int(followed["days"])
