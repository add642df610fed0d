"""A job is read as it was written, and settings out of their range are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chainmend.errors import PilotError
from chainmend.pilot.job import Job, Settings, read_job, write_job

from .small import CHIP, MODEL


def test_a_job_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = replace(MODEL, folder=tmp_path)
    job = Job(
        "trial", tmp_path / "out.new", chip=CHIP, model=model, scenario="t", reference=tmp_path / "r.npz",
        day="2026-01-31", extensions=("a.py",), settings=Settings(seeds=(3, 4, 5), seconds=0.5),
    )  # fmt: skip
    write_job(job, tmp_path / "job.json")
    assert read_job(tmp_path / "job.json") == job
    assert job.stage == tmp_path / "out.stage"


@pytest.mark.parametrize(
    "wrong",
    [
        {"seeds": ()}, {"seeds": (1, 1)}, {"warm_up": 0}, {"runs": 0}, {"threads": 0}, {"each": 0},
        {"time_limit": 0}, {"time_limit": float("nan")}, {"memory_limit": 0}, {"seconds": -1.0},
    ],
)  # fmt: skip
def test_settings_out_of_their_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PilotError, match=next(iter(wrong))):
        Settings(**wrong)
