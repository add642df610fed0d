"""The database: the SQLite file of the home, or the one that an address names."""

from __future__ import annotations

from typing import Any

import dj_database_url

from chainmend.desk.home import Home
from chainmend.errors import DeskError
from chainmend.i18n import _

SCHEMES = ("postgres", "postgresql", "sqlite")
_KEPT_OPEN = 600
_SQLITE: dict[str, Any] = {
    # The lock is waited for when a transaction begins, not in its middle, where waiting could not help.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
}


def database(url: str | None, home: Home) -> dict[str, Any]:
    """Return the settings of the database.

    Parameters
    ----------
    url
        Such as ``postgres://user:password@host:5432/name``; None for the file of the home.

    Raises
    ------
    DeskError
        If the address is of no database that the desk works with.
    """
    url = url or f"sqlite:///{home.database.as_posix()}"
    scheme = url.partition("://")[0]
    if "://" not in url or scheme not in SCHEMES:
        raise DeskError(
            _("a database address that begins with {scheme}").format(scheme=scheme.partition(":")[0]),
            expected="postgres://user:password@host:5432/name",
            do=_("check --database-url and that the database is running"),
        )
    try:
        found: dict[str, Any] = dict(
            dj_database_url.parse(url, conn_max_age=_KEPT_OPEN, conn_health_checks=True)
        )
    except ValueError as error:
        raise DeskError(
            str(error),
            expected="postgres://user:password@host:5432/name",
            do=_("check --database-url and that the database is running"),
        ) from error
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found["OPTIONS"] = dict(_SQLITE)
    return found
