"""Reads the values of one YAML file of a catalogue: what is wrong is kept as a problem with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainmend.chain.model import Text
from chainmend.chain.problem import Problem
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.positions import Lines

Place = tuple[str | int, ...]


@dataclass
class Reader:
    """Reads the values of one file; what is wrong is kept, and something harmless is returned in its place."""

    lines: Lines

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self.cited: dict[str, str] = {}

    def refuse(self, path: Place, came: str, expected: str, do: str | None = None) -> None:
        """Keep a problem at the line of `path`."""
        self.problems.append(Problem(self.lines.file, self.lines.line(path), came, expected, do))

    def need(self, values: Any, key: str, path: Place) -> Any:
        """The value of `key`; a problem and an empty text where there is none."""
        if not isinstance(values, Mapping) or values.get(key) is None:
            self.refuse(path, _("{key} is missing").format(key=key), _("a value for {key}").format(key=key))
            return ""
        return values[key]

    def only(self, values: Any, keys: tuple[str, ...], path: Place) -> dict[str, Any]:
        """`values` as a mapping; every key that is not among `keys` is a problem."""
        if not isinstance(values, dict) or not (values or path):
            self.refuse(path, repr(values), _("keys and values: {keys}").format(keys=", ".join(keys)))
            return {}
        for key in values:
            if key not in keys:
                self.refuse(
                    (*path, key),
                    _("unknown key {key}").format(key=key),
                    _("one of: {ids}").format(ids=", ".join(keys)),
                )
        return values

    def one_of(self, values: Any, key: str, choices: tuple[str, ...], path: Place) -> Any:
        """The value of `key`, which is one of `choices`."""
        value = self.need(values, key, path)
        if value not in choices:
            self.refuse((*path, key), f"{key}: {value}", _("one of: {ids}").format(ids=", ".join(choices)))
            return choices[-1]
        return value

    def text(self, values: Any, path: Place) -> Text:
        """The text in both languages at `path`."""
        value = values.get(path[-1]) if isinstance(values, Mapping) else None
        if not isinstance(value, dict) or not all(
            isinstance(value.get(k), str) and value[k].strip() for k in ("zh", "en")
        ):
            self.refuse(
                path, f"{path[-1]}: {value!r}", _("a text in both languages: {{zh: ..., en: ...}}").format()
            )
            return Text("", "")
        self.only(value, ("zh", "en"), path)
        return Text(value["zh"], value["en"])

    def items(self, values: Any, path: Place) -> list[Any]:
        """The list at `path`, empty where there is none."""
        value = values.get(path[-1])
        if value is not None and not isinstance(value, list):
            self.refuse(path, f"{path[-1]}: {value!r}", _("a list"))
            return []
        return value or []

    def sources(self, values: Any, path: Place) -> tuple[tuple[str, str], ...]:
        """Key and citation of every source, by key."""
        value = values.get("sources") or {}
        if not isinstance(value, dict):
            self.refuse(path, f"sources: {value!r}", _("a key and a citation for each source"))
            return ()
        return tuple(sorted((key, str(citation)) for key, citation in value.items()))

    def texts(self, values: Any, path: Place) -> tuple[str, ...]:
        """The list of texts at `path`."""
        value = values.get(path[-1]) if isinstance(values, Mapping) else None
        if value is None:
            return ()
        if not isinstance(value, list):
            self.refuse(path, f"{path[-1]}: {value!r}", _("a list of texts"))
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, str):
                self.refuse(
                    (*path, number),
                    repr(item),
                    _("a text"),
                    _('put it in quotes, so that it stays a text: "3973"'),
                )
        return tuple(str(item) for item in value)

    def names(self, values: Any, key: str) -> dict[str, Text]:
        """Code -> text of the mapping under `key`."""
        found = values.get(key) if isinstance(values, Mapping) else None
        return {code: self.text(found, (key, code)) for code in found} if isinstance(found, dict) else {}
