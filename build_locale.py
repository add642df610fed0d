"""Build hook: merge each language's .po files into the one .mo that gettext reads.

Translations are kept one .po a part of the product, so that no file is the one everybody appends to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_locale(folder: Path) -> Path:
    """Merge ``folder/*.po`` into ``folder/LC_MESSAGES/chainmend.mo``; two translations of one text are refused."""
    merged = Catalog(locale=folder.name)
    seen: dict[str, tuple[str, str]] = {}
    for part in sorted(folder.glob("*.po")):
        with part.open("rb") as handle:
            catalog = read_po(handle, locale=folder.name)
        for message in catalog:
            if not message.id or not message.string:
                continue
            text, translation = str(message.id), str(message.string)
            if text in seen and seen[text][0] != translation:
                raise ValueError(f"{part}: {text!r} is translated otherwise in {seen[text][1]}")
            seen[text] = (translation, part.name)
            merged.add(text, translation)
    out = folder / "LC_MESSAGES" / "chainmend.mo"
    for path in (out, _for_the_desk(folder)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as handle:
            write_mo(handle, merged)
    return out


def _for_the_desk(folder: Path) -> Path:
    """Where Django looks for the same texts: it has its own names for languages and files."""
    language = {"zh": "zh_Hans"}.get(folder.name, folder.name)
    return folder.parent / language / "LC_MESSAGES" / "django.mo"


class LocaleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for folder in sorted(
            {part.parent for part in (Path(self.root) / "src/chainmend/locale").glob("*/*.po")}
        ):
            compile_locale(folder)
