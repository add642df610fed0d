"""Facts and thresholds have a name and a unit in both languages."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.gaps.facts import SegmentFacts
from chainmend.gaps.wording import label, rounded, unit, value
from chainmend.settings import Severity, Thresholds

KEYS = {"segment_id", "chain_id", "cluster_id", "dependent_basis", "data_age_days"}


@pytest.mark.parametrize("model", [Thresholds, Severity])
def test_every_threshold_has_a_name(model: Any) -> None:
    assert [n for n in model.model_fields if label(n) == (n, n)] == []


def test_every_fact_of_a_segment_has_a_name() -> None:
    assert [
        f.name for f in fields(SegmentFacts) if f.name not in KEYS and label(f.name) == (f.name,) * 2
    ] == []


@pytest.mark.parametrize(
    ("name", "amount", "zh", "en"),
    [
        ("top_share", 0.856, "86%", "86%"),
        ("sales_growth", -0.25, "-25%", "-25%"),
        ("origin_hhi", 0.4, "0.40", "0.40"),
        ("firms", 1200, "1,200", "1,200"),
        ("year", 2025, "2025", "2025"),
        ("purchases", 1e6, "100 万欧元", "1 m EUR"),
        ("downstream_present", True, "是", "yes"),
        ("world_top_origin", "NLD", "荷兰", "Netherlands"),
        ("top_district", "东区", "东区", "东区"),
        ("density", None, "未知", "unknown"),
        ("my_own", 12345.6, "12,346", "12,346"),
    ],
)
def test_values(name: str, amount: Any, zh: str, en: str) -> None:
    assert value(name, amount, "EUR") == (zh, en)


def number(text: str) -> float:
    """What a text of the pages says, in numbers."""
    units = {"亿元": 1e8, "万元": 1e4, "元": 1.0, "%": 0.01, "": 1.0}
    figures, told = re.fullmatch(r"(-?[\d,.]+) ?(\D*)", text).groups()  # type: ignore[union-attr]
    return float(figures.replace(",", "")) * units[told]


@given(
    st.sampled_from(["self_sufficiency", "knock_out_loss", "density", "output", "sales_growth"]),
    st.floats(-1e13, 1e13) | st.floats(-1, 1) | st.floats(0, 0.02),
)
def test_a_rounded_number_is_what_the_page_says(name: str, amount: float) -> None:
    shown = rounded(name, amount)
    assert shown == pytest.approx(number(value(name, amount)[0]), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("amount", [None, True, 7, "NLD", float("inf")])
def test_what_has_no_fraction_stays(amount: object) -> None:
    assert rounded("output", amount) is amount


def test_units_of_facts() -> None:
    assert [unit(n) for n in ("output", "top_share", "source_hhi", "year")] == ["money", "share", "", ""]
