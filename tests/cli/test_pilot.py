"""What the commands of the pilot field print, what they print for machines, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.pilot.small import stated, tiny_model

from chainmend.cli import main
from chainmend.pilot.results import read_trials, write_results

for package in ("onnxruntime", "psutil", "cryptography"):
    pytest.importorskip(package, reason="the extra pilot is not installed")

QUICK = ("--runs", "10", "--seconds", "0.1")
CHIP = ("--chip", "onnxruntime_cpu-t1-none")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a command: (exit code, standard output, standard error)."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["pilot", *map(str, words)])
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return run


def test_probe_lists_what_is_found_and_what_is_not(call) -> None:  # type: ignore[no-untyped-def]
    code, out, _err = call("probe", "--json")
    chips = {chip["id"]: chip for chip in json.loads(out)["chips"]}
    assert code == 0
    assert chips["onnxruntime_cpu-t1-none"]["found"]
    assert not chips["makers-metax"]["found"]
    assert json.loads(out)["machine"]["cores"] >= 1


def test_run_verify_and_import(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model, key, out = tiny_model(tmp_path), tmp_path / "lab.key", tmp_path / "out"
    assert call("keygen", key)[0] == 0
    words = ("run", "--model", model, "--out", out, *CHIP, *QUICK, "--key", key, "--lab", "lab", "--date")
    code, printed, _err = call(*words, "2026-01-31")
    assert code == 0
    assert "works" in printed
    assert "right and within the limits" in printed
    (trial,) = read_trials(out / "trials.jsonl")
    assert (trial.day, trial.stated and trial.stated.verdict) == ("2026-01-31", "works")
    code, printed, _err = call("verify", out / "trials.jsonl", "--key", tmp_path / "lab.pub", "--json")
    found = json.loads(printed)
    assert (code, found["sound"], found["key_checked"], found["manifest"]["lab"]) == (0, True, True, "lab")
    into = tmp_path / "into"
    assert call("import", out / "trials.jsonl", "--key", tmp_path / "lab.pub", "--into", into)[0] == 0
    assert [p.suffix for p in sorted((into / "imported").iterdir())] == [".jsonl", ".json"]
    assert call("keygen", key)[0] == 2


def test_an_interrupted_run_leaves_what_is_finished_in_the_file(  # type: ignore[no-untyped-def]
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chainmend.pilot import runner

    whole = runner.run_cells

    def interrupted(cells, *rest, **more):  # type: ignore[no-untyped-def]
        yield from whole(cells[:1], *rest, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run_cells", interrupted)
    assert call("run", "--model", tiny_model(tmp_path), "--out", tmp_path / "out", *QUICK)[0] == 130
    assert len(read_trials(tmp_path / "out/trials.jsonl")) == 1


def test_a_file_that_was_changed_ends_with_one_and_is_not_imported(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    call("keygen", tmp_path / "lab.key")
    path = tmp_path / "trials.jsonl"
    write_results([stated()], path, day="2026-01-31", key=tmp_path / "lab.key")
    path.write_text(path.read_text("utf-8").replace('"verdict":"works"', '"verdict":"fails"'), "utf-8")
    code, printed, _err = call("verify", path)
    assert code == 1
    assert "the digest of the file is not that of the manifest" in printed
    assert "the verdict is fails; derived from the raw data: works" in printed
    code, _printed, err = call("import", path, "--key", tmp_path / "lab.pub", "--into", tmp_path / "into")
    assert code == 2
    assert "was changed" in err
    assert not (tmp_path / "into").exists()


def test_whose_an_unsigned_or_unchecked_file_is_is_said(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "trials.jsonl"
    write_results([stated()], path, day="2026-01-31")
    assert "not signed" in call("verify", path)[1]
    call("keygen", tmp_path / "lab.key")
    write_results([stated()], path, day="2026-01-31", key=tmp_path / "lab.key")
    assert "whose it is was not checked" in call("verify", path)[1]


def test_a_chip_that_is_not_found_is_untested(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    words = ("run", "--model", tiny_model(tmp_path), "--chip", "makers", "--out", tmp_path / "out", "--json")
    code, out, _err = call(*words)
    trials = json.loads(out)["trials"]
    assert code == 0
    assert {t["verdict"] for t in trials} == {"untested"}
    assert len(trials) == 4
    assert read_trials(tmp_path / "out/trials.jsonl") == []


def test_a_back_end_stands_for_what_it_found_and_else_for_all_it_looked_for(call) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from chainmend.cli.pilot_run import _chips

    a, b = (replace(stated().chip, id=f"x-{n}", back_end="x") for n in "ab")
    lost = replace(b, found=False)
    assert _chips([a, lost], None) == [a]
    assert _chips([a, lost], ["x"]) == [a]
    assert _chips([a, lost], ["x-b"]) == [lost]
    assert _chips([a, lost], ["x", "x-b"]) == [a, lost]
    assert _chips([replace(a, found=False), lost], ["x"]) == [replace(a, found=False), lost]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--chip", "tpu"), "tpu; expected: one of:"),
        (("--model", "gpt"), "gpt; expected: one of:"),
        (("--scenario", "chess"), "chess; expected: one of:"),
        (("--date", "31.1.2026"), "a day as YYYY-MM-DD"),
        (("--draws", "2"), "--draws"),
        (("--key", "nothing.key"), "nothing.key: no key"),
    ],
)
def test_wrong_words_end_with_two(call, tmp_path: Path, words: tuple[str, str], message: str) -> None:  # type: ignore[no-untyped-def]
    model = () if words[0] == "--model" else ("--model", tiny_model(tmp_path))
    code, _out, err = call("run", *model, "--out", tmp_path / "out", *words)
    assert code == 2
    assert message in err


def test_the_table_is_in_chinese(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    words = (
        "run",
        "--model",
        tiny_model(tmp_path),
        "--chip",
        "makers-metax",
        "--out",
        tmp_path,
        "--lang",
        "zh",
    )
    _code, out, _err = call(*words)
    assert "未测" in out
    assert "本机未找到" in out


def test_without_the_extra_the_command_says_which_to_install(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from chainmend.pilot import machine

    monkeypatch.setattr(machine, "version", lambda package: None)
    code, _out, err = call("probe")
    assert code == 2
    assert "psutil" in err
    assert "pip install 'chainmend[pilot]'" in err
