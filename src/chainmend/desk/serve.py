"""Starting the server, the worker and the scheduler, and starting them anew where one of them dies."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chainmend.desk.parent import PARENT_VARIABLE

LOG = logging.getLogger("chainmend.desk")
_FEWEST_THREADS, _MOST_THREADS = 2, 8
_PATIENCE = 10.0
_TOO_OFTEN, _WITHIN = 5, 60.0
_APPLICATION = "chainmend.desk.project.wsgi:application"


def commands(host: str, port: int) -> dict[str, list[str]]:
    """Return what is run: the server, the worker that scans, and the scheduler.

    Examples
    --------
    >>> sorted(commands("127.0.0.1", 8296))
    ['scheduler', 'web', 'worker']
    """
    desk = [sys.executable, "-m", "chainmend.desk"]
    threads = max(_FEWEST_THREADS, min(_MOST_THREADS, os.cpu_count() or 1))
    web = [
        sys.executable, "-m", "chainmend.desk.web", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", "1", "--blocking-threads", str(threads), "--log-level", "warning", _APPLICATION,
    ]  # fmt: skip
    return {
        "web": web,
        "worker": [*desk, "db_worker", "--no-startup-delay"],
        "scheduler": [*desk, "scheduler"],
    }


@dataclass
class Child:
    """A process that is kept running; `deaths` are the times it died at."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self, held: Sequence[int] = ()) -> None:
        """Start it in a group of its own, so that a Ctrl+C reaches it through us alone; it keeps `held` open."""
        surroundings = os.environ | {PARENT_VARIABLE: str(os.getpid())}
        self.process = subprocess.Popen(self.command, start_new_session=True, env=surroundings, pass_fds=held)

    def dead(self) -> bool:
        """Return whether it ran and does not any more."""
        return self.process is not None and self.process.poll() is not None

    def too_often(self, now: float) -> bool:
        """Note a death; return whether there were too many of late."""
        self.deaths = [t for t in self.deaths if now - t < _WITHIN] + [now]
        return len(self.deaths) >= _TOO_OFTEN


def serve(
    host: str,
    port: int,
    *,
    held: Sequence[int] = (),
    plan: Mapping[str, Sequence[str]] | None = None,
    ended: threading.Event | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Run the desk until a signal, or until a part of it dies again and again.

    Parameters
    ----------
    held
        Open files that every part keeps open, such as the lock of the folder (`running.hold`).
    plan
        Name -> command of each process; those of `commands` where None.
    ended
        Set by SIGINT and SIGTERM; ends everything.

    Returns
    -------
    int
        0 where it was ended, 1 where a part of it could not be kept running.
    """
    ended = ended or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_signal: ended.set())
    children = [Child(name, command) for name, command in (plan or commands(host, port)).items()]
    try:
        for child in children:
            child.start(held)
        while not ended.wait(0.2):
            for child in filter(Child.dead, children):
                code = child.process.returncode if child.process else None
                if child.too_often(clock()):
                    LOG.error("%s ended with %s, again and again; the desk ends", child.name, code)
                    return 1
                LOG.warning("%s ended with %s and is started anew", child.name, code)
                ended.wait(0.5 * len(child.deaths))
                child.start(held)
    finally:
        _end(children)
    return 0


def _end(children: Sequence[Child]) -> None:
    running = [c.process for c in children if c.process is not None and c.process.poll() is None]
    for process in running:
        process.terminate()
    until = time.monotonic() + _PATIENCE
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
