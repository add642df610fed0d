"""What a row of scans does to the standing list; only a scan closes an entry."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.errors import ScanError
from chainmend.explaining import explain as diff
from chainmend.gaps.finding import FINDING_SCHEMA, finding_id
from chainmend.mendlist import read_list, reconcile, write_list
from chainmend.scanning import NOT_CHECKED_SCHEMA, Scan

if TYPE_CHECKING:
    from pathlib import Path

SEGMENTS = ("a", "b", "c")


def made(number: int, found: dict[str, float], blind: bool = False, catalogue: str = "x") -> Scan:
    """Scan `number` of a row, one a year, that found segments with these severities."""
    rows = [
        {
            "finding_id": finding_id(catalogue, "missing", s),
            "kind": "missing",
            "cluster_id": "k",
            "chain_id": "c",
            "segment_id": s,
            "severity": v,
            "severity_low": v,
            "severity_high": v,
            "summary_zh": s,
            "summary_en": s,
            "evidence": json.dumps({"facts": {"firms_country": int(v)}}),
        }
        for s, v in found.items()
    ]
    unchecked = [("missing", None, "firms", "", "")] if blind else []
    facts = [{"segment_id": s, "firms_country": int(v)} for s, v in found.items()]
    return Scan(
        pl.DataFrame(rows, schema=FINDING_SCHEMA, orient="row"),
        pl.DataFrame(facts, schema={"segment_id": pl.String, "firms_country": pl.Int64}),
        pl.DataFrame(),
        pl.DataFrame(unchecked, schema=NOT_CHECKED_SCHEMA, orient="row"),
        {
            "scan_id": f"S{number}",
            "city": "示例市",
            "date": f"{2000 + number}-12-31",
            "catalogue": {"id": catalogue},
        },
    )


def run(scans: list[Scan]) -> tuple[pl.DataFrame | None, list[list[dict[str, Any]]]]:
    entries, events = None, []
    for scan in scans:
        result = reconcile(entries, scan)
        entries = result.entries
        events.append(list(result.events))
    return entries, events


def story(*severities: float | None) -> list[str]:
    """The events of one entry over scans that found it so grave, or not at all."""
    _, events = run([made(i, {} if s is None else {"a": s}) for i, s in enumerate(severities)])
    return [e["event"] for step in events for e in step]


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ((50, 50), ["opened", "unchanged"]),
        ((50, 51), ["opened", "unchanged"]),  # a point is not more than a point
        ((50, 51.5), ["opened", "worsened"]),
        ((50, 48.5), ["opened", "eased"]),
        ((50, None, 50), ["opened", "gone", "unchanged"]),
        ((50, None, None, None), ["opened", "gone", "closed"]),
        ((50, None, None, 50), ["opened", "gone", "closed", "relapsed"]),
    ],
)
def test_events(severities: tuple[float | None, ...], expected: list[str]) -> None:
    assert story(*severities) == expected


@pytest.mark.parametrize(
    ("seen", "state"), [("1", "detected"), ("11", "confirmed"), ("101", "confirmed"), ("100", "closed")]
)
def test_confirmed_in_two_of_three(seen: str, state: str) -> None:
    entries, _ = run([made(i, {"a": 50.0} if x == "1" else {}) for i, x in enumerate(seen)])
    assert entries is not None
    assert entries["state"].to_list() == [state]


def test_the_fact_that_moved() -> None:
    _, events = run([made(0, {"a": 50.0}), made(1, {"a": 60.0})])
    assert events[1][0]["moved"] == [{"fact": "firms_country", "before": 50, "after": 60}]


def test_unknown_is_not_gone() -> None:
    entries, events = run([made(0, {"a": 50.0}), *(made(i, {}, blind=True) for i in (1, 2, 3))])
    assert [e["event"] for step in events[1:] for e in step] == ["not_checked"] * 3
    assert entries is not None
    assert entries["state"].to_list() == ["detected"]


@pytest.mark.parametrize("scan", [made(0, {}), made(2, {}, catalogue="y")])
def test_a_scan_that_does_not_belong_is_refused(scan: Scan) -> None:
    entries, _ = run([made(1, {"a": 50.0})])
    with pytest.raises(ScanError):
        reconcile(entries, scan)


rows_of_scans = st.lists(
    st.dictionaries(st.sampled_from(SEGMENTS), st.sampled_from([10.0, 50.0, 90.0])), max_size=7
)


@settings(max_examples=60, deadline=None)
@given(rows_of_scans)
def test_whatever_the_scans(found: list[dict[str, float]]) -> None:
    scans = [made(i, f) for i, f in enumerate(found)]
    entries, events = run(scans)
    again, same = run(scans)
    assert events == same  # replay
    if entries is None or again is None:
        return
    assert entries.equals(again)
    repeated = reconcile(entries, scans[-1])
    assert repeated.entries.equals(entries)  # once is as good as twice
    assert not (entries.height and repeated.events)
    for s in SEGMENTS:
        mine = [e["event"] for step in events for e in step if e["segment_id"] == s]
        assert mine.count("opened") == any(s in f for f in found)
        assert mine.count("relapsed") <= mine.count("closed") <= mine.count("gone")
    closed = set(entries.filter(pl.col("state") == "closed")["segment_id"])
    ever = {s for f in found for s in f}
    assert closed == {s for s in ever if len(found) > 1 and s not in found[-1] and s not in found[-2]}


def test_events_stand_once_after_a_kill_between_the_two_files(tmp_path: Path) -> None:
    first = reconcile(None, made(0, {"a": 50.0, "b": 40.0}))
    write_list(tmp_path, first)
    (tmp_path / "mendlist.parquet").unlink()  # as if killed before the list was replaced
    write_list(tmp_path, reconcile(read_list(tmp_path), made(0, {"a": 50.0, "b": 40.0})))
    assert len((tmp_path / "events.jsonl").read_text("utf-8").splitlines()) == 2
    kept = read_list(tmp_path)
    assert kept is not None
    assert kept.equals(first.entries)


def test_diff() -> None:
    changes = diff(made(0, {"a": 50.0, "b": 40.0}), made(1, {"a": 60.0, "c": 30.0}))
    assert [(c["segment_id"], c["event"]) for c in changes] == [
        ("c", "opened"),
        ("a", "worsened"),
        ("b", "gone"),
    ]
    assert changes[1]["moved"] == [{"fact": "firms_country", "before": 50, "after": 60}]


def test_a_closed_entry_a_rule_cannot_look_at_gives_no_event() -> None:
    closed = reconcile(
        reconcile(reconcile(None, made(1, {"ic.eda": 50.0})).entries, made(2, {})).entries, made(3, {})
    ).entries
    assert closed["state"].to_list() == ["closed"]
    assert reconcile(closed, made(4, {}, blind=True)).events == ()


def test_a_list_keeps_to_one_city() -> None:
    first = reconcile(None, made(1, {"ic.eda": 50.0})).entries
    other = made(2, {})
    elsewhere = Scan(
        other.findings,
        other.segment_facts,
        other.placements,
        other.not_checked,
        dict(other.manifest) | {"city": "别市"},
    )
    with pytest.raises(ScanError, match="别市"):
        reconcile(first, elsewhere)


def test_diff_says_not_checked_where_a_rule_could_not_look() -> None:
    assert [c["event"] for c in diff(made(1, {"ic.eda": 50.0}), made(2, {}, blind=True))] == ["not_checked"]
    assert [c["event"] for c in diff(made(1, {"ic.eda": 50.0}), made(2, {}))] == ["gone"]
    assert [c["event"] for c in diff(made(1, {}, blind=True), made(2, {"ic.eda": 50.0}))] == ["not_checked"]


def test_scans_of_one_day_close_nothing() -> None:
    entries = reconcile(None, made(1, {"ic.eda": 50.0})).entries
    for number in (2, 3, 4):
        later = made(number, {})
        same_day = Scan(
            later.findings,
            later.segment_facts,
            later.placements,
            later.not_checked,
            dict(later.manifest) | {"date": "2002-12-31"},
        )
        entries = reconcile(entries, same_day).entries
    assert entries["state"].to_list() == ["detected"]


def test_data_of_one_day_confirm_nothing_however_often_they_are_scanned() -> None:
    entries, told = None, []
    for number in (1, 2, 3):
        same_day = replace(
            made(number, {"a": 50.0}), manifest={**made(1, {}).manifest, "scan_id": f"S{number}"}
        )
        result = reconcile(entries, same_day)
        entries = result.entries
        told += [(e["held"], e["of"]) for e in result.events]
    assert entries["state"].to_list() == ["detected"]
    assert told == [(1, 1)] * 3


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "mendlist.parquet")
    with pytest.raises(ScanError, match="columns: a"):
        read_list(tmp_path)


def test_an_entry_takes_the_status_its_cluster_has_by_now() -> None:
    def named(number: int, status: str) -> Scan:
        scan = made(number, {"a": 50.0})
        clusters = {"k": {"zh": "群", "en": "Cluster", "status": status}}
        return replace(scan, manifest={**scan.manifest, "clusters": clusters})

    entries, _events = run([named(1, "unofficial")])
    assert entries is not None
    assert entries["cluster_status"].to_list() == ["unofficial"]
    entries, _events = run([named(1, "unofficial"), named(2, "confirmed")])
    assert entries is not None
    assert entries["cluster_status"].to_list() == ["confirmed"]


def test_a_list_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    write_list(tmp_path, reconcile(None, made(1, {"a": 50.0})))
    path = tmp_path / "mendlist.parquet"
    old = pl.read_parquet(path).with_columns(facts=pl.lit('{"firms_country": 50}'))
    newer = ("evidence", "criticality", "exposure", "recovery", "cluster_status")
    old.drop(newer).write_parquet(path)
    found = read_list(tmp_path)
    assert found is not None
    assert found.select(newer[1:]).row(0) == (None,) * 4
    event = reconcile(found, made(2, {"a": 60.0})).events[0]
    assert event["moved"] == [{"fact": "firms_country", "before": 50, "after": 60}]


def test_a_finding_of_severity_0_is_a_finding() -> None:
    changes = diff(made(1, {}), made(2, {"a": 0.0, "b": 5.0}))
    assert [(c["event"], c["severity_after"]) for c in changes] == [("opened", 5.0), ("opened", 0.0)]
