"""Trades that no chain has, and the words that tell them.

They stand in ``elsewhere.yaml`` beside the clusters, which may be left out. Who sells mostly such goods is placed
nowhere, even where a line of its register names a segment.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmend.chain.model import Terms, Trade
from chainmend.chain.positions import read_yaml
from chainmend.chain.reading import Place, Reader

if TYPE_CHECKING:
    from chainmend.chain.problem import Problem

ELSEWHERE = "elsewhere.yaml"


def read_elsewhere(folder: Path) -> tuple[tuple[Trade, ...], list[Problem]]:
    """Read ``elsewhere.yaml`` of a catalogue's folder with everything that is wrong with it.

    Raises
    ------
    CatalogueError
        If the file is no YAML.
    """
    if not (folder / ELSEWHERE).is_file():
        return (), []
    given, lines = read_yaml(folder / ELSEWHERE)
    reader = Reader(lines)
    values = reader.only(given, ("trades",), ())
    listed = reader.items(values, ("trades",))
    return tuple(_trade(reader, item, ("trades", n)) for n, item in enumerate(listed)), reader.problems


def _trade(reader: Reader, given: Any, path: Place) -> Trade:
    values = reader.only(given, ("id", "name", "terms"), path)
    terms = reader.only(values.get("terms") or {}, ("zh", "en"), (*path, "terms"))
    return Trade(
        id=str(reader.need(values, "id", path)),
        name=reader.text(values, (*path, "name")),
        terms=Terms(reader.texts(terms, (*path, "terms", "zh")), reader.texts(terms, (*path, "terms", "en"))),
        line=reader.lines.line(path),
    )
