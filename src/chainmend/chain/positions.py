"""YAML with the line of every value, so that a refusal can name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from chainmend.errors import CatalogueError
from chainmend.i18n import _

_TEXT = "tag:yaml.org,2002:str"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 30  # far more than the format needs; a list that holds itself has no end


class Lines:
    """Line of every value of one YAML file by its path of keys and positions."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.of: dict[tuple[str | int, ...], int] = {}

    def line(self, path: tuple[str | int, ...]) -> int:
        """Line of the value at `path`, or of the nearest one above it that exists."""
        while path and path not in self.of:
            path = path[:-1]
        return self.of.get(path, 1)


def read_text(path: Path) -> str:
    """Return a text in UTF-8, or raise `CatalogueError`."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogueError(
            _("byte {position} is not UTF-8").format(position=error.start),
            expected=_("a text file in UTF-8"),
            where=path.name,
            do=_("save the file again as UTF-8"),
        ) from error


def read_yaml(path: Path) -> tuple[Any, Lines]:
    """Return the content of a YAML file and the lines of its values.

    Raises
    ------
    CatalogueError
        If the file is not UTF-8, is no YAML, or names a key twice.
    """
    lines = Lines(path.name)
    text = read_text(path)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError(
            str(error.problem), expected=_("valid YAML"), where=f"{path.name}:{line}"
        ) from error
    except yaml.reader.ReaderError as error:
        at = text.find(chr(int(error.character)))  # its own position counts bytes or characters
        line = text.count("\n", 0, max(at, 0)) + 1
        raise CatalogueError(
            _("a character that no text has: {character}").format(character=repr(chr(int(error.character)))),
            expected=_("valid YAML"),
            where=f"{path.name}:{line}",
        ) from error
    return _build(node, (), lines) if node is not None else None, lines


def _build(node: Any, path: tuple[str | int, ...], lines: Lines) -> Any:
    lines.of[path] = node.start_mark.line + 1
    if len(path) > _DEEPEST:
        raise CatalogueError(
            _("values nested more than {n} deep").format(n=_DEEPEST),
            expected=_("valid YAML"),
            where=f"{lines.file}:{lines.of[path]}",
        )
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                raise CatalogueError(
                    _("the key {key} stands twice").format(key=name),
                    expected=_("each key once"),
                    where=f"{lines.file}:{key.start_mark.line + 1}",
                )
            found[name] = _build(value, (*path, name), lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, number), lines) for number, item in enumerate(node.value)]
    if node.tag == _TEXT:  # nearly all values are: a loader for each would take most of the time
        return node.value
    try:
        return yaml.SafeLoader("").construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as error:
        raise CatalogueError(
            str(node.value), expected=_("a text or a number"), where=f"{lines.file}:{lines.of[path]}"
        ) from error
