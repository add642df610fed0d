"""One desk a folder: who starts it holds a lock, which lasts as long as a part of it runs."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from chainmend.errors import DeskError
from chainmend.i18n import _

NAME = "running"
PATIENCE = 15.0
"""Seconds that parts of a desk that was killed are waited for."""


def hold(folder: Path, address: str, patience: float = PATIENCE) -> int:
    """Take the lock of a folder and return its open file; the processes that have it open hold the lock together.

    Parameters
    ----------
    folder
        The home of the desk.
    address
        Where the desk is reached; whoever comes second reads it.
    patience
        How many seconds to wait for the parts of a desk whose first process is gone.

    Raises
    ------
    DeskError
        If a desk runs in the folder already.
    """
    held = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o640)
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            pid, _space, where = os.pread(held, 1000, 0).decode("utf-8", "replace").strip().partition(" ")
            if _lives(pid) or time.monotonic() > until:
                os.close(held)
                raise DeskError(
                    _("the desk of this folder runs already, as process {pid}").format(pid=pid or "?"),
                    where=str(folder),
                    do=_("use it at {address}, or end it first").format(address=where or "?"),
                ) from None
            time.sleep(0.1)
    os.ftruncate(held, 0)
    os.pwrite(held, f"{os.getpid()} {address}\n".encode(), 0)
    return held


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
