"""Making Django ready outside the server: for commands and tests."""

from __future__ import annotations

import logging
import os
import time

from chainmend.errors import DeskError
from chainmend.i18n import _, language

LOG = logging.getLogger("chainmend.desk")
WAIT, _EVERY = 20.0, 0.5
"""Seconds that a database which is starting itself is waited for."""


def start(wait: float = 0.0) -> None:
    """Set Django up, in the language of the command, and bring the tables of the database up to date.

    Parameters
    ----------
    wait
        How many seconds to wait for a database that does not answer.

    Raises
    ------
    DeskError
        If the database cannot be reached.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainmend.desk.project.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError
    from django.utils import translation

    try:
        django.setup()
        translation.activate("zh-hans" if language() == "zh" else "en")
        wait_for_database(wait)
        call_command("migrate", verbosity=0, interactive=False)
    except (DatabaseError, ImproperlyConfigured) as error:
        raise DeskError(
            str(error).splitlines()[0],
            expected=_("a database that can be reached and written"),
            do=_("check --database-url and that the database is running"),
        ) from error


def wait_for_database(wait: float) -> None:
    """Wait until the database takes a connection.

    Raises
    ------
    django.db.OperationalError
        If it does not within `wait` seconds.
    """
    from django.db import OperationalError, connection

    until, told = time.monotonic() + wait, False
    while True:
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > until:
                raise
            if not told:
                LOG.warning("the database does not answer; it is waited for")
            told = True
            time.sleep(_EVERY)
        else:
            return
