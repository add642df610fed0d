"""``python -m chainmend.desk.web``: the server, with the arguments of granian, which ends with the desk."""

from __future__ import annotations

import runpy

from chainmend.desk.parent import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    runpy.run_module("granian", run_name="__main__")
