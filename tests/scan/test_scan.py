"""A scan: what it finds in a small city, that it is the same twice, and that its folder is whole."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.gaps.city import catalogue, city

from chainmend.errors import ScanError
from chainmend.gaps.judge import ranked
from chainmend.scanning import ADDED_TABLES, TABLES, load_scan, save_scan, scan
from chainmend.settings import Network, Settings, Value

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

MAKES = {"a": "机器人", "b": "芯片代工", "c": "刻蚀机", "d": "刻蚀机"}
LINKS = [("b", "a", 2025, 10.0), ("c", "b", 2025, 90.0), ("d", "b", 2025, 5.0)]


def small(**more: Any) -> Dataset:
    firms = {"a": ("local", 300.0), "b": ("local", 100.0), "c": ("country", 50.0), "d": ("abroad", 50.0)}
    return city(firms, LINKS, MAKES, **more)


def test_finds_what_is_missing_with_its_severity() -> None:
    row = scan(small(), catalogue()).findings.row(by_predicate=pl.col("kind") == "missing", named=True)
    assert (row["segment_id"], row["gap_class"]) == ("etcher", "regional")
    # all output needs it, nobody sells it here, nobody near could
    assert (row["criticality"], row["exposure"], row["recovery"], row["severity"]) == (1.0, 1.0, 1.0, 100.0)


def test_equal_severities_go_by_what_a_mend_avoids_then_by_what_hangs_on_it() -> None:
    ids, segments = ["F1", "F2", "F3", "F4", "F5"], ["a", "b", "c", "d", "e"]
    known: Any = SimpleNamespace(
        frame=lambda: pl.DataFrame(
            {
                "segment_id": segments,
                "knock_out_loss": [None, 0.1, 0.2, None, None],
                "dependent_share": [0.1, 0.1, 0.1, 0.3, 0.1],
            }
        )
    )
    found = pl.DataFrame({"finding_id": ids, "segment_id": segments, "severity": [100.0] * 4 + [100.1]})
    worth = pl.DataFrame(
        {"segment_id": ["a", "b"], "value": [None, 1.0]}, schema_overrides={"value": pl.Float64}
    )
    assert ranked(found, known)["segment_id"].to_list() == ["e", "c", "b", "d", "a"]
    assert ranked(found.reverse(), known, worth)["segment_id"].to_list() == ["e", "b", "c", "d", "a"]


def test_gravest_first() -> None:
    severities = scan(small(), catalogue()).findings["severity"].to_list()
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize(
    ("place", "expected"), [("region", "local"), ("country", "regional"), ("abroad", "national")]
)
def test_gap_class_is_where_the_nearest_firm_is(place: str, expected: str) -> None:
    dataset = city({"b": ("local", 1.0), "e": (place, 1.0)}, None, {"b": "芯片代工", "e": "刻蚀机"})
    assert scan(dataset, catalogue()).findings["gap_class"].to_list()[0] == expected


def test_gap_class_is_unknown_without_firms_from_outside() -> None:
    found = scan(city({"b": ("local", 1.0)}, None, {"b": "芯片代工"}), catalogue())
    assert found.findings["kind"].to_list() == ["missing"]
    assert found.findings["gap_class"].to_list() == [None]


def test_a_rule_without_its_table_is_one_row() -> None:
    found = scan(city({"b": ("local", 1.0)}, None, {"b": "芯片代工"}), catalogue()).not_checked
    assert {r for r, segment in found.select("rule", "segment_id").iter_rows() if segment is None} == {
        "clustered_risk", "declining", "distress", "fragile_segment", "outside_dependent", "reported",
        "single_source", "systemic", "technology",
    }  # fmt: skip
    assert found["segment_id"].null_count() == found.height


@pytest.mark.parametrize("firms", [{}, {"a": ("local", None)}])
def test_a_city_of_no_or_one_firm(firms: dict[str, Any]) -> None:
    found = scan(city(firms), catalogue())
    assert found.findings.is_empty()
    assert found.segment_facts.height == 3


def written(dataset: Dataset, folder: Path) -> dict[str, bytes]:
    save_scan(scan(dataset, catalogue()), folder)
    return {name: (folder / f"{name}.parquet").read_bytes() for name in (*TABLES, *ADDED_TABLES)}


def test_same_inputs_same_bytes_whatever_the_order_of_rows(tmp_path: Path) -> None:
    first = written(small(), tmp_path / "1")
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in small().tables.items()
    }
    assert written(small(), tmp_path / "2") == first
    assert written(dataclasses.replace(small(), tables=shuffled), tmp_path / "3") == first
    assert load_scan(tmp_path / "1").id == load_scan(tmp_path / "3").id


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    made = scan(small(), catalogue())
    save_scan(made, tmp_path / "s")
    save_scan(made, tmp_path / "s")  # replaces
    back = load_scan(tmp_path / "s")
    assert all(getattr(back, n).equals(getattr(made, n)) for n in (*TABLES, *ADDED_TABLES))
    assert not any(getattr(back, n).is_empty() for n in ADDED_TABLES)
    assert back.remedies["finding_id"].to_list() == back.findings["finding_id"].to_list()
    assert os.listdir(tmp_path) == ["s"]


def test_a_scan_of_before_the_network_is_read(tmp_path: Path) -> None:
    save_scan(scan(small(), catalogue()), tmp_path / "s")
    for name in ADDED_TABLES:
        (tmp_path / "s" / f"{name}.parquet").unlink()
    assert load_scan(tmp_path / "s").values.is_empty()


def test_criticality_is_what_is_lost_beyond_the_segment() -> None:
    # robots (300 of 10,000) and chips (100) need etchers: 4 % is lost beyond them, of an anchor of 5 %
    dataset = city(
        {"a": ("local", 300.0), "b": ("local", 100.0), "c": ("country", 50.0), "z": ("local", 9600.0)},
        [("b", "a", 2025, 10.0), ("c", "b", 2025, 90.0)],
        MAKES,
    )
    found = scan(dataset, catalogue())
    row = found.findings.row(by_predicate=pl.col("kind") == "missing", named=True)
    assert row["criticality"] == pytest.approx(0.8)
    off = scan(dataset, catalogue(), Settings(network=Network(enabled=False)))
    row = off.findings.row(by_predicate=pl.col("kind") == "missing", named=True)
    assert row["criticality"] == pytest.approx(0.2)  # 4 % on essential paths, of an anchor of 20 %


def test_a_firm_is_as_critical_as_what_it_takes_with_it() -> None:
    made = {"e": ("local", 10.0), "b": ("local", 90.0), "a": ("local", 900.0), "z": ("local", 49_000.0)}
    dataset = city(
        made,
        [("e", "b", 2025, 10.0), ("b", "a", 2025, 90.0)],
        {"e": "刻蚀机", "b": "芯片代工", "a": "机器人"},
    )
    rows = scan(dataset, catalogue()).findings.filter(pl.col("kind") == "systemic")
    assert dict(rows.select("firm_id", "criticality").iter_rows()) == {
        "e": pytest.approx(990 / 50_000 / 0.05),
        "b": pytest.approx(910 / 50_000 / 0.05),
    }
    assert rows["finding_id"].n_unique() == 2


def test_values_are_of_the_gravest_segments() -> None:
    found = scan(small(), catalogue(), Settings(value=Value(top=1, draws=10)))
    assert found.values["segment_id"].to_list() == [found.findings["segment_id"][0]]
    assert found.manifest["network"]["not_converged"] == 0


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ScanError):
        save_scan(scan(small(), catalogue()), tmp_path)
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_a_write_that_fails_leaves_the_old_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(small(), tmp_path / "s")

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(pl.DataFrame, "write_parquet", full)
        with pytest.raises(OSError, match="disk full"):
            save_scan(scan(small(), catalogue()), tmp_path / "s")
    assert {n: (tmp_path / "s" / f"{n}.parquet").read_bytes() for n in (*TABLES, *ADDED_TABLES)} == first
    assert os.listdir(tmp_path) == ["s"]


def test_damaged_scan(tmp_path: Path) -> None:
    written(small(), tmp_path / "s")
    (tmp_path / "s" / "findings.parquet").write_bytes(b"PAR1")
    with pytest.raises(ScanError):
        load_scan(tmp_path / "s")
