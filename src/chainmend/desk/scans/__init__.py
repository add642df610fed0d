"""Datasets, scans and their schedule; `current` is what every page reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainmend.desk.scans.view import ScanView


def current() -> ScanView | None:
    """Return the last good scan, cached by its id; None where the desk has none yet."""
    from chainmend.desk.scans.view import current

    return current()
