"""A part of the desk ends when who started it is gone, however that came about."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

PARENT_VARIABLE = "CHAINMEND_DESK_PARENT"
"""Process that started the parts of the desk; set for them alone."""
EVERY, PATIENCE = 0.3, 5.0


def has_parent() -> bool:
    """Return whether a desk started this process."""
    return os.environ.get(PARENT_VARIABLE, "").isdecimal()


def end_with_parent(patience: float = PATIENCE) -> None:
    """End this process soon after its parent ended, even one that was killed and could tell nobody.

    A process whose parent ended has another parent: a thread looks for that. It asks this process to end as the desk
    would, and ends it where it does not. A process that no desk started is left alone.

    Parameters
    ----------
    patience
        Seconds between the two.
    """
    if not has_parent():
        return
    forked_by = multiprocessing.parent_process()
    parent = int(os.environ[PARENT_VARIABLE]) if forked_by is None else forked_by.pid

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(EVERY)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(patience)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
