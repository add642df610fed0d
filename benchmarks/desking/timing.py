"""How long every page takes for every role, asked for by one person at a time."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .browser import Browser
from .filling import PASSWORD

if TYPE_CHECKING:
    from .addresses import Page

LIMIT = 0.150
_OK, _FOUND = 200, 302


@dataclass(frozen=True)
class Timed:
    """Seconds of a page for a role: how many times it was asked for, quantiles, the slowest address."""

    page: str
    role: str
    times: int
    p50: float
    p95: float
    most: float
    slowest: str
    first: float


def quantile(seconds: Sequence[float], share: float) -> float:
    """The value that so many are not above, by rank."""
    ranked = sorted(seconds)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def measure(port: int, pages: Sequence[Page], people: Mapping[str, str], times: int) -> list[Timed]:
    """Ask for every page as often as asked, of each role that has it: first each address once, then the times counted.

    Raises
    ------
    RuntimeError
        If a page answers with an error of the server.
    """
    found = []
    for role, username in people.items():
        browser = Browser(port)
        browser.log_in(username, PASSWORD)
        for page in pages:
            timed = _page(browser, page, role, times)
            if timed is not None:
                found.append(timed)
        browser.close()
    return found


def firsts(port: int, pages: Sequence[Page]) -> list[tuple[str, float]]:
    """How long an analyst and a promoter wait for pages that nobody asked for since the desk started."""
    return _waited(port, pages, "the desk started")


def after_a_scan(port: int, pages: Sequence[Page]) -> list[tuple[str, float]]:
    """The same after a new scan: the last one is told of once more, under another number, as a scan ends."""
    from django.utils import timezone

    from chainmend.desk.scans.models import ScanRun

    last = ScanRun.objects.filter(state=ScanRun.DONE).order_by("-finished", "-pk")[0]
    last.pk, last.finished = None, timezone.now()
    last.save(force_insert=True)
    return _waited(port, pages, "a new scan")


def _waited(port: int, pages: Sequence[Page], since: str) -> list[tuple[str, float]]:
    found = []
    for role in ("analyst", "promoter"):
        browser = Browser(port)
        browser.log_in(f"{role}0", PASSWORD)
        for name in ("atlas:cockpit", "atlas:chain, pulled", "atlas:segment"):
            path = next(p for p in pages if p.name == name).paths[0]
            found.append((f"{name} ({role}) after {since}", browser.get(path).seconds))
        browser.close()
    return found


def _page(browser: Browser, page: Page, role: str, times: int) -> Timed | None:
    """One page for one role; None where the role has it at no address."""
    there, first = [], 0.0
    for path in page.paths:
        answer = browser.get(path)
        if answer.status >= 500:
            raise RuntimeError(f"{path} answers {answer.status} to {role}")
        if answer.status == _OK:
            there.append(path)
            first = max(first, answer.seconds)
    if not there:
        return None
    seconds = []
    for n in range(max(times, len(there))):
        path = there[n % len(there)]
        answer = browser.get(path)
        if answer.status != _OK:
            raise RuntimeError(f"{path} answers {answer.status} to {role} the second time")
        seconds.append((answer.seconds, path))
    taken = [s for s, _path in seconds]
    most, slowest = max(seconds)
    return Timed(
        page.name, role, len(taken), statistics.median(taken), quantile(taken, 0.95), most, slowest, first
    )
