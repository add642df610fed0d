"""How commands speak: rich tables and lines on a terminal, one JSON object with ``--json``."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.containers import Lines
from rich.table import Table
from rich.text import Text

_PIPED_WIDTH = 160  # wide enough that a sentence stays on few lines in a file or a pipe

_WIDE = "\u2e80-\uffef"
_PIECE = re.compile(rf"[（《“]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[，。；：、）》”]*\s*|\s+")
"""What stays on one line: a Chinese character with its punctuation, or a word or figure."""


class _Cell(Text):
    """A text that breaks between Chinese characters; rich would break it at its few spaces only."""

    def wrap(self, console: Console, width: int, **how: Any) -> Lines:
        lines = Lines()
        for line in self.split(allow_blank=True):
            if re.search(f"[{_WIDE}]", line.plain):
                for part in line.divide(_breaks(line.plain, width)):
                    lines.extend(Text.wrap(part, console, width, **how))
            else:
                lines.extend(Text.wrap(line, console, width, **how))
        return lines


def _breaks(text: str, width: int) -> list[int]:
    """Offsets at which lines of at most `width` columns begin."""
    found: list[int] = []
    used = 0
    for piece in _PIECE.finditer(text):
        if used and used + cell_len(piece.group().rstrip()) > width:
            found.append(piece.start())
            used = 0
        used += cell_len(piece.group())
    return found


def _console() -> Console:
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPED_WIDTH
    return console


@dataclass
class Output:
    """Where a command's words go; with ``json=True`` only `emit` prints, to standard output."""

    json: bool = False
    console: Console = field(default_factory=_console)

    def say(self, text: str = "", style: str | None = None) -> None:
        """Print one line, unless the output is for a machine; brackets are printed as they are."""
        if not self.json:
            self.console.print(Text(text, style=style or ""))

    def table(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[int] = ()
    ) -> None:
        """Print a table; the columns numbered in `right` are right-aligned."""
        if self.json:
            return
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_Cell("" if cell is None else str(cell)) for cell in row))
        self.console.print(table)

    def emit(self, payload: Mapping[str, Any]) -> None:
        """Print `payload` as JSON, only with ``--json``."""
        if self.json:
            json.dump(payload, sys.stdout, ensure_ascii=False, indent=2, default=str)
            sys.stdout.write("\n")

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[str], None]]:
        """Yield a function that is called with the name of each step: a bar on a terminal, else log lines."""
        stderr = Console(stderr=True, highlight=False)
        if self.json or not stderr.is_terminal:
            yield lambda step: None if self.json else stderr.print(Text(f"- {step}"))
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=stderr, transient=True) as bar:
            task = bar.add_task("", total=total)

            def advance(step: str) -> None:
                bar.update(task, description=step, advance=1)

            yield advance
