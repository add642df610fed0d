"""Making Django ready outside the server: for commands and tests."""

from __future__ import annotations

import os

from chainmend.errors import DeskError
from chainmend.i18n import _, language


def start() -> None:
    """Set Django up, in the language of the command, and bring the tables of the database up to date.

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
        call_command("migrate", verbosity=0, interactive=False)
    except (DatabaseError, ImproperlyConfigured) as error:
        raise DeskError(
            str(error).splitlines()[0],
            expected=_("a database that can be reached and written"),
            do=_("check --database-url and that the database is running"),
        ) from error
