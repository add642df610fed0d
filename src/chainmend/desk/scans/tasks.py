"""What a worker does for a scan: read, scan, save, hold the list against it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings as conf
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django_tasks import task

from chainmend.desk.scans.desk_rows import desk_rows, told, with_desk_rows
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.scans.runs import STAGES, end, settings_file, take
from chainmend.desk.worklist.services import apply_scan
from chainmend.errors import ChainmendError
from chainmend.i18n import both, speaking

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.scanning import Scan
    from chainmend.settings import Settings

LOG = logging.getLogger("chainmend.desk.scans")
BEAT = 5.0


class _StoppedError(Exception):
    """Somebody cancelled the run, or another worker holds it."""


@task()
def run_scan(pk: int) -> None:
    """Do the scan of a run that waits; the run tells how it went, in any case."""
    run = take(pk)
    if run is None:
        return
    with speaking("zh"), _heartbeat(run):
        try:
            _work(run)
        except _StoppedError:
            end(run, ScanRun.CANCELLED)
        except ChainmendError as error:
            end(run, ScanRun.FAILED, error=(str(error), _in_english(run)))
        except (OperationalError, InterfaceError):
            # the database went away: the run falls silent, and another takes its place
            LOG.exception("scan %s lost its database", run.pk)
        except Exception:
            LOG.exception("scan %s failed", run.pk)
            end(run, ScanRun.FAILED, error=both("a fault of the program; the log of the desk says more"))


def _work(run: ScanRun) -> None:
    from chainmend.scanning import save_scan

    done = 0

    def step(_name: str) -> None:
        nonlocal done
        done += 1
        _told(run, STAGES[1], done)

    data, settings, found = _found(run, step)
    _told(run, STAGES[2], done)
    run.scan_id = found.id
    save_scan(found, run.path)
    _told(run, STAGES[3], done)
    with transaction.atomic():
        if not end(run, ScanRun.DONE, scan_id=found.id):
            raise _StoppedError
        apply_scan(found, settings, firms=data.tables["firms"])


def _found(run: ScanRun, step: Callable[[str], None]) -> tuple[Dataset, Settings, Scan]:
    """Read the data and scan them; nothing is written."""
    from chainmend.desk.firms.corrections import corrected_scan, with_decisions
    from chainmend.desk.scans.catalogues import keep
    from chainmend.intake.reader import read_dataset
    from chainmend.scanning import scan
    from chainmend.settings import load_settings

    file = settings_file()
    settings = load_settings(file if file.is_file() else None)
    rows = desk_rows()
    catalogue = keep(conf.DESK_HOME)
    data, corrections = with_decisions(with_desk_rows(read_dataset(run.dataset.path), rows), catalogue)
    found = scan(data, catalogue, settings, progress=step)
    return data, settings, told(corrected_scan(found, corrections), rows)


def _in_english(run: ScanRun) -> str:
    """The same failure in English: what is raised is told in one language, so the way there is gone once more."""
    with speaking("en"):
        try:
            _found(run, lambda _name: None)
        except ChainmendError as error:
            return str(error)
        except Exception:
            LOG.exception("scan %s failed otherwise in English", run.pk)
    return ""


def _told(run: ScanRun, stage: str, done: int) -> None:
    """Write how far the run is; raise where it shall not go on."""
    mine = ScanRun.objects.filter(pk=run.pk, token=run.token, state=ScanRun.RUNNING, stop_asked=False)
    if not mine.update(step=stage, steps_done=done, beat=timezone.now()):
        raise _StoppedError


@contextmanager
def _heartbeat(run: ScanRun) -> Iterator[None]:
    """Say every few seconds that the worker lives, from a thread of its own."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT):
            try:
                ScanRun.objects.filter(pk=run.pk, token=run.token).update(beat=timezone.now())
            except DatabaseError:
                LOG.warning("scan %s: the database did not take a sign of life", run.pk)
            finally:
                connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
