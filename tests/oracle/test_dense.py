"""The twin itself, against closed forms and against the published reference's numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.oracle.dense import dense_cascade

from chainmend.fragility.network import SupplyNetwork


def test_a_chain_of_essential_inputs_loses_everything():
    net = SupplyNetwork.from_edges(
        [0, 1], [1, 2], [2.0, 1.0], sector=["a", "b", "c"], essentiality="leontief"
    )
    d, u, steps = dense_cascade(net, [0.5, 0, 0])
    assert d.tolist() == [0.5, 0.5, 0.5]
    assert u.tolist() == [0.5, 0, 0]
    assert steps == 3


def test_one_of_two_equal_suppliers_stops():
    """Linear: the buyer loses half; with replaceability the other one covers nothing: it has 1 of 1 left."""
    edges = ([0, 1], [2, 2], [1.0, 1.0])
    alone = SupplyNetwork.from_edges(*edges, sector=["a", "a", "b"])
    assert dense_cascade(alone, [1, 0, 0])[0].tolist() == [1, 0, 0.5]
    market = SupplyNetwork.from_edges(*edges, sector=["a", "a", "b"], market=["a", "a", "b"])
    assert dense_cascade(market, [1, 0, 0])[0].tolist() == [1, 0, 0.5]
    # half of one stops: 1.5 of 2 are left, so its part is 1/1.5 and the buyer loses 0.5 * 0.5 / 1.5
    assert dense_cascade(market, [0.5, 0, 0])[0][2] == pytest.approx(0.5 * 0.5 / 1.5)


def _case(folder, essentiality):
    edges, firms = (pl.read_csv(folder / f"{name}.csv") for name in ("edges", "firms"))
    matrix = pl.read_csv(folder / "ess_used.csv", infer_schema_length=None)
    classes = (
        matrix.select(pl.exclude(matrix.columns[0])).to_numpy() if essentiality == "mixed" else essentiality
    )
    return SupplyNetwork.from_edges(
        edges["supplier"] - 1, edges["buyer"] - 1, edges["weight"],
        sector=firms["sector"], market=firms["sector"], essentiality=classes,
    )  # fmt: skip


@pytest.mark.parametrize("case", ["hungary_n100_s1", "hungary_n100_s2"])
@pytest.mark.parametrize("essentiality", ["mixed", "linear", "leontief"])
def test_the_published_reference_gives_the_same(shared, case, essentiality):
    folder = shared / "vectors" / case
    net = _case(folder, essentiality)
    expected = pl.read_csv(folder / f"esri_single_{essentiality}_sig_eps1e-2.csv")
    v = net.out_strength / net.out_strength.sum()
    for firm, total, down, up, steps in expected.select("firm", "ESRI", "ESRI_d", "ESRI_u", "T").iter_rows():
        d, u, t = dense_cascade(net, np.arange(net.n_firms) == firm - 1, scale_free=False)
        assert [v @ np.maximum(d, u), v @ d, v @ u] == pytest.approx([total, down, up], abs=1e-12)
        assert t == steps


def test_the_other_stopping_test_of_the_published_reference(shared):
    folder = shared / "vectors" / "hungary_n100_s1"
    net = _case(folder, "mixed")
    expected = pl.read_csv(folder / "esri_single_mixed_sig_conv2_eps1e-2.csv")
    v = net.out_strength / net.out_strength.sum()
    for firm, total, steps in expected.select("firm", "ESRI", "T").iter_rows():
        d, u, t = dense_cascade(net, np.arange(net.n_firms) == firm - 1, scale_free=False, stop="total")
        assert (v @ np.maximum(d, u), t) == (pytest.approx(total, abs=1e-12), steps)


@pytest.mark.parametrize("case", ["hungary_n100_s1", "hungary_n100_s2"])
@pytest.mark.parametrize("essentiality", ["mixed", "linear", "leontief"])
@pytest.mark.parametrize("up", ["psi", "psi_up"])
def test_partial_shocks_of_the_published_reference(shared, case, essentiality, up):
    folder = shared / "vectors" / case
    net = _case(folder, essentiality)
    start, start_up = (pl.read_csv(folder / f"{name}.csv").to_numpy() for name in ("psi", up))
    lost = [pl.read_csv(folder / f"scen_{essentiality}_{up}_loss_{side}.csv").to_numpy() for side in "du"]
    steps = pl.read_csv(folder / f"scen_{essentiality}_{up}_esri.csv")["T"].to_list()
    for s in range(start.shape[1]):
        d, u, t = dense_cascade(net, start[:, s], start_up[:, s], scale_free=False)
        assert np.abs(d - lost[0][:, s]).max() < 1e-12
        assert np.abs(u - lost[1][:, s]).max() < 1e-12
        assert t == steps[s]


@pytest.mark.parametrize("case", ["hungary_n100_s1", "hungary_n100_s2"])
@pytest.mark.parametrize("essentiality", ["mixed", "linear", "leontief"])
def test_given_revenues_and_costs_of_the_published_reference(shared, case, essentiality):
    folder = shared / "vectors" / case
    expected = pl.read_csv(folder / f"esri_single_{essentiality}_revcost.csv")
    net = replace(
        _case(folder, essentiality),
        revenue=expected["revenue"].to_numpy(),
        costs=expected["costs"].to_numpy(),
    )
    v = net.out_strength / net.out_strength.sum()
    for firm, total, steps in expected.select("firm", "ESRI", "T").iter_rows():
        d, u, t = dense_cascade(net, np.arange(net.n_firms) == firm - 1, scale_free=False)
        assert (v @ np.maximum(d, u), t) == (pytest.approx(total, abs=1e-12), steps)
