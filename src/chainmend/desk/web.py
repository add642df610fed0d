"""``python -m chainmend.desk.web``: the server, with the arguments of granian, which ends with the desk."""

from __future__ import annotations

import os
import runpy

from chainmend.desk.parent import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    # a page sums vectors too short to be worth threads, which on a busy machine wait for each other
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    runpy.run_module("granian", run_name="__main__")
