"""Every engine gives the numbers of the dense twin, and those of the threads engine in every bit it can."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracle.dense import dense_cascade

from chainmend.errors import NetworkError
from chainmend.fragility.engines import RESULT, Job, cuda, dask_, threads  # noqa: F401  (they register themselves)
from chainmend.fragility.network import SupplyNetwork
from chainmend.registry import entries, get

ENGINES = [entry.id for entry in entries("engine")]


def network(n: int, seed: int, *, market: bool = True, **sizes: object) -> SupplyNetwork:
    """A random network with all classes of inputs, self-loops, and a few firms without partners."""
    rng = np.random.default_rng(seed)
    links, sectors = 3 * n, max(2, n // 4)
    sector = np.append(np.arange(sectors), rng.integers(0, sectors, n - sectors))
    return SupplyNetwork.from_edges(
        rng.integers(0, n, links),
        rng.integers(0, n, links),
        rng.lognormal(size=links),
        sector=sector,
        essentiality=rng.integers(0, 3, (sectors, sectors)),
        market=sector if market else None,
        **sizes,
    )


def job(net: SupplyNetwork, **options: object) -> Job:
    """The default job, weights by sales."""
    base = {"tolerance": 1e-2, "scale_free": False, "max_steps": 1000, "weights": net.out_strength}
    chosen = base | options
    return Job(**chosen | {"weights": chosen["weights"] / chosen["weights"].sum()})


def batches(net: SupplyNetwork, count: int = 3) -> list[np.ndarray]:
    """All firms in a few batches, one of them empty."""
    return [*np.array_split(np.arange(net.n_firms, dtype=np.int32), count), np.zeros(0, np.int32)]


def twin(net: SupplyNetwork, firms: np.ndarray, task: Job) -> np.ndarray:
    """What the dense twin says of each firm."""
    rows = np.zeros(len(firms), RESULT)
    for row, firm in zip(rows, firms, strict=True):
        loss = np.zeros(net.n_firms)
        loss[firm] = 1.0
        d, u, steps = dense_cascade(
            net, loss, None, task.tolerance, task.scale_free, max_steps=task.max_steps
        )
        total = task.weights @ np.maximum(d, u)
        row["total"], row["downstream"], row["upstream"] = total, task.weights @ d, task.weights @ u
        row["steps"], row["converged"] = steps, steps < task.max_steps
    return rows


def assert_same(came: np.ndarray, wanted: np.ndarray, tolerance: float = 1e-9) -> None:
    """Same numbers, exactly the same steps."""
    assert came.dtype == RESULT
    for name in ("total", "downstream", "upstream"):
        np.testing.assert_allclose(came[name], wanted[name], rtol=0, atol=tolerance, err_msg=name)
    np.testing.assert_array_equal(came["steps"], wanted["steps"])
    np.testing.assert_array_equal(came["converged"], wanted["converged"])


def solve(engine: str, net: SupplyNetwork, task: Job, count: int = 3) -> np.ndarray:
    """All firms through one engine, put together in the order of the batches."""
    given = batches(net, count)
    try:
        got = dict(get("engine", engine).function(net, given, task, 2))
    except NetworkError as error:
        if "no CUDA device" not in str(error):
            raise
        pytest.skip(str(error))
    assert sorted(got) == list(range(len(given)))
    return np.concatenate([got[number] for number in range(len(given))])


def test_the_three_engines_are_registered() -> None:
    assert {"cuda", "dask", "threads"} <= set(ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_numbers_of_the_dense_twin_and_of_threads(engine: str) -> None:
    net = network(60, 1)
    task = job(net)
    came = solve(engine, net, task)
    assert_same(came, twin(net, np.arange(60), task))
    assert_same(came, solve("threads", net, task, count=1))
    assert came["steps"].max() > 3
    assert (came["total"] >= np.maximum(came["downstream"], came["upstream"]) - 1e-12).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chain_of_three_in_closed_form(engine: str) -> None:
    # a sells to b, b to c, all essential: each failure stops what is behind it, and each seller loses its only buyer.
    net = SupplyNetwork.from_edges(
        [0, 1], [1, 2], [1.0, 3.0], sector=["a", "b", "c"], essentiality="leontief"
    )
    task = job(net, weights=np.array([1.0, 2.0, 5.0]))
    came = solve(engine, net, task)
    np.testing.assert_allclose(came["downstream"], [1.0, 7 / 8, 5 / 8], atol=1e-9)
    np.testing.assert_allclose(came["upstream"], [1 / 8, 3 / 8, 1.0], atol=1e-9)
    np.testing.assert_allclose(came["total"], [1.0, 1.0, 1.0], atol=1e-9)
    assert came["steps"].tolist() == [3, 2, 3]
    assert came["converged"].all()


def test_threads_on_other_networks_and_settings() -> None:
    for seed, options in ((2, {"scale_free": True}), (3, {"tolerance": 1e-6}), (4, {"max_steps": 2})):
        net = network(40, seed, market=seed != 3)
        task = job(net, **options)
        wanted = twin(net, np.arange(40), task)
        if "max_steps" in options:  # the twin cannot tell a stop at the cap from one at the last step
            wanted["converged"] = solve("threads", net, job(net))["steps"] <= 2
        assert_same(solve("threads", net, task), wanted)
