"""The catalogue of a desk, and a copy of it for every scan: pages of a scan keep the segments it was made with."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.chain.catalogue import catalogue_folder, load_catalogue
from chainmend.errors import DeskError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.desk.home import Home


def chosen(home: Home) -> str | Path:
    """Return what a desk scans with: the folder `catalogue` of its home, else the catalogue that is shipped."""
    return home.catalogue if home.catalogue.is_dir() else DEFAULT_CATALOGUE


def choose(source: str, home: Home) -> Catalogue:
    """Give a desk that has scanned nothing yet a catalogue of its own: an id that is shipped, or a folder.

    Raises
    ------
    CatalogueError
        If it is none, or something in it is refused.
    DeskError
        If the desk has a catalogue already: an entry is of a segment, so that a list is of one catalogue.
    """
    if home.catalogue.exists():
        raise DeskError(
            _("the desk has a catalogue already"),
            expected=_("a desk without one"),
            where=str(home.catalogue),
            do=_("change the files there; the next scan reads them"),
        )
    found = load_catalogue(source)
    _copy(catalogue_folder(source), home.catalogue)
    return found


def keep(home: Home) -> Catalogue:
    """Load the catalogue of a desk for a scan, and put a copy of it by under its fingerprint.

    Raises
    ------
    CatalogueError
        If something in it is refused; the message names file and line.
    """
    source = chosen(home)
    found = load_catalogue(source)
    copy = home.catalogues / found.fingerprint
    if not copy.is_dir():
        _copy(catalogue_folder(source), copy)
    return found


def of(home: Home, fingerprint: str) -> Catalogue:
    """Load the catalogue that a scan was made with; that of the desk where no copy was put by."""
    copy = home.catalogues / fingerprint
    return load_catalogue(copy if copy.is_dir() else chosen(home))


def _copy(source: Path, target: Path) -> None:
    """Copy the files of a catalogue, all or none."""
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".catalogue-", dir=target.parent))
    try:
        for file in sorted(source.glob("*.yaml")):
            shutil.copyfile(file, partial / file.name)
        partial.chmod(0o750)
        if not target.is_dir():
            os.replace(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
