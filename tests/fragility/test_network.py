"""A supply network from a list of links, and back from disk; what is wrong is said with its row."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from chainmend.errors import NetworkError
from chainmend.fragility.network import SupplyNetwork

LINKS = ([0, 0, 1], [1, 2, 2], [3.0, 1.0, 2.0])
LABELS = ["a", "b", "b"]
ARRAYS = ("row", "buyer", "weight", "sector", "essentiality", "market", "revenue", "costs")


def same(one: SupplyNetwork, two: SupplyNetwork) -> bool:
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(two, name)
        if (a is None) != (b is None) or (a is not None and not np.array_equal(a, b)):
            return False
    return (one.sectors, one.names, one.merged, one.dropped, one.estimated) == (
        two.sectors, two.names, two.merged, two.dropped, two.estimated,
    )  # fmt: skip


def full() -> SupplyNetwork:
    """A network with everything a network may have."""
    return SupplyNetwork.from_edges(
        ["x", "x", "y", "y", "z"],
        ["y", "z", "z", "z", "x"],
        [3.0, 1.0, 2.0, 0.5, 0.0],
        sector={"x": "a", "y": "b", "z": "b"},
        market={"x": 7, "y": 8, "z": 7},
        essentiality=[[0, 2], [1, 1]],
        revenue=[5.0, 2.0, 9.0],
        costs=[1.0, 4.0, 4.0],
    )


@pytest.mark.parametrize("kind", [list, tuple, np.array, pl.Series])
def test_columns_may_be_lists_arrays_or_series(kind: Any) -> None:
    net = SupplyNetwork.from_edges(*(kind(c) for c in LINKS), sector=kind(LABELS), market=kind(LABELS))
    assert net.row.tolist() == [0, 2, 3, 3]
    assert (net.buyer.tolist(), net.weight.tolist()) == ([1, 2, 2], [3, 1, 2])
    assert net.supplier.tolist() == [0, 0, 1]
    assert (net.sectors, net.sector.tolist()) == (("a", "b"), [0, 1, 1])
    assert net.market is not None
    assert net.market.tolist() == [0, 1, 1]
    assert (net.out_strength.tolist(), net.in_strength.tolist()) == ([4, 2, 0], [0, 3, 3])


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.int32])
def test_numbers_may_be_of_any_whole_type(kind: Any) -> None:
    net = SupplyNetwork.from_edges(np.array([0, 1], kind), np.array([1, 0], kind), [1, 2], sector=[1, 1])
    assert (net.supplier.tolist(), net.buyer.tolist(), net.weight.tolist()) == ([0, 1], [1, 0], [1, 2])
    assert (net.supplier.dtype, net.buyer.dtype, net.weight.dtype) == (np.int32, np.int32, np.float64)


def test_links_come_by_supplier_then_buyer_in_whatever_order_they_are_given() -> None:
    order = [2, 0, 1]
    net = SupplyNetwork.from_edges(*([c[i] for i in order] for c in LINKS), sector=LABELS)
    assert same(net, SupplyNetwork.from_edges(*LINKS, sector=LABELS))


def test_firms_may_be_known_by_name() -> None:
    columns = (["x", "x", "y"], ["y", "z", "z"], LINKS[2])
    by_mapping = SupplyNetwork.from_edges(*columns, sector={"x": "a", "y": "b", "z": "b"})
    by_names = SupplyNetwork.from_edges(*columns, sector=LABELS, names=["x", "y", "z"])
    by_series = SupplyNetwork.from_edges(
        pl.Series(columns[0]), pl.Series(columns[1]), columns[2],
        sector=pl.Series(LABELS), names=pl.Series(["x", "y", "z"]),
    )  # fmt: skip
    assert by_mapping.names == ("x", "y", "z")
    assert same(by_mapping, by_names)
    assert same(by_names, by_series)
    assert [by_names.firm(key) for key in ("x", "z", 1, np.int32(2))] == [0, 2, 1, 2]
    # a mapping is read by name, not in its own order
    other = SupplyNetwork.from_edges(
        *columns,
        sector={"z": "b", "y": "b", "x": "a"},
        names=["x", "y", "z"],
        market={"z": 1, "x": 2, "y": 1},
    )
    assert other.sector.tolist() == [0, 1, 1]
    assert other.market is not None
    assert other.market.tolist() == [1, 0, 0]


@pytest.mark.parametrize("key", [3, -1, "x", 1.5, True])
def test_a_firm_that_is_not_there(key: Any) -> None:
    with pytest.raises(NetworkError, match=r"no firm .*a number from 0 to 2"):
        SupplyNetwork.from_edges(*LINKS, sector=LABELS).firm(key)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(NetworkError, match=r"no firm w; expected: the name of a firm"):
        full().firm("w")


def test_rows_of_the_same_two_firms_are_added_and_rows_of_zero_left_out() -> None:
    net = SupplyNetwork.from_edges(
        [1, 0, 1, 0, 1], [0, 1, 0, 1, 0], [1.0, 2.0, 4.0, 0.0, 8.0], sector=["a", "b"]
    )
    assert (net.supplier.tolist(), net.buyer.tolist(), net.weight.tolist()) == ([0, 1], [1, 0], [2, 13])
    assert (net.merged, net.dropped) == (2, 1)


def test_firms_may_sell_to_themselves_and_firms_need_no_partners() -> None:
    net = SupplyNetwork.from_edges([1], [1], [2.0], sector=["a", "b", "c"])
    assert (net.row.tolist(), net.buyer.tolist()) == ([0, 0, 1, 1], [1])
    assert (net.out_strength.tolist(), net.in_strength.tolist()) == ([0, 2, 0], [0, 2, 0])


@pytest.mark.parametrize("labels", [[], ["a", "b"]])
def test_a_network_without_links(labels: list[str], tmp_path: Path) -> None:
    net = SupplyNetwork.from_edges([], [], [], sector=labels)
    n = len(labels)
    assert (net.n_firms, net.n_links, net.row.tolist()) == (n, 0, [0] * (n + 1))
    assert net.essentiality.shape == (n, n)
    assert same(SupplyNetwork.open(net.save(tmp_path / "net")), net)


def test_classes_of_inputs() -> None:
    def classes(given: Any) -> Any:
        return SupplyNetwork.from_edges(*LINKS, sector=LABELS, essentiality=given).essentiality.tolist()

    assert classes(None) == classes("linear") == [[1, 1], [1, 1]]
    assert classes("leontief") == [[2, 2], [2, 2]]
    assert classes([[0, 2], [1, 2]]) == [[0, 2], [1, 2]]
    assert classes(np.array([[0.0, 2.0], [1.0, 2.0]])) == [[0, 2], [1, 2]]


def test_a_saved_network_is_the_same_and_stays_on_disk(tmp_path: Path) -> None:
    net = full()
    net = SupplyNetwork.open(net.save(tmp_path / "a" / "net"))
    assert same(net, full())
    assert net.folder == tmp_path / "a" / "net"
    assert net.names == ("x", "y", "z")
    for array in (net.row, net.buyer, net.weight, net.sector, net.essentiality, net.market, net.revenue):
        assert isinstance(array, np.memmap)
    for name, array in net.plan._asdict().items():
        assert array.tobytes() == getattr(full().plan, name).tobytes()
        assert isinstance(array.base, np.memmap) or array.size == 0


def test_a_saved_network_gives_the_same_losses_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    n = 60
    sector = rng.integers(0, 9, n)
    net = SupplyNetwork.from_edges(
        rng.integers(0, n, 200), rng.integers(0, n, 200), rng.lognormal(size=200),
        sector=sector, market=sector, essentiality=rng.integers(0, 3, (9, 9)),
    )  # fmt: skip
    opened = SupplyNetwork.open(net.save(tmp_path / "net"))
    one, two = net.esri(), opened.esri()
    for name in ("firms", "total", "downstream", "upstream", "steps", "converged"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert np.array_equal(net.cascade({3: 0.5}).downstream, opened.cascade({3: 0.5}).downstream)


def test_a_network_is_replaced_whole(tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    assert (folder / "names.parquet").exists()
    net = SupplyNetwork.from_edges(*LINKS, sector=LABELS)
    net.save(folder)
    assert same(SupplyNetwork.open(folder), net)
    for name in ("names.parquet", "market.npy", "revenue.npy", "costs.npy"):
        assert not (folder / name).exists()
    assert [p.name for p in tmp_path.iterdir()] == ["net"]


def test_a_network_opened_from_a_folder_may_be_saved_there(tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    SupplyNetwork.open(folder).save(folder)
    assert same(SupplyNetwork.open(folder), full())


def test_an_empty_folder_is_used_and_one_with_other_content_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert same(SupplyNetwork.open(full().save(str(tmp_path / "empty"))), full())
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("dear", "utf-8")
    with pytest.raises(NetworkError, match="something that is no network; expected: an empty or new folder"):
        full().save(tmp_path / "letters")
    assert (tmp_path / "letters" / "mine.txt").read_text("utf-8") == "dear"


def test_what_lies_beside_a_network_is_not_replaced_with_it(tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    (folder / "part-00000.npy").write_bytes(b"results")
    with pytest.raises(NetworkError, match="something that is no network"):
        full().save(folder)
    assert (folder / "part-00000.npy").read_bytes() == b"results"


def test_a_process_killed_between_old_and_new_leaves_the_old(tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    folder.rename(tmp_path / ".net.abc.old")
    assert same(SupplyNetwork.open(folder), full())


def test_a_save_that_fails_leaves_the_old_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = full().save(tmp_path / "net")

    def broken(*_args: object, **_options: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("chainmend.fragility.plan.np.save", broken)
    with pytest.raises(OSError, match="no space"):
        SupplyNetwork.from_edges(*LINKS, sector=LABELS).save(folder)
    assert same(SupplyNetwork.open(folder), full())
    assert [p.name for p in tmp_path.iterdir()] == ["net"]


def test_no_network_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="no saved network; expected: a folder that"):
        SupplyNetwork.open(tmp_path)
    (tmp_path / "network.json").write_text("{", "utf-8")
    with pytest.raises(NetworkError, match="no saved network"):
        SupplyNetwork.open(tmp_path)


def test_a_network_of_another_format(tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    manifest = folder / "network.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"format": 99}), "utf-8")
    with pytest.raises(NetworkError, match=r"format 99 .*expected: 1.* save the network again"):
        SupplyNetwork.open(folder)


@pytest.mark.parametrize("name", ["buyer.npy", "sector.npy", "plan_pull.npy"])
def test_a_file_is_missing(name: str, tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    (folder / name).unlink()
    with pytest.raises(NetworkError, match=rf"{name}.*save the network again"):
        SupplyNetwork.open(folder)


@pytest.mark.parametrize("content", [b"", b"no array"])
@pytest.mark.parametrize("name", ["weight.npy", "plan_pull.npy"])
def test_a_file_is_torn(name: str, content: bytes, tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    (folder / name).write_bytes(content)
    with pytest.raises(NetworkError, match=r"expected: the files .*save the network again"):
        SupplyNetwork.open(folder)


def test_a_file_of_another_length(tmp_path: Path) -> None:
    folder = full().save(tmp_path / "net")
    np.save(folder / "weight.npy", np.ones(2))
    with pytest.raises(NetworkError, match=r"weight.npy: 2 values; expected: 3"):
        SupplyNetwork.open(folder)


def test_a_file_where_the_folder_would_be(tmp_path: Path) -> None:
    (tmp_path / "net").write_text("dear", "utf-8")
    with pytest.raises(NetworkError, match="a file stands in the way"):
        full().save(tmp_path / "net")
    with pytest.raises(NetworkError, match="a file stands in the way"):
        full().esri(folder=tmp_path / "net")


def test_a_copied_network_opens_elsewhere(tmp_path: Path) -> None:
    shutil.copytree(full().save(tmp_path / "net"), tmp_path / "copy")
    shutil.rmtree(tmp_path / "net")
    assert same(SupplyNetwork.open(tmp_path / "copy"), full())


NAN, INF = float("nan"), float("inf")
TWO = {"sector": ["a", "b"]}
NAMED = {"sector": {"x": "a", "y": "b"}}


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (([0, 1], [1, 0], [1.0, NAN]), TWO, "weight, row 1: nan; expected: a finite number of at least 0"),
        (([0, 1], [1, 0], [-2.0, 1]), TWO, r"weight, row 0: -2.0; expected: a finite number"),
        (([0, 1], [1, 0], [1.0, INF]), TWO, "weight, row 1: inf; expected: a finite number"),
        (([0], [1], pl.Series([None], dtype=pl.Float64)), TWO, "weight, row 0: nan"),
        (([0], [1], ["many"]), TWO, "weight: .*many.*expected: numbers"),
        (([0], [1], [[1.0]]), TWO, r"weight: shape \(1, 1\); expected: one column"),
        (([0, 2], [1, 0], [1.0, 1]), TWO, "supplier, row 1: 2; expected: a number from 0 to 1"),
        (([0, 1], [1, -1], [1.0, 1]), TWO, "buyer, row 1: -1; expected: a number from 0 to 1"),
        (([0, 1.5], [1, 0], [1.0, 1]), TWO, "supplier: float64; expected: whole numbers or names"),
        (([[0]], [1], [1.0]), TWO, r"supplier: shape \(1, 1\); expected: one column"),
        (([0], [0, 1], [1.0]), TWO, "columns of 1, 2, 1 rows; expected: three columns of one length"),
        ((["x"], ["y"], [1.0]), TWO, "supplier: names of firms; expected: numbers, or sectors by name"),
        ((["x", "x"], ["y", "z"], [1.0, 1]), NAMED, "buyer, row 1: unknown firm z; expected: a firm with a"),
        ((pl.Series(["x", None]), ["y", "y"], [1.0, 1]), NAMED, "supplier, row 1: unknown firm None"),
        (([0], [1], [1.0]), {"sector": "ab"}, r"labels of shape \(\); expected: one label per firm"),
        (([0], [1], [1.0]), {"sector": np.array(["a", 1], object)}, "labels of several kinds: int, str"),
        (([0], [1], [1.0]), TWO | {"market": ["a"]}, "market: labels for 1 firms; expected: 2"),
        (([0], [1], [1.0]), TWO | {"essentiality": [[1], [1, 2]]}, "essentiality: rows of different lengths"),
        (([0], [1], [1.0]), {"sector": ["a", None]}, "firm 1: no label; expected: one label per firm"),
        (([0], [1], [1.0]), {"sector": pl.Series([1, None])}, "firm 1: no label"),
        (([0], [1], [1.0]), {"sector": pl.Series(["a", None])}, "firm 1: no label"),
        (([0], [1], [1.0]), TWO | {"n_firms": 3}, "n_firms: labels for 2 firms; expected: 3"),
        (([0], [1], [1.0]), TWO | {"names": ["x"]}, r"expected: one label per firm \(1\)"),
        (([0], [1], [1.0]), TWO | {"names": ["x", "x"]}, "firm x twice; expected: every name once"),
        (([0], [1], [1.0]), NAMED | {"names": ["x", "w"]}, "no sector for firm w"),
        (([0], [1], [1.0]), TWO | {"market": ["a"]}, "labels for 1 firms; expected: 2"),
        (([0], [1], [1.0]), TWO | {"market": {"x": 1, "y": 1}}, "market: names of firms; expected: numbers"),
        ((["x"], ["y"], [1.0]), NAMED | {"market": {"x": 1}}, "firm 1: no label"),
        (([0], [1], [1.0]), TWO | {"essentiality": np.ones((3, 3))}, r"shape \(3, 3\); expected: \(2, 2\)"),
        (([0], [1], [1.0]), TWO | {"essentiality": [[1, 2], [3, 0]]}, "row 1, column 0: 3; expected: 2 ess"),
        (([0], [1], [1.0]), TWO | {"essentiality": [[1, NAN], [1, 0]]}, "row 0, column 1: nan; expected: 2"),
        (([0], [1], [1.0]), TWO | {"essentiality": "cobb"}, '\'cobb\'; expected: "linear", "leontief"'),
        (([0], [1], [1.0]), TWO | {"revenue": [1.0]}, r"revenue: shape \(1,\); expected: one value per firm"),
        (([0], [1], [1.0]), TWO | {"costs": [1.0, -1]}, "costs, row 1: -1.0; expected: a finite number"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(columns: Any, options: Any, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        SupplyNetwork.from_edges(*columns, **options)


def test_a_name_given_twice_is_found_soon_in_a_long_list() -> None:
    names = [str(i) for i in range(200_000)] + ["199999"]
    with pytest.raises(NetworkError, match="firm 199999 twice"):
        SupplyNetwork.from_edges([0], [1], [1.0], sector=[0] * len(names), names=names)
