"""What a machine says of itself, and nothing where it says nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chainmend.errors import PilotError
from chainmend.pilot import machine


def test_processor_and_features_are_those_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("processor\t: 0\nmodel name\t: A Chip\nflags\t\t: fpu avx2 amx_int8\nmodel name\t: B\n")
    monkeypatch.setattr(machine, "_CPUINFO", info)
    found = machine.machine()
    assert (found.processor, found.features) == ("A Chip", ("avx2", "amx_int8"))
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "nothing")
    assert machine.machine().features == ()


def test_energy_is_unknown_where_the_machine_does_not_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "_ENERGY", tmp_path / "nothing")
    assert machine.energy_joules() is None
    (tmp_path / "energy").write_text("1500000\n")
    monkeypatch.setattr(machine, "_ENERGY", tmp_path / "energy")
    assert machine.energy_joules() == 1.5


def test_memory_taken_is_seen() -> None:
    """In a process of its own: one that has given memory back before takes it again unseen."""
    pytest.importorskip("psutil", reason="the extra pilot is not installed")
    code = (
        "from chainmend.pilot import machine\n"
        "before = machine.resident_bytes()\n"
        "held = b'x' * (32 * 2**20)\n"
        "print(machine.resident_bytes() - before, machine.peak_bytes() - len(held))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    taken, above = map(int, told.split())
    assert taken > 16 * 2**20
    assert above >= 0


def test_packages_that_are_missing_are_named_with_the_extra() -> None:
    machine.need("numpy")
    with pytest.raises(
        PilotError, match=r"no-such-package.*the extra pilot.*pip install 'chainmend\[pilot\]'"
    ):
        machine.need("numpy", "no-such-package")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("failed to open /a/b/c.so: no such file", "failed to open c.so: no such file"),
        (r"C:\lib\x.dll is not there", "x.dll is not there"),
        ("\n\n  first\nsecond", "first"),
        ("", ""),
        ("n/a and 3/4 stay", "n/a and 3/4 stay"),
        ("x" * 400, "x" * 300),
    ],
)
def test_first_line_without_folders(text: str, line: str) -> None:
    assert machine.first_line(text) == line
