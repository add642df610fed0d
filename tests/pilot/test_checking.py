"""A signed result file in which anything was changed is not sound, and is not imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainmend.errors import PilotError
from chainmend.pilot.checking import check_results, check_trial, import_results
from chainmend.pilot.record import Stated
from chainmend.pilot.results import (
    from_line,
    load_folder,
    manifest_path,
    read_manifest,
    to_line,
    write_results,
)
from chainmend.pilot.signing import make_keys, read_public

from .small import stated

pytest.importorskip("cryptography", reason="the extra pilot is not installed")

DAY = "2026-01-31"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of two labs, and a sound file signed by the first."""
    folder = tmp_path_factory.mktemp("signed")
    for name in ("lab", "other"):
        make_keys(folder / f"{name}.key")
    write_results([stated()], folder / "trials.jsonl", day=DAY, lab="lab", key=folder / "lab.key")
    return folder


def paths(plain: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values of nested lists and dictionaries stand."""
    if isinstance(plain, dict | list) and plain:
        for key, value in plain.items() if isinstance(plain, dict) else enumerate(plain):
            yield from paths(value, (*at, key))
    else:
        yield at


def other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return value + "x" if not value else value[:-1] + ("A" if value[-1] != "A" else "B")
    return "x" if value is None else {"x": 1} if isinstance(value, dict) else ["x"]


def changed(raw: Any, at: tuple[Any, ...]) -> Any:
    """A copy with another value at one place."""
    copy = json.loads(json.dumps(raw))
    inner = copy
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = other(inner[at[-1]])
    return copy


def test_a_sound_file_is_sound_and_imported(room: Path, tmp_path: Path) -> None:
    key = read_public(room / "lab.pub")
    found = check_results(room / "trials.jsonl", key)
    assert (found.problems, len(found.trials), len(found.fingerprint)) == ([], 1, 16)
    import_results(room / "trials.jsonl", tmp_path, key)
    import_results(room / "trials.jsonl", tmp_path, key)
    assert load_folder(tmp_path) == [stated()]
    assert len(list((tmp_path / "imported").iterdir())) == 2


RAW = json.loads(to_line(stated()))
PLACES = list(paths(RAW))


def refused(path: Path, room: Path, into: Path) -> bool:
    """Whether a file with the signed manifest of the sound one is refused, and nothing of it kept."""
    manifest_path(path).write_bytes(manifest_path(room / "trials.jsonl").read_bytes())
    try:
        import_results(path, into, read_public(room / "lab.pub"))
    except PilotError:
        return not into.exists()
    return False


def test_a_change_of_any_field_is_detected(room: Path, tmp_path: Path) -> None:
    """Whatever else is changed so that it fits: the digest is signed, and the lab's key is not at hand."""
    path = tmp_path / "trials.jsonl"
    kept = []
    for at in PLACES:
        line = json.dumps(changed(RAW, at), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        path.write_text(line + "\n", "utf-8")
        if not refused(path, room, tmp_path / "into"):
            kept.append(at)
    assert kept == []


@given(place=st.integers(0), flip=st.integers(1, 255))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_of_any_byte_is_detected(room: Path, tmp_path: Path, place: int, flip: int) -> None:
    data = bytearray((room / "trials.jsonl").read_bytes())
    data[place % len(data)] ^= flip
    path = tmp_path / "trials.jsonl"
    path.write_bytes(bytes(data))
    assert refused(path, room, tmp_path / "into")


MANIFEST_FIELDS = ("schema", "tool", "lab", "day", "trials", "sha256", "key", "signature")


@pytest.mark.parametrize("field", MANIFEST_FIELDS)
def test_a_change_of_any_field_of_the_manifest_is_detected(room: Path, tmp_path: Path, field: str) -> None:
    path = tmp_path / "trials.jsonl"
    path.write_bytes((room / "trials.jsonl").read_bytes())
    raw = asdict(read_manifest(room / "trials.jsonl"))
    assert set(raw) == set(MANIFEST_FIELDS)
    manifest_path(path).write_text(json.dumps(changed(raw, (field,))))
    assert check_results(path).problems != []
    with pytest.raises(PilotError):
        import_results(path, tmp_path / "into", read_public(room / "lab.pub"))


def test_what_another_lab_signed_is_not_taken_for_this_one(room: Path, tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    key = read_public(room / "lab.pub")
    write_results([stated()], path, day=DAY, lab="lab", key=room / "other.key")
    assert check_results(path).problems == []
    assert any("signed by the key" in p for p in check_results(path, key).problems)
    write_results([stated()], path, day=DAY)
    assert check_results(path).problems == []
    assert check_results(path, key).problems == ["the manifest is not signed"]


KEPT = (
    "got",
    "expected",
    "repeated",
    "sha256",
    "again",
    "places",
    "shape",
    "moments",
    "top_got",
    "top_expected",
)
DERIVED = [p for p in PLACES if p[0] == "stated" or ("outputs" in p and set(KEPT) & set(p))]


@pytest.mark.parametrize("at", DERIVED, ids=lambda at: ".".join(map(str, at)))
def test_what_contradicts_the_raw_data_is_detected_whoever_signed_it(at: tuple[Any, ...]) -> None:
    line = json.dumps(changed(RAW, at), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        problems = check_trial(from_line(line))
    except PilotError as error:
        problems = [str(error)]
    assert problems != []


def test_readings_that_were_made_faster_contradict_what_is_stated() -> None:
    whole = stated()
    assert whole.timing
    quick = tuple(ns // 2 for ns in whole.timing.readings_ns)
    problems = check_trial(replace(whole, timing=replace(whole.timing, readings_ns=quick)))
    assert any("the number p50 is 0.0100" in p for p in problems)


def test_a_verdict_that_is_too_good_is_named() -> None:
    slow = stated(day="2026-02-01")
    assert slow.stated
    bad = replace(slow, stated=Stated("works", "too_slow", slow.stated.numbers))
    assert check_trial(bad) == ["the verdict is works; derived from the raw data: works"]
    assert check_trial(replace(slow, stated=None)) == ["nothing is stated"]


def test_trials_of_one_file_must_have_had_the_same_inputs(tmp_path: Path) -> None:
    whole = stated()
    draw = whole.draws[0]
    moved = replace(draw, items=tuple(replace(i, input_sha256="11" * 32) for i in draw.items))
    others = replace(whole, day="2026-02-01", draws=(moved, *whole.draws[1:]))
    write_results([whole, others], tmp_path / "trials.jsonl", day=DAY)
    problems = check_results(tmp_path / "trials.jsonl").problems
    assert problems == ["x-1 x m x t: inputs of seed 0 are others than in another trial of this file"]
