"""Django's commands on the desk that CHAINMEND_DESK_HOME names: ``python -m chainmend.desk migrate``."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from chainmend.desk.parent import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainmend.desk.project.settings")
    execute_from_command_line(["chainmend.desk", *sys.argv[1:]])
