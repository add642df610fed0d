"""One thing that is wrong with a catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What came, what was expected, in which file and line, and what to do."""

    file: str
    line: int
    came: str
    expected: str
    do: str | None = None

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"
