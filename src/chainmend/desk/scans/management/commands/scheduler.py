"""``python -m chainmend.desk scheduler``: asks for scans when they are due, until it is ended."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from chainmend.desk.scans.schedule import run_due

LOG = logging.getLogger("chainmend.desk.scheduler")
_EVERY = 20.0


class Command(BaseCommand):
    """Looks every few seconds whether a scan is due."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--every", type=float, default=_EVERY)
        parser.add_argument("--once", action="store_true")

    def handle(self, *_args: Any, every: float, once: bool, **_options: Any) -> None:
        """Look until a signal ends it; a database that is away for a while is waited for."""
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: ended.set())
        while True:
            try:
                close_old_connections()
                for run in run_due(timezone.now()):
                    LOG.info("scan %s is due", run.pk)
            except DatabaseError:
                LOG.exception("the schedule could not be read")
            if once or ended.wait(every):
                return
