"""The program as a whole: language, exit codes, words where something goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainmend.cli import main
from chainmend.cli.app import COMMANDS


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of ``chainmend WORDS``."""
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    code = stopped.value.code
    out, err = capsys.readouterr()
    return int(code or 0), out, err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "--help")
    assert code == 0
    assert [c for c in COMMANDS if c.rstrip("_") not in out] == []


@pytest.mark.parametrize("words", [("--lang", "zh", "--help"), ("--help", "--lang=zh")])
def test_help_is_in_the_language_asked_for_wherever_it_stands(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert "补链清单" in run(capsys, *words)[1]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from chainmend import __version__

    assert run(capsys, "--version")[:2] == (0, f"chainmend {__version__}\n")


def test_unknown_language_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = run(capsys, "--lang", "fr", "--help")
    assert code == 2
    assert "expected: zh or en" in err


def test_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "scn")[0] == 2


def test_a_folder_that_is_not_there_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _out, err = run(capsys, "check", str(tmp_path / "nowhere"))
    assert code == 2
    assert "nowhere" in err
    assert "Traceback" not in err


def test_an_interruption_ends_with_130(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import chainmend.intake.reader as reader

    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    for name in ("read_dataset", "read_report"):
        monkeypatch.setattr(reader, name, interrupted)
    code, _out, err = run(capsys, "check", str(tmp_path))
    assert code == 130
    assert "interrupted" in err
