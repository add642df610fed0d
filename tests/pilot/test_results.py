"""Result files keep a trial as it was, are read in an older layout, and refuse what is none."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from chainmend.errors import PilotError
from chainmend.pilot.checking import check_results
from chainmend.pilot.record import Ending, TrialResult
from chainmend.pilot.results import (
    from_line,
    json_schema,
    load_folder,
    manifest_path,
    read_manifest,
    read_trials,
    to_line,
    write_results,
)

from .small import stated, trial

DAY = "2026-01-31"


def test_a_trial_is_read_as_it_was_written() -> None:
    whole = stated()
    assert from_line(to_line(whole)) == whole
    assert to_line(from_line(to_line(whole))) == to_line(whole)
    bare = replace(whole, model=replace(whole.model, folder=Path("somewhere")))
    assert to_line(bare) == to_line(whole)


def test_the_same_trials_have_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    one, two = stated(), stated(day="2026-02-01")
    for name, trials in (("a", [one, two]), ("b", [two, one])):
        write_results(trials, tmp_path / name / "trials.jsonl", day=DAY)
    files = [(tmp_path / n / f).read_bytes() for f in ("trials.jsonl", "trials.manifest.json") for n in "ab"]
    assert files[0] == files[1]
    assert files[2] == files[3]
    assert read_manifest(tmp_path / "a/trials.jsonl").trials == 2


def test_a_number_that_is_not_finite_is_not_written() -> None:
    whole = stated()
    assert whole.stated
    with pytest.raises(PilotError, match="not finite"):
        to_line(replace(whole, stated=replace(whole.stated, numbers={"p50": float("nan")})))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw | {"schema": 3}, "layout 3; expected: layouts 1 to 2"),
        (lambda raw: {k: v for k, v in raw.items() if k != "chip"}, "chip"),
        (lambda raw: raw | {"more": 1}, "not as it was written"),
        (lambda raw: raw | {"day": 5}, "day"),
        (lambda raw: raw | {"chip": raw["chip"] | {"found": "yes"}}, "chip.found"),
        (lambda raw: [raw], "no trial"),
    ],
)
def test_what_is_no_trial_is_refused_with_the_place(change: Any, message: str) -> None:
    raw = json.loads(to_line(stated()))
    line = json.dumps(change(raw), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with pytest.raises(PilotError, match=message) as caught:
        from_line(line, where="a.jsonl:7")
    assert "a.jsonl:7" in str(caught.value)


def test_a_line_that_is_not_canonical_is_refused() -> None:
    with pytest.raises(PilotError, match="not as it was written"):
        from_line(to_line(stated()).replace('"day":', '"day": '))


def layout_1(whole: TrialResult) -> dict[str, Any]:
    """The trial as the first layout had it."""
    raw: dict[str, Any] = json.loads(json.dumps(asdict(whole)))
    raw["schema"] = 1
    del raw["machine"]["features"]
    timing = raw["timing"]
    timing["latencies_ms"] = [ns / 1e6 for ns in timing.pop("readings_ns")]
    del timing["calls"]
    for output in [*raw["drift"], *(o for d in raw["draws"] for i in d["items"] for o in i["outputs"])]:
        del output["reference_shape"], output["moments"]
    return raw


def test_a_trial_of_the_first_layout_is_read(tmp_path: Path) -> None:
    whole = stated()
    raw = layout_1(whole)
    found = from_line(json.dumps(raw))
    assert found == replace(whole, machine=replace(whole.machine, features=()))
    del raw["drift"]
    with pytest.raises(PilotError, match="layout 1 lacks 'drift'"):
        from_line(json.dumps(raw))


def test_a_file_of_the_first_layout_is_checked_and_derived_again(tmp_path: Path) -> None:
    import hashlib

    data = (json.dumps(layout_1(stated())) + "\n").encode()
    path = tmp_path / "old.jsonl"
    path.write_bytes(data)
    manifest = {
        "schema": 1, "tool": "0.1.0", "lab": "", "day": DAY, "trials": 1,
        "sha256": hashlib.sha256(data).hexdigest(), "key": "", "signature": "",
    }  # fmt: skip
    manifest_path(path).write_text(json.dumps(manifest))
    found = check_results(path)
    assert found.problems == []
    assert [t.schema for t in found.trials] == [2]


def test_files_that_are_not_there_or_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    with pytest.raises(PilotError, match="no result file"):
        read_trials(path)
    with pytest.raises(PilotError, match="there is no manifest"):
        read_manifest(path)
    manifest_path(path).write_text("{}")
    with pytest.raises(PilotError, match="no manifest"):
        read_manifest(path)
    with pytest.raises(PilotError, match="a name that ends in"):
        write_results([], tmp_path / "trials.json", day=DAY)


def test_a_folder_holds_its_own_trials_and_those_imported(tmp_path: Path) -> None:
    assert load_folder(tmp_path) == []
    mine, theirs = stated(), stated(day="2026-02-01")
    write_results([mine], tmp_path / "trials.jsonl", day=DAY)
    write_results([theirs], tmp_path / "imported/lab.jsonl", day=DAY)
    assert load_folder(tmp_path) == [mine, theirs]


def test_untested_trials_are_written_too() -> None:
    from chainmend.pilot.verdict import state

    empty = state(trial(ending=Ending("missing"), draws=(), drift=(), timing=None, load=None))
    assert from_line(to_line(empty)) == empty


def test_the_schema_names_every_field() -> None:
    assert set(json_schema()["properties"]) == set(TrialResult.__dataclass_fields__)
