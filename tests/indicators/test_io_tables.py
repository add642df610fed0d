"""Input-output on real tables, against coefficients and positions that others published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from chainmend.indicators.inputoutput import (
    backward_linkages,
    direct_coefficients,
    downstreamness,
    forward_linkages,
    leontief_inverse,
    multipliers,
    upstreamness,
)

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray


class China:
    """National table of 2007, 135 sectors, and its published coefficients."""

    def __init__(self, shared: Path) -> None:
        folder = shared / "data" / "china_io_2007_135"
        self.table = pl.read_parquet(folder / "io2007_flow_135.parquet")
        self.sectors = pl.read_csv(folder / "sectors_135.csv.gz", infer_schema=False)["code"].to_list()
        self.flows = self.table.head(135).select(self.sectors).to_numpy()
        self.inputs = self.table.filter(pl.col("code") == "TI").select(self.sectors).to_numpy()[0]
        self.direct, self.total = (
            pl.read_parquet(folder / f"expected_{n}_coefficients.parquet").select(self.sectors).to_numpy()
            for n in ("direct", "total")
        )

    def column(self, name: str) -> FloatArray:
        """A column of final use."""
        return self.table[name].head(135).to_numpy()


@pytest.fixture(scope="module")
def china(shared: Path) -> China:
    return China(shared)


def test_china_2007_direct_and_total_coefficients(china: China) -> None:
    direct = direct_coefficients(china.flows, china.inputs)
    assert np.abs(direct - china.direct).max() < 1e-12
    assert np.abs(leontief_inverse(direct) - np.eye(135) - china.total).max() < 1e-5


def test_china_2007_linkages_are_those_of_the_published_inverse(china: China) -> None:
    direct = direct_coefficients(china.flows, china.inputs)
    published = china.total + np.eye(135)
    average = published.sum() / 135
    assert backward_linkages(direct) == pytest.approx(published.sum(axis=0) / average, abs=1e-4)
    assert forward_linkages(direct) == pytest.approx(published.sum(axis=1) / average, abs=1e-4)


def test_china_2007_upstreamness_corrected_for_trade_and_inventories(china: China) -> None:
    exports, imports, stock = (china.column(c) for c in ("EX", "IM", "FU202"))
    found = upstreamness(china.flows, china.inputs, inventories=stock, net_exports=exports - imports)
    # the definition itself: final use counts 1, what goes into it 2, and so on, summed until nothing is left
    shares = china.flows / (china.inputs - exports + imports - stock)[:, None]
    reach, series = np.ones(135), np.zeros(135)
    for _step in range(400):
        series += reach
        reach = shares @ reach
    assert found == pytest.approx(series, rel=1e-8)
    by_code = dict(zip(china.sectors, found, strict=True))
    plain = upstreamness(china.flows, china.inputs)
    assert 0.8 < np.corrcoef(found, plain)[0, 1] < 1
    # ores are far from final use, restaurants and public administration next to it
    assert by_code["009"] > 4 > 2 > by_code["135"]


@pytest.fixture(scope="module")
def world(shared: Path) -> tuple[FloatArray, FloatArray, pl.DataFrame]:
    """Flows and outputs of 41 regions x 35 sectors, 2011, and positions published for them."""
    folder = shared / "data" / "wiod_2011"
    flows = pl.read_parquet(folder / "wiot2011_Z.parquet")
    outputs = pl.read_csv(folder / "wiot2011_output.csv.gz")
    assert flows["id"].to_list() == outputs["id"].to_list() == flows.columns[1:]
    published = pl.read_parquet(folder / "expected_gvc_upstreamness_1995_2011.parquet").filter(
        pl.col("YEAR") == 2011
    )
    renamed = pl.col("ISO3C").replace({"ROU": "ROM", "ROW": "RoW"})
    published = published.select(
        pl.format("{}_c{}", renamed, "WIOT2013_n").alias("id"), up="GVC_Ui", down="GVC_Di"
    )
    expected = outputs.join(published, on="id", how="left", maintain_order="left")
    return (
        flows.drop("id").cast(pl.Float64).to_numpy(),
        outputs["output"].cast(pl.Float64).to_numpy(),
        expected,
    )


def test_wiod_2011_upstreamness_and_downstreamness(
    world: tuple[FloatArray, FloatArray, pl.DataFrame],
) -> None:
    flows, output, expected = world
    known = (output > 0) & expected["up"].is_not_null().to_numpy()
    assert known.sum() >= 1400
    for found, name, least in (
        (upstreamness(flows, output), "up", 0.98),
        (downstreamness(flows, output), "down", 0.98),
    ):
        published = expected[name].to_numpy()
        assert np.corrcoef(found[known], published[known])[0, 1] > least
        assert np.median(np.abs(found - published)[known]) < 0.05


def test_wiod_2011_sums(world: tuple[FloatArray, FloatArray, pl.DataFrame]) -> None:
    flows, output, expected = world
    a = direct_coefficients(flows, output)
    without = output == 0
    assert without.sum() == 22  # sectors that a country does not have
    added = np.where(without, 0, 1 - a.sum(axis=0))
    assert multipliers(a, added)[~without] == pytest.approx(1)
    assert backward_linkages(a).mean() == pytest.approx(1)
    assert upstreamness(flows, output)[without] == pytest.approx(1)
    assert (expected["up"].to_numpy()[without] == 1).sum() == 19  # as published, but for three
