"""Every number of the published reference program (fastcascade) on its networks, and its steps.

The files are no part of the repository; ``README.md`` beside the vectors says what each file holds.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from chainmend.fragility.network import SupplyNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")
FOLDER = (
    Path(os.environ.get("CHAINMEND_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "vectors"
)
CASES = ("hungary_n100_s1", "hungary_n100_s2", "hungary_n1000_s1")
CLOSE = {"rtol": 0, "atol": 1e-9}


def files(pattern: str) -> list[Any]:
    """Parameters: the files of all cases; one that stands for none where there are none, so that it is skipped."""
    found = [f"{case}/{path.name}" for case in CASES for path in sorted((FOLDER / case).glob(pattern))]
    return found or ["none/none"]


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / name, infer_schema_length=None)


@cache
def network(case: str, essentiality: str, market: bool, sizes: str | None = None) -> SupplyNetwork:
    edges, sector = read(f"{case}/edges.csv"), read(f"{case}/firms.csv")["sector"]
    classes: Any = essentiality
    if essentiality == "mixed":
        classes = read(f"{case}/ess_used.csv").drop("sector").to_numpy()
    given = {} if sizes is None else {c: read(f"{case}/{sizes}")[c] for c in ("revenue", "costs")}
    return SupplyNetwork.from_edges(
        edges["supplier"] - 1, edges["buyer"] - 1, edges["weight"],
        sector=sector, market=sector if market else None, essentiality=classes, **given,
    )  # fmt: skip


def column(frame: pl.DataFrame, name: str) -> Any:
    return frame[name].to_numpy()


@pytest.mark.parametrize("name", files("esri_single_*.csv"))
def test_esri_of_every_firm(shared: Path, name: str) -> None:
    case, file = name.split("/")
    essentiality, *settings = file.removesuffix(".csv").removeprefix("esri_single_").split("_")
    sizes = file if settings == ["revcost"] else None
    net = network(case, essentiality, "nosig" not in settings, sizes)
    tolerance = 1e-6 if "eps1e-6" in settings else 1e-2
    expected = read(name)
    assert column(expected, "firm").tolist() == list(range(1, net.n_firms + 1))
    if "conv2" in settings:
        found = net.cascade(np.eye(net.n_firms), tolerance=tolerance, scale_free=False, stop="total")
        total, downstream, upstream = (
            x @ found.weights for x in (found.loss, found.downstream, found.upstream)
        )
        steps, converged = found.steps, found.converged
    else:
        esri = net.esri(tolerance=tolerance, scale_free=False)
        total, downstream, upstream = esri.total, esri.downstream, esri.upstream
        steps, converged = esri.steps, esri.converged
    np.testing.assert_allclose(total, column(expected, "ESRI"), **CLOSE)
    np.testing.assert_allclose(total, column(expected, "ESRI_T"), **CLOSE)
    np.testing.assert_allclose(downstream, column(expected, "ESRI_d"), **CLOSE)
    np.testing.assert_allclose(upstream, column(expected, "ESRI_u"), **CLOSE)
    np.testing.assert_array_equal(steps, column(expected, "T"))
    assert converged.all()


@pytest.mark.parametrize("name", [f for f in files("esri_single_*.csv") if "conv2" not in f])
def test_the_same_as_scenarios_and_the_total_one_step_before(shared: Path, name: str) -> None:
    case, file = name.split("/")
    essentiality, *settings = file.removesuffix(".csv").removeprefix("esri_single_").split("_")
    net = network(case, essentiality, "nosig" not in settings, file if settings == ["revcost"] else None)
    expected = read(name)[:: max(1, net.n_firms // 20)]
    loss = np.eye(net.n_firms)[column(expected, "firm") - 1]
    options: Any = {"tolerance": 1e-6 if "eps1e-6" in settings else 1e-2, "scale_free": False}
    found = net.cascade(loss, **options)
    np.testing.assert_allclose(found.total(), column(expected, "ESRI"), **CLOSE)
    np.testing.assert_array_equal(found.steps, column(expected, "T"))
    for row, steps, before in zip(loss, column(expected, "T"), column(expected, "ESRI_Tm1"), strict=True):
        assert before_last(net, row, row, int(steps), options) == pytest.approx(before, abs=1e-9)


def before_last(net: SupplyNetwork, down: Any, up: Any, steps: int, options: Any) -> float:
    """Total one step before the end."""
    if steps == 1:
        return float(np.maximum(down, up) @ net.out_strength / net.out_strength.sum())
    return float(net.cascade(down, loss_upstream=up, max_steps=steps - 1, **options).total())


@pytest.mark.parametrize("name", files("scen_*_esri.csv"))
def test_scenarios(shared: Path, name: str) -> None:
    """Losses of every firm, totals under three kinds of weights, the last two totals, steps."""
    case, file = name.split("/")
    essentiality, *kind = file.removesuffix("_esri.csv").removeprefix("scen_").split("_")
    net = network(case, essentiality, "nosig" not in kind)
    down = read(f"{case}/psi.csv").to_numpy().T
    up = read(f"{case}/psi_up.csv").to_numpy().T if "up" in kind else down
    expected = read(name)
    assert column(expected, "scenario").tolist() == list(range(1, len(down) + 1))
    options: Any = {"scale_free": False, "tolerance": 1e-2}
    for k, weights in enumerate((net.out_strength, net.in_strength, 1.0 + np.arange(1, net.n_firms + 1) % 7)):
        found = net.cascade(down, loss_upstream=up, weights=weights, **options)
        np.testing.assert_allclose(found.total(), column(expected, f"ESRI_w{k + 1}"), **CLOSE)
        for side, losses in (("d", found.downstream), ("u", found.upstream)):
            np.testing.assert_allclose(
                losses @ found.weights, column(expected, f"ESRI_{side}_w{k + 1}"), **CLOSE
            )
            lost = read(f"{case}/{file.removesuffix('esri.csv')}loss_{side}.csv").to_numpy().T
            np.testing.assert_allclose(losses, lost, **CLOSE)
        np.testing.assert_array_equal(found.steps, column(expected, "T"))
        assert found.converged.all()
    np.testing.assert_allclose(column(expected, "ESRI_w1"), column(expected, "ESRI_T"), **CLOSE)
    for s, steps in enumerate(column(expected, "T")):
        before = before_last(net, down[s], up[s], int(steps), options)
        assert before == pytest.approx(expected["ESRI_Tm1"][s], abs=1e-9)


@pytest.mark.parametrize("name", files("scen_*_sec_d_mat.csv"))
def test_losses_by_sector(shared: Path, name: str) -> None:
    """What a sector loses at first, and what it loses more."""
    case, file = name.split("/")
    stem = file.removesuffix("_sec_d_mat.csv")
    essentiality, *kind = stem.removeprefix("scen_").split("_")
    net = network(case, essentiality, "nosig" not in kind)
    down = read(f"{case}/psi.csv").to_numpy().T
    up = read(f"{case}/psi_up.csv").to_numpy().T if "up" in kind else down
    found = net.cascade(down, loss_upstream=up, scale_free=False)
    sector = read(f"{case}/firms.csv")["sector"]
    table = found.by(sector)
    labels = table["label"].unique().sort().to_list()

    def matrix(expression: pl.Expr) -> Any:
        wide = table.select("scenario", "label", value=expression).pivot("label", index="scenario")
        return wide.sort("scenario").select(str(label) for label in labels).to_numpy()

    def expected(side: str, what: str) -> Any:
        frame = read(f"{case}/{stem}_sec_{side}_{what}.csv")
        return frame.select(str(label) for label in labels).to_numpy()

    d, d0, u, u0 = (pl.col(c) for c in ("downstream", "initial_downstream", "upstream", "initial_upstream"))
    np.testing.assert_allclose(matrix(d0), expected("d", "mat_init"), **CLOSE)
    np.testing.assert_allclose(matrix(u0), expected("u", "mat_init"), **CLOSE)
    np.testing.assert_allclose(matrix(u0), expected("du", "mat_init"), **CLOSE)
    np.testing.assert_allclose(matrix(d - d0), expected("d", "mat"), **CLOSE)
    np.testing.assert_allclose(matrix(u - u0), expected("u", "mat"), **CLOSE)
    more = pl.col("loss") - pl.max_horizontal(d0, u0)
    np.testing.assert_allclose(matrix(more), expected("du", "mat"), **CLOSE)


def test_every_file_is_read(shared: Path) -> None:
    """A file that none of the patterns above names would go unnoticed."""
    shapes = ("esri_single_", "scen_")
    inputs = {"edges.csv", "firms.csv", "ess_mixed.csv", "ess_used.csv", "psi.csv", "psi_up.csv"}
    for case in CASES:
        names = {path.name for path in (FOLDER / case).iterdir()}
        results = {n for n in names if n.startswith(shapes)}
        assert names - results == inputs
        ends = ("_esri.csv", "_loss_d.csv", "_loss_u.csv", "_mat.csv", "_mat_init.csv")
        assert all(n.startswith("esri_single_") or n.endswith(ends) for n in results)
        assert len([n for n in results if n.endswith("_esri.csv")]) == 9
        assert len([n for n in results if n.startswith("esri_single_")]) in (8, 11)
