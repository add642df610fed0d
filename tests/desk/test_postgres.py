"""The list and its record on PostgreSQL: the tests that all else rests on, with that database instead of SQLite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.desking.cluster import Cluster

from chainmend.desk.home import DATABASE_VARIABLE

CORE = (
    "test_at_once.py",
    "test_record.py",
    "test_moves.py::test_of_two_who_move_at_once_one_wins_and_the_other_is_told",
    "test_moves.py::test_an_assignment_is_kept_and_recorded",
    "test_moves.py::test_who_looked_at_an_older_version_is_told_who_moved_it",
    "test_services.py::test_a_scan_opens_and_a_second_time_changes_nothing",
    "test_services.py::test_a_finding_gone_twice_closes_and_found_again_relapses",
)


def test_the_list_holds_on_postgresql(postgres: Cluster, root: Path) -> None:
    surroundings = os.environ | {DATABASE_VARIABLE: postgres.database("core")}
    wanted = [f"tests/desk/worklist/{name}" for name in CORE]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *wanted],
        env=surroundings, cwd=root, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" not in done.stdout
