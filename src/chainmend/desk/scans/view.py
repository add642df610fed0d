"""The last good scan as pages read it: frames, catalogue and data, read once a scan and kept."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings as conf

from chainmend.desk.scans.models import ScanRun

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.scanning import Scan

_KEPT = 2
_READING = threading.RLock()
"""Who comes while a scan or its data are read waits for them, and does not read them a second time."""


@dataclass(frozen=True)
class ScanView:
    """A scan with what it was made from. What is heavy is read when it is first asked for.

    Attributes
    ----------
    scan_id, finished
        Which scan, and when the desk finished it.
    city, date, synthetic
        Of its dataset: whose, the day the data describe, whether they are made up.
    folder, dataset_folder
        Where both are.
    """

    scan_id: str
    finished: dt.datetime
    city: str
    date: dt.date
    synthetic: bool
    folder: Path
    dataset_folder: Path

    @cached_property
    def scan(self) -> Scan:
        """Its manifest and frames."""
        from chainmend.scanning import load_scan

        with _READING:
            if "scan" not in self.__dict__:
                self.__dict__["scan"] = load_scan(self.folder)
            found: Scan = self.__dict__["scan"]
            return found

    @cached_property
    def catalogue(self) -> Catalogue:
        """Clusters, chains and segments, as they were when it was made."""
        from chainmend.desk.scans import catalogues

        return catalogues.of(conf.DESK_HOME, self.scan.manifest["catalogue"]["fingerprint"])

    @cached_property
    def dataset(self) -> Dataset:
        """The tables of the city."""
        from chainmend.intake.reader import read_dataset

        with _READING:
            if "dataset" not in self.__dict__:
                self.__dict__["dataset"] = read_dataset(self.dataset_folder)
            found: Dataset = self.__dict__["dataset"]
            return found


@lru_cache(maxsize=_KEPT)
def _view(run: int, scan_id: str) -> ScanView:
    found = ScanRun.objects.select_related("dataset").get(pk=run)
    data = found.dataset
    return ScanView(
        scan_id, found.finished or found.asked, data.city, data.date, data.synthetic, found.path, data.path
    )


def current() -> ScanView | None:
    """Return the last good scan, None where there is none; one query, the rest is kept by scan."""
    last = (
        ScanRun.objects.filter(state=ScanRun.DONE)
        .order_by("-finished", "-pk")
        .values_list("pk", "scan_id")
        .first()
    )
    return _view(*last) if last else None


def forget() -> None:
    """Forget the scans that are kept, where their folders may have changed."""
    _view.cache_clear()
