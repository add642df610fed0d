"""The life of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings as DjangoSettings

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.home import Home
from chainmend.desk.scans import runs, tasks
from chainmend.desk.scans.models import Dataset, ScanRun
from chainmend.desk.worklist.models import Event
from chainmend.errors import DeskError
from chainmend.i18n import speaking
from chainmend.workflow import Role

from .conftest import QUICK_YAML

LONG_AGO = dt.timedelta(hours=1)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Nobody works: what was queued."""
    queued: list[int] = []

    class Queue:
        @staticmethod
        def enqueue(pk: int) -> None:
            queued.append(pk)

    monkeypatch.setattr(tasks, "run_scan", Queue)
    return queued


@pytest.fixture
def city(
    db: None,
    own_home: Callable[[], Home],
    scanned: tuple[Home, tuple[Scanned, Scanned]],
    settings: DjangoSettings,
) -> Dataset:
    """A city of 300 firms, with findings, in a folder of the test's own."""
    settings.DESK_HOME = own_home()
    (settings.DESK_HOME.folder / "settings.yaml").write_text(QUICK_YAML, "utf-8")
    data = scanned[1][0].dataset
    return Dataset.objects.create(
        folder=scanned[1][0].folder, city=data.place.city, date=data.date, synthetic=True
    )


def test_a_scan_runs_to_its_end(city: Dataset, people: dict[Role, User]) -> None:
    run = runs.ask(city, people["analyst"])
    run.refresh_from_db()
    assert (run.state, run.step, run.error) == (ScanRun.DONE, "list", "")
    assert run.started is not None
    assert run.finished is not None
    assert (run.path / "manifest.json").is_file()
    view = scans.current()
    assert view is not None
    assert view.scan.id == run.scan_id
    assert Event.objects.filter(scan_id=run.scan_id).exists()


def test_the_same_data_scanned_again_change_nothing(city: Dataset) -> None:
    first = runs.ask(city, None)
    events = Event.objects.count()
    assert events
    second = runs.ask(city, None)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.state, second.scan_id) == (ScanRun.DONE, first.scan_id)
    assert Event.objects.count() == events


def test_one_scan_of_the_data_at_a_time(keep: Callable[..., Dataset], waiting: list[int]) -> None:
    dataset = keep()
    run = runs.ask(dataset, None)
    assert waiting == [run.pk]
    with pytest.raises(DeskError, match="waits or runs already"):
        runs.ask(dataset, None)


def test_the_list_only_goes_forward(keep: Callable[..., Dataset]) -> None:
    older = keep("2025-06-30")
    runs.ask(keep("2025-12-31"), None)
    with pytest.raises(DeskError, match="not older than those of the last scan, 2025-12-31"):
        runs.ask(older, None)


def test_a_run_that_waits_is_cancelled_at_once(keep: Callable[..., Dataset], waiting: list[int]) -> None:
    run = runs.ask(keep(), None)
    assert runs.cancel(run)
    run.refresh_from_db()
    assert run.state == ScanRun.CANCELLED
    assert runs.take(run.pk) is None
    assert not runs.cancel(run)


def test_a_run_that_runs_is_cancelled_after_its_step(city: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tasks._told

    def cancelled_on_the_way(run: ScanRun, stage: str, done: int) -> None:
        if done == 2:
            assert runs.cancel(run)
        told(run, stage, done)

    monkeypatch.setattr(tasks, "_told", cancelled_on_the_way)
    run = runs.ask(city, None)
    run.refresh_from_db()
    assert (run.state, run.steps_done, run.scan_id) == (ScanRun.CANCELLED, 1, "")
    assert not Event.objects.exists()
    assert scans.current() is None


def test_a_scan_that_fails_says_why_and_the_list_stays(
    keep: Callable[..., Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = keep()
    (dataset.path / "firms.csv").unlink()
    run = runs.ask(dataset, None)
    run.refresh_from_db()
    assert run.state == ScanRun.FAILED
    with speaking("en"):
        assert run.why_failed == run.error_en
        assert "expected: " in run.error_en
    with speaking("zh"):
        assert run.why_failed == run.error
        assert "应为" in run.error

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(tasks, "_work", broken)
    run = runs.ask(dataset, None)
    run.refresh_from_db()
    assert run.state == ScanRun.FAILED
    assert "secret" not in run.error


def test_a_list_that_cannot_be_written_leaves_no_half_run(
    keep: Callable[..., Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(tasks, "apply_scan", broken)
    run = runs.ask(keep(), None)
    run.refresh_from_db()
    assert (run.state, run.scan_id) == (ScanRun.FAILED, "")
    assert scans.current() is None


def test_a_silent_worker_is_replaced(keep: Callable[..., Dataset], waiting: list[int]) -> None:
    now = timezone.now()
    lost = runs.ask(keep(), None)
    held = runs.take(lost.pk)
    assert held is not None
    assert runs.recover(now) == []  # it was heard of just now
    ScanRun.objects.filter(pk=lost.pk).update(beat=now - LONG_AGO)
    (again,) = runs.recover(now)
    lost.refresh_from_db()
    assert (lost.state, again.instead_of, again.state) == (ScanRun.INTERRUPTED, lost, ScanRun.QUEUED)
    assert waiting == [lost.pk, again.pk]
    assert runs.recover(now) == []
    assert not runs.end(held, ScanRun.DONE, scan_id="S1")  # the lost worker wakes up: too late
    lost.refresh_from_db()
    assert (lost.state, lost.scan_id) == (ScanRun.INTERRUPTED, "")


def test_a_lost_run_that_was_to_be_cancelled_is(keep: Callable[..., Dataset], waiting: list[int]) -> None:
    run = runs.ask(keep(), None)
    runs.take(run.pk)
    runs.cancel(run)
    ScanRun.objects.update(beat=timezone.now() - LONG_AGO)
    assert runs.recover(timezone.now()) == []
    run.refresh_from_db()
    assert run.state == ScanRun.CANCELLED


def test_data_that_kill_every_worker_fail_in_the_end(
    keep: Callable[..., Dataset], waiting: list[int]
) -> None:
    run = runs.ask(keep(), None)
    states = []
    for _turn in range(runs.MOST_RESTARTS + 1):
        runs.take(run.pk)
        ScanRun.objects.filter(pk=run.pk).update(beat=timezone.now() - LONG_AGO)
        again = runs.recover(timezone.now())
        run.refresh_from_db()
        states.append(run.state)
        run = again[0] if again else run
    assert states == [ScanRun.INTERRUPTED] * runs.MOST_RESTARTS + [ScanRun.FAILED]
    assert "4" in run.error


def test_a_run_whose_task_got_lost_is_queued_again(keep: Callable[..., Dataset], waiting: list[int]) -> None:
    run = runs.ask(keep(), None)
    now = timezone.now()
    runs.recover(now)
    assert waiting == [run.pk]
    runs.recover(now + LONG_AGO)
    runs.recover(now + LONG_AGO)
    assert waiting == [run.pk, run.pk]


def test_a_task_that_comes_twice_works_once(keep: Callable[..., Dataset], waiting: list[int]) -> None:
    run = runs.ask(keep(), None)
    assert runs.take(run.pk) is not None
    assert runs.take(run.pk) is None
