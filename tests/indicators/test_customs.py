"""Readings of customs: origins, imports over exports, dependence by segment and product, churn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.gaps.city import catalogue, city

from chainmend.indicators.city import City
from chainmend.indicators.customs import (
    import_churn,
    import_dependence,
    imports_over_exports,
    origin_hhi,
    trade_by_product,
    trade_by_segment,
)
from chainmend.indicators.reading import Reading

ETCHER = "848620"  # the code of the segment `etcher`
OTHER = "854231"


def rows(
    year: int, imports: dict[str, float], exports: float, hs: str = ETCHER, months: Sequence[int] = (0,)
) -> list[dict[str, Any]]:
    flows = [("import", p, v) for p, v in imports.items()] + ([("export", "USA", exports)] if exports else [])
    return [
        {"year": year, "month": m, "flow": flow, "hs": hs, "partner": p, "value": v}
        for m in months
        for flow, p, v in flows
    ]


def made(*customs: list[dict[str, Any]], **tables: Any) -> City:
    dataset = city({"a": ("local", 1.0)}, customs=[r for part in customs for r in part], **tables)
    return City(dataset, catalogue())


def of(readings: Any, subject: str = "etcher") -> Reading:
    (found,) = [r for r in readings if r.subject == subject]
    assert isinstance(found, Reading)
    return found


FEW, SPREAD = {"JPN": 90.0, "USA": 10.0}, {"JPN": 30.0, "USA": 30.0, "DEU": 40.0}


def test_origins_and_ratio_of_the_last_year() -> None:
    town = made(rows(2024, SPREAD, 10.0), rows(2025, FEW | {"CHN": 500.0}, 50.0))
    hhi = of(origin_hhi(town))
    assert hhi.value == pytest.approx(0.82)  # what came back from abroad is no origin
    assert hhi.note == ("日本：90%", "Japan: 90%")
    assert (hhi.scope.year, hhi.scope.months) == (2025, 12)
    assert of(imports_over_exports(town)).value == pytest.approx(2)
    for indicator in (origin_hhi, imports_over_exports):
        readings = list(indicator(town))
        assert [r.subject for r in readings] == list(town.segments)
        without = of(readings, "robot")
        assert without.value is None
        assert without.note
        assert without.note[1] == "the segment has no customs codes"


def test_a_year_that_has_not_ended_says_so() -> None:
    town = made(rows(2025, FEW, 50.0, months=range(1, 10)))
    assert of(origin_hhi(town)).scope.months == 9


def test_what_cannot_be_told_is_unknown() -> None:
    never_out = of(imports_over_exports(made(rows(2025, FEW, 0.0))))
    assert never_out.value is None
    assert never_out.note
    assert never_out.note[1] == "nothing of it was exported: beyond any cut"
    never_in = of(origin_hhi(made(rows(2025, {}, 5.0))))
    assert (never_in.value, never_in.note and never_in.note[1]) == (None, "nothing of it was imported")
    only_other = made(rows(2025, FEW, 5.0, hs=OTHER))
    for indicator in (origin_hhi, imports_over_exports):
        found = of(indicator(only_other))
        assert (found.value, found.note and found.note[1]) == (None, "neither imported nor exported")


def test_dependence_of_segments_and_products() -> None:
    town = made(
        *(rows(y, FEW, 50.0) for y in (2023, 2024, 2025)),
        *(rows(y, SPREAD, 50.0, hs=OTHER) for y in (2023, 2024, 2025)),
    )
    readings = list(import_dependence(town))
    assert [(r.level, r.subject, r.value) for r in readings] == [
        ("segment", "etcher", 3.0),
        ("product", ETCHER, 3.0),
        ("product", OTHER, 0.0),
    ]
    assert readings[0].note
    assert readings[0].note[1] == "dependent: the tests hold in 3 of 3 years"


def test_dependence_needs_concentrated_world_supply_where_that_is_known() -> None:
    provision = [
        {"segment_id": "etcher", "origin": o, "year": 2025, "share": s, "source": "x"}
        for o, s in {"JPN": 0.3, "USA": 0.3, "DEU": 0.4}.items()
    ]
    town = made(*(rows(y, FEW, 50.0) for y in (2023, 2024, 2025)), provision=provision)
    assert of(import_dependence(town)).value == 0
    assert of(import_dependence(town), ETCHER).value == 3  # of the product the world is not known


def test_dependence_of_too_few_years_is_open() -> None:
    found = of(import_dependence(made(rows(2025, FEW, 50.0))))
    assert found.value is None
    assert found.note
    assert found.note[1] == "only 1 of 3 years can be judged; the others could decide it"
    # what is not imported any more does not depend on imports
    ceased = made(rows(2023, FEW, 50.0), rows(2024, {}, 50.0), rows(2025, {}, 50.0))
    assert of(import_dependence(ceased)).value == 1
    assert "not dependent" in str(of(import_dependence(ceased)).note)


def test_churn_of_products() -> None:
    stays, new = (FEW, FEW, FEW, FEW), (SPREAD, SPREAD, FEW, FEW)
    left, never = (FEW, FEW, SPREAD, SPREAD), (SPREAD,) * 4
    customs = [
        rows(2022 + n, imports, 50.0, hs=f"85423{code}")
        for code, series in enumerate((stays, new, left, never))
        for n, imports in enumerate(series)
    ]
    (found,) = import_churn(made(*customs))
    assert (found.level, found.subject) == ("city", "杭州市")
    assert found.value == pytest.approx(2 / 3)
    assert found.note
    assert found.note[1] == (
        "4 products judged in both years: 1 became dependent, 1 no longer are, 1 stayed so"
    )
    (short,) = import_churn(made(rows(2024, FEW, 50.0), rows(2025, FEW, 50.0)))
    assert short.value is None
    assert short.note


def test_products_are_the_codes_and_segments_their_sums() -> None:
    dataset = made(rows(2025, FEW, 50.0), rows(2025, SPREAD, 5.0, hs=OTHER)).dataset
    products, segments = trade_by_product(dataset), trade_by_segment(dataset, catalogue())
    assert products
    assert segments
    assert list(products) == [ETCHER, OTHER]
    assert segments["etcher"] == products[ETCHER]
    assert trade_by_product(city({"a": ("local", 1.0)})) is None
