"""The life of a scan that was asked for: waiting, running, and how it ended.

The row of the run is the truth, whatever the queue of tasks says: a worker takes a run by changing its row from waiting
to running with a token of its own, and only the holder of the token ends it. A task that comes twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings as conf
from django.db import transaction
from django.utils import timezone

from chainmend.desk.scans.models import Dataset, ScanRun
from chainmend.errors import DeskError
from chainmend.i18n import _, both

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User

SILENT = dt.timedelta(seconds=60)
"""A worker that was not heard of for so long is gone."""
LEFT = dt.timedelta(days=1)
MOST_RESTARTS = 3
_TOKEN_BYTES = 12
STAGES = ("read", "scan", "write", "list")


def ask(dataset: Dataset, user: User | None, *, by_schedule: bool = False) -> ScanRun:
    """Ask for a scan of a dataset; a worker takes it up.

    Raises
    ------
    DeskError
        If a scan of it waits or runs already, or the list was held against later data.
    """
    if ScanRun.objects.filter(dataset=dataset, state__in=ScanRun.OPEN).exists():
        raise DeskError(
            _("a scan of these data waits or runs already"), do=_("wait for it, or cancel it first")
        )
    later = ScanRun.objects.filter(state=ScanRun.DONE, dataset__date__gt=dataset.date).first()
    if later is not None:
        raise DeskError(
            _("data of {date}").format(date=dataset.date),
            expected=_("data not older than those of the last scan, {date}").format(date=later.dataset.date),
            do=_("choose newer data: the list only goes forward"),
        )
    return _put(ScanRun(dataset=dataset, asked_by=user, by_schedule=by_schedule))


def _put(run: ScanRun) -> ScanRun:
    from chainmend.desk.scans.tasks import run_scan

    with transaction.atomic():
        run.save()
        run_scan.enqueue(run.pk)
    return run


def cancel(run: ScanRun) -> bool:
    """Cancel a run: at once while it waits, after its present step while it runs; False where it had ended."""
    waiting = ScanRun.objects.filter(pk=run.pk, state=ScanRun.QUEUED)
    if waiting.update(state=ScanRun.CANCELLED, finished=timezone.now()):
        return True
    return bool(ScanRun.objects.filter(pk=run.pk, state=ScanRun.RUNNING).update(stop_asked=True))


def take(pk: int) -> ScanRun | None:
    """Take up a waiting run; None where somebody else has it or it was cancelled."""
    now = timezone.now()
    token = secrets.token_hex(_TOKEN_BYTES)
    mine = ScanRun.objects.filter(pk=pk, state=ScanRun.QUEUED).update(
        state=ScanRun.RUNNING, started=now, beat=now, token=token, step=STAGES[0], steps_done=0
    )
    return ScanRun.objects.select_related("dataset").get(pk=pk, token=token) if mine else None


def end(run: ScanRun, state: str, *, scan_id: str = "", error: tuple[str, str] = ("", "")) -> bool:
    """End a run in whose name its token is held; False where it was taken from us meanwhile.

    An error is told in Chinese and in English.
    """
    return bool(
        ScanRun.objects.filter(pk=run.pk, state=ScanRun.RUNNING, token=run.token).update(
            state=state, finished=timezone.now(), scan_id=scan_id, error=error[0], error_en=error[1]
        )
    )


def recover(now: dt.datetime, silent: dt.timedelta = SILENT) -> list[ScanRun]:
    """Mark runs whose worker fell silent as interrupted, and ask for each once more.

    What such a run wrote is not lost and not half there: a scan's folder appears whole or not at all, and the list
    is changed in one transaction. A run that was to be cancelled stays so, and one that was interrupted too often
    fails.

    Parameters
    ----------
    now
        The moment.
    silent
        How long a worker may say nothing.

    Returns
    -------
    list of ScanRun
        The new runs.
    """
    _wake(now, silent)
    again = []
    for run in ScanRun.objects.filter(state=ScanRun.RUNNING, beat__lt=now - silent).select_related("dataset"):
        if run.stop_asked:
            end(run, ScanRun.CANCELLED)
        elif _restarts(run) >= MOST_RESTARTS:
            end(run, ScanRun.FAILED, error=both("its worker ended {n} times", n=MOST_RESTARTS + 1))
        else:
            with transaction.atomic():
                if end(run, ScanRun.INTERRUPTED):
                    again.append(
                        _put(
                            ScanRun(
                                dataset=run.dataset,
                                asked_by=run.asked_by,
                                by_schedule=run.by_schedule,
                                instead_of=run,
                            )
                        )
                    )
    return again


def _wake(now: dt.datetime, silent: dt.timedelta) -> None:
    """Queue again what waits though nothing runs: its task died with a worker that had just fetched it."""
    from chainmend.desk.scans.tasks import run_scan

    if ScanRun.objects.filter(state=ScanRun.RUNNING, beat__gte=now - silent).exists():
        return
    for run in ScanRun.objects.filter(state=ScanRun.QUEUED, asked__lt=now - silent):
        if run.beat is None or run.beat < now - silent:
            ScanRun.objects.filter(pk=run.pk, state=ScanRun.QUEUED).update(beat=now)
            run_scan.enqueue(run.pk)


def _restarts(run: ScanRun) -> int:
    n, at = 0, run.instead_of
    while at is not None:
        n, at = n + 1, at.instead_of
    return n


def sweep(now: dt.datetime) -> None:
    """Take away what killed processes left half written a day ago, neither dataset nor scan nor an earlier scan."""
    home = conf.DESK_HOME
    for left in (*home.datasets.glob(".*"), *home.scans.glob(".*")):
        if left.suffix != ".old" and left.is_dir() and left.stat().st_mtime < (now - LEFT).timestamp():
            shutil.rmtree(left, ignore_errors=True)


def settings_file() -> Path:
    """Where a desk keeps the settings of its scans; without it they are the defaults."""
    return Path(conf.DESK_HOME.folder) / "settings.yaml"
