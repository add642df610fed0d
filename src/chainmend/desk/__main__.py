"""Django's commands on the desk that CHAINMEND_DESK_HOME names: ``python -m chainmend.desk migrate``."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from chainmend.desk.parent import end_with_parent, has_parent
from chainmend.desk.start import wait_for_database

_WAIT = 300.0
"""Seconds that a part of the desk waits for a database that is away, before it ends and is started anew."""

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainmend.desk.project.settings")
    end_with_parent()
    if has_parent():
        wait_for_database(_WAIT)
    execute_from_command_line(["chainmend.desk", *sys.argv[1:]])
