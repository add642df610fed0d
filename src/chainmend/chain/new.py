"""A catalogue to begin with: commented files that pass the check as they stand."""

from __future__ import annotations

import re
from pathlib import Path

from chainmend.errors import CatalogueError
from chainmend.i18n import _

_TEMPLATE = Path(__file__).parent / "template"


def write_template(folder: Path) -> list[Path]:
    """Write the commented template into `folder`, which must be new or empty, and return the files.

    The catalogue takes the folder's name as its id where that is one.

    Raises
    ------
    CatalogueError
        If `folder` is a file or holds anything; nothing is written then.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise CatalogueError(
            _("{folder} holds something already").format(folder=folder),
            expected=_("a new or empty folder"),
            do=_("name another folder; nothing was written"),
        )
    folder.mkdir(parents=True, exist_ok=True)
    name = folder.resolve().name
    written = []
    for source in sorted(_TEMPLATE.glob("*.yaml")):
        text = source.read_text("utf-8")
        if source.name == "catalogue.yaml" and re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
            text = text.replace("id: my-city\n", f"id: {name}\n", 1)
        with (folder / source.name).open("x", encoding="utf-8") as handle:
            handle.write(text)
        written.append(folder / source.name)
    return written
