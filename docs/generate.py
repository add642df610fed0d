"""Write the reference pages from the code: rules, sources, settings, tables.

``python docs/generate.py`` writes them; ``pages()`` gives them as text, which a test compares with what is there.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from chainmend import gaps, intake
from chainmend.registry import Entry, Kind, entries
from chainmend.settings import Settings
from chainmend.tables import REQUIRED, TABLES

HERE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/generate.py from the code; changes made here are lost. -->\n\n"


def _load(package: Any) -> None:
    """Import every module below `package`, so that each registers what it holds."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)


def _prose(docstring: str | None) -> str:
    """A docstring as Markdown: double backticks become single ones, definition lists get their colon."""
    text = inspect.cleandoc(docstring or "").replace("``", "`")
    return re.sub(r"^(`\w+`)\n {4}", r"\1\n:   ", text, flags=re.M)


def _module(entry: Entry) -> Any:
    return inspect.getmodule(entry.function)


def _thresholds(entry: Entry) -> list[str]:
    """Settings of the group `thresholds` that the entry's module reads from its argument `t`."""
    known = type(Settings().thresholds).model_fields
    read = set(re.findall(r"\bt\.(\w+)", inspect.getsource(_module(entry))))
    return [name for name in known if name in read]


def _entry(entry: Entry) -> str:
    zh, en = entry.name
    lines = [f"## {en} {zh}", "", f"`{entry.id}`: {entry.doc}", ""]
    body = _prose(_module(entry).__doc__)
    rest = body.partition("\n\n")[2]
    if rest:
        lines += [rest, ""]
    if entry.needs:
        lines.append(f"- Tables it looks at: {', '.join(f'`{n}`' for n in entry.needs)}")
    thresholds = _thresholds(entry) if entry.kind == "rule" else []
    if thresholds:
        links = ", ".join(f"[`{n}`](settings.md#thresholds)" for n in thresholds)
        lines.append(f"- Thresholds: {links}")
    if entry.reference:
        lines.append(f"- Reference: {entry.reference}")
    return "\n".join(lines) + "\n"


def _registered(kind: Kind, title: str, opening: str) -> str:
    return NOTE + f"# {title}\n\n{opening}\n\n" + "\n".join(_entry(e) for e in entries(kind))


def _bounds(metadata: list[Any]) -> str:
    """Range of a setting as it is written in the code: `>= 0`, `<= 1`."""
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    found = [
        f"{sign} {getattr(m, name)}" for m in metadata for name, sign in signs.items() if hasattr(m, name)
    ]
    return ", ".join(found)


def settings_page() -> str:
    """Every group of settings with default, range and meaning."""
    parts = [
        NOTE + "# Settings",
        "A YAML file given with `--settings`, or a variable such as `CHAINMEND_THRESHOLDS__TOP_SHARE=0.7`. A value"
        " out of its range and an unknown name are refused. A scan's manifest keeps the settings it ran with.",
    ]
    defaults = Settings()
    for name in type(defaults).model_fields:
        group = getattr(defaults, name)
        if not isinstance(group, BaseModel):
            continue
        rows = ["| setting | default | range | meaning |", "|---|---|---|---|"]
        for key, field in type(group).model_fields.items():
            rows.append(
                f"| `{key}` | {field.default} | {_bounds(field.metadata)} | {field.description or ''} |"
            )
        parts += [f"## {name}", _prose(type(group).__doc__), "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def tables_page() -> str:
    """Every table contract with its columns."""
    parts = [
        NOTE + "# Tables",
        "Money is in yuan, shares are in 0..1, codes are text. A file may leave out any column that may be empty."
        f" Only {', '.join(f'`{n}`' for n in REQUIRED)} is required; a scan says what the others would have told it.",
    ]
    for name, contract in TABLES.items():
        rows = ["| column | type | key | may be empty |", "|---|---|---|---|"]
        for key, column in contract.columns().items():
            primary = "yes" if column.primary_key else ""
            rows.append(f"| `{key}` | {column.dtype} | {primary} | {'yes' if column.nullable else ''} |")
        parts += [f"## {name}", _prose(contract.__doc__), "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """File name -> text of every generated page."""
    _load(gaps)
    _load(intake)
    return {
        "rules.md": _registered(
            "rule",
            "Rules",
            "A rule looks at one segment in one scan. When it fires, the finding carries the numbers, the thresholds"
            " and the rows behind them; when a table it needs is missing, the scan says that it was not checked.",
        ),
        "sources.md": _registered(
            "source", "Sources", "What `chainmend import` reads and turns into a dataset."
        ),
        "settings.md": settings_page(),
        "tables.md": tables_page(),
    }


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")
