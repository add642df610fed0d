"""Sector-level paths agree with those the published package BoARIO 0.7.2 computed on the same tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from chainmend.fragility.behaviour import Behaviour
from chainmend.fragility.dynamics import Outage, simulate
from chainmend.fragility.economy import sector_economy

if TYPE_CHECKING:
    from chainmend.fragility.timepath import TimePath

REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "ario_reference.json").read_text("utf-8"))
NEGLIGIBLE = 1e-5 / 365


def table() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Flows and final demand per year of 3 regions x 4 sectors; the package got the same."""
    i = np.arange(12)
    flows = ((37 * i[:, None] + 101 * i[None, :] + 13 * i[:, None] * i[None, :]) % 89).astype(float) * 10
    flows[(i[:, None] + 2 * i[None, :]) % 5 == 0] = 0
    return flows, ((53 * i) % 61 + 200.0) * 60


def ours(case: dict[str, Any], scarcity: Any) -> TimePath:
    flows, final = table()
    economy = sector_economy(
        flows,
        final,
        sectors=list("klmn") * 3,
        regions=["a"] * 4 + ["b"] * 4 + ["c"] * 4,
        inventory_days=case["inventory_days"],
    )
    loss = np.zeros(12)
    loss[case["hit"]] = case["lost"]
    behaviour = Behaviour(
        alpha_max=case["alpha_max"],
        alpha_tau=case["alpha_tau"],
        psi=case["psi_param"],
        inventory_tau=case["inventory_restoration_tau"],
        orders="capacity" if case["order_type"] == "alt" else "shares",
        scarcity=scarcity,
        negligible=NEGLIGIBLE,
    )
    outage = Outage(loss, case["occurrence"] + 1, case["duration"] + 2, case["recovery_tau"])
    return simulate(economy, outage, days=case["days"], behaviour=behaviour)


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: case["name"])
def test_the_published_package_makes_the_same_path(case: dict[str, Any]) -> None:
    path = ours(case, "tomorrow")
    days = [int(day) for day in case["production"]]
    theirs = np.array(list(case["production"].values()))
    assert np.abs((path.production[days] - theirs) / path.normal).max() < 1e-12
    assert path.total_loss == pytest.approx(case["days_lost"], rel=1e-11)


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: case["name"])
def test_scarcity_as_published_differs_little(case: dict[str, Any]) -> None:
    assert ours(case, "today").total_loss == pytest.approx(case["days_lost"], rel=0.02)


def test_a_national_table_loses_what_the_published_package_says(shared: Path) -> None:
    """135 sectors; half of two of them out for 32 days, back evenly over 50; 2.7271 days of output in a year."""
    codes = [f"{k:03d}" for k in range(1, 136)]
    given = pl.read_parquet(shared / "data/china_io_2007_135/io2007_flow_135.parquet")
    rows = given.filter(pl.col("code").is_in(codes)).sort("code")
    flows = np.maximum(rows.select(codes).to_numpy(), 0)
    final = np.maximum(rows["GO"].to_numpy() - flows.sum(axis=1), 0)
    economy = sector_economy(flows, final, sectors=codes, inventory_days=90)
    loss = np.zeros(135)
    loss[[75, 80]] = 0.5
    behaviour = Behaviour(scarcity="tomorrow", negligible=NEGLIGIBLE)
    path = simulate(economy, Outage(loss, 6, 32, 50), behaviour=behaviour)
    assert path.total_loss == pytest.approx(2.727061479656016, rel=1e-11)
