"""``chainmend check``: what was read, what was refused and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chainmend.cli import main

GOOD = "firm_id,name,output\nf1,杭州甲,1\nf2,杭州乙,2\n"
BAD = GOOD + "f3,杭州丙,-5\n"


def check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of ``chainmend check WORDS``."""
    with pytest.raises(SystemExit) as stopped:
        main(["check", *words])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def folder(path: Path, firms: str) -> str:
    (path / "dataset.yaml").write_text("city: 杭州市\ndate: 2025-12-31\n", encoding="utf-8")
    (path / "firms.csv").write_text(firms, encoding="utf-8")
    return str(path)


def test_a_clean_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = check(capsys, folder(tmp_path, GOOD), "--strict")
    assert code == 0
    assert "firms" in out


def test_a_refused_row_is_counted_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = check(capsys, folder(tmp_path, BAD))
    assert code == 0
    assert "output" in out


def test_strict_fails_when_a_row_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, folder(tmp_path, BAD), "--strict")[0] == 1


def test_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = check(capsys, folder(tmp_path, BAD), "--json", "--strict")
    assert code == 1
    assert "firms" in json.dumps(json.loads(out))


def test_an_unusable_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = check(capsys, str(tmp_path))
    assert code == 2
    assert "firms" in err
    assert "Traceback" not in err
