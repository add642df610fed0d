"""A desk as a city has it after years: 100,000 firms scanned twice, 2,000 entries, 50,000 events, people of every role.

The scans are real ones of the demo city. Their findings are made 2,000 by giving the same findings to further segments
and firms; the list is held against them as the desk does it, and the events between the two scans are moves and
comments that the table of transitions allows, chained as `record` chains them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import polars as pl

from chainmend.workflow import REMEDIES, STEPS, TAKES, Role, moves

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.demo import Scanned
    from chainmend.desk.worklist.models import Entry
    from chainmend.scanning import Scan

PASSWORD = "a long word for work"
PEOPLE: dict[Role, int] = {
    "analyst": 16, "promoter": 10, "scientist": 8, "district": 8, "leader": 6, "chief": 6, "auditor": 4, "admin": 2,
}  # fmt: skip
DAYS = 120
"""Between the first scan and the second."""
_SHIFTED, _TALKED, _NEW = 0.2, 0.25, 0.05
_BATCH = 2000
_KINDS = ("missing", "outside_dependent", "single_source", "weak")


@dataclasses.dataclass(frozen=True)
class Size:
    """How much the desk holds."""

    firms: int
    entries: int
    events: int


def scans(size: Size) -> list[Scanned]:
    """Make the city at two dates, scan it with the settings as they are, and write both to the home."""
    from django.conf import settings as conf

    from chainmend.demo import make_city
    from chainmend.desk.demo import write_and_scan
    from chainmend.scanning import save_scan

    city = make_city(firms=size.firms, seed=0)
    local = [
        d.firms.filter(pl.col("district").is_not_null())["firm_id"].to_list() for d in (city.now, city.later)
    ]
    firms = sorted(set(local[0]) & set(local[1]))
    found = []
    for n, dataset in enumerate((city.now, city.later)):
        one = write_and_scan(dataset, conf.DESK_HOME)
        crowded = crowd(one.scan, firms, size.entries, first=n == 0)
        save_scan(crowded, conf.DESK_HOME.scans / crowded.id)
        found.append(dataclasses.replace(one, scan=crowded))
    return found


def crowd(scan: Scan, firms: list[str], entries: int, *, first: bool) -> Scan:
    """The scan with as many findings as asked for, of these firms; a fifth of those is graver or lighter in the second.

    A twentieth is not found by the first.
    """
    from chainmend.chain import DEFAULT_CATALOGUE
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.gaps.finding import finding_id

    catalogue = load_catalogue(DEFAULT_CATALOGUE)
    segments = list(catalogue.segments.values())
    have, of = list(scan.findings.iter_rows(named=True)), {}
    for row in scan.remedies.iter_rows(named=True):
        of[row["finding_id"]] = row
    rows, remedies = [], []
    for n in range(entries - len(have)):
        rng = random.Random(n)  # the same in both scans
        kind, segment, firm = rng.choice(_KINDS), rng.choice(segments), firms[(n * 7919) % len(firms)]
        old = rng.choice([r for r in have if r["kind"] == kind])
        shift, moved = rng.uniform(0.7, 1.3), rng.random()
        if first and moved < _NEW:
            continue
        if not first and moved > 1 - _SHIFTED:
            shift *= rng.choice((0.8, 1.2))
        id = finding_id(catalogue.id, old["kind"], segment.id, firm)
        severity = None if old["severity"] is None else min(100.0, old["severity"] * shift)
        place = {"segment_id": segment.id, "chain_id": segment.chain_id, "cluster_id": segment.cluster_id}
        rows.append(old | place | {"finding_id": id, "severity": severity, "firm_id": firm})
        if old["finding_id"] in of:
            remedies.append(of[old["finding_id"]] | {"finding_id": id})
    added = pl.DataFrame(rows, schema=scan.findings.schema, orient="row")
    more = pl.DataFrame(remedies, schema=scan.remedies.schema, orient="row")
    findings = pl.concat([scan.findings, added]).unique("finding_id", maintain_order=True)
    return dataclasses.replace(
        scan,
        findings=findings.sort("severity", descending=True, nulls_last=True, maintain_order=True),
        remedies=pl.concat([scan.remedies, more]),
    )


def fill(found: list[Scanned], events: int) -> None:
    """Hold the list against both scans, with people and what they did in between."""
    from django.utils import timezone

    from chainmend.desk.demo import take
    from chainmend.desk.worklist.models import Entry, Event

    now = timezone.now()
    then = now - dt.timedelta(days=DAYS)
    with mock.patch.object(timezone, "now", return_value=then):
        take(found[0])
    everybody = people(found[-1].dataset.tables["firms"])
    _history(everybody, then, now, events - Event.objects.count() - Entry.objects.count() // 4)
    with mock.patch.object(timezone, "now", return_value=now):
        take(found[1])
    _history(everybody, now, timezone.now(), events - Event.objects.count())


def people(firms: pl.DataFrame) -> list[User]:
    """People of every role; districts and leading firms each have their own organisation."""
    from django.contrib.auth.hashers import make_password

    from chainmend.desk.accounts.models import Organisation, User

    hashed = make_password(PASSWORD)
    local = firms.filter(pl.col("district").is_not_null())
    districts = local["district"].value_counts().sort("count", "district", descending=True)["district"]
    leaders = local.sort(["leader", "output", "firm_id"], descending=[True, True, False], nulls_last=True)
    made = []
    for role, count in PEOPLE.items():
        for n in range(count):
            more: dict[str, Any] = {"name": f"{role} {n // 4}"}
            if role == "district":
                of = districts[n % len(districts)]
                more = {"name": f"{of} {role}", "district": of}
            elif role == "leader":
                firm = leaders.row(n, named=True)
                more = {"name": firm["name"], "firm_id": firm["firm_id"]}
            home, _new = Organisation.objects.get_or_create(**more)
            person = User(
                username=f"{role}{n}", name=f"{role} {n}", role=role, organisation=home, password=hashed,
                must_change_password=False,
            )  # fmt: skip
            person.save()
            made.append(person)
    return made


def _history(everybody: list[User], start: dt.datetime, end: dt.datetime, count: int) -> None:
    """Write as many events, in the order of time, and the entries as the last of them left them."""
    from django.db import transaction

    from chainmend.desk.worklist.models import Entry, Event
    from chainmend.desk.worklist.record import following

    rng = random.Random(2)
    entries = {e.pk: e for e in Entry.objects.order_by("pk")}
    last = Event.objects.order_by("-number").values_list("number", "hash").first()
    if last is None or count <= 0:
        return
    deeds = _deeds(list(entries.values()), everybody, rng)
    step = (end - start) / (count + 1)
    with transaction.atomic():
        batch: list[Event] = []
        for n in range(1, count + 1):
            entry, action, person, before, data = next(deeds)
            at = start + n * step
            if action != "comment":
                entry.moved = at
            event = following(last, entry, action, user=person, before=before, data=data, at=at)
            last = (event.number, event.hash)
            batch.append(event)
            if len(batch) == _BATCH or n == count:
                Event.objects.bulk_create(batch)
                batch = []
        columns = ["state", "version", "moved", "owner", "remedy", "due", "step", "priority"]
        Entry.objects.bulk_update(entries.values(), columns, batch_size=200)


def _deeds(
    entries: list[Entry], everybody: list[User], rng: random.Random
) -> Iterator[tuple[Entry, str, User, str, dict[str, Any]]]:
    """What somebody may do, again and again: the entry after it, the action, who, the state before, what was given."""
    takers = [p for p in everybody if p.what in TAKES]
    today = dt.date.today()
    while True:
        entry, person = rng.choice(entries), rng.choice(everybody)
        if person.what not in ("auditor", "admin") and rng.random() < _TALKED:
            yield entry, "comment", person, entry.state, {"note": f"note {rng.random()}", "mentions": []}
            continue
        holds = entry.owner_id == person.organisation_id
        rules = moves(person.what, entry.state, remedy=entry.remedy, holds=holds)
        if not rules:
            continue
        rule, given = rng.choice(rules), {"note": f"note {rng.random()}"}
        taker = rng.choice(takers)
        known: dict[str, Any] = {
            "owner": taker.organisation_id, "party": taker.organisation_id, "verdict": "true", "reason": "reason",
            "remedy": rng.choice([r for r in REMEDIES if r in TAKES[taker.what]]), "step": rng.choice(STEPS),
            "due": (today + dt.timedelta(days=rng.randint(-40, 90))).isoformat(), "priority": rng.randint(1, 5),
            "until": (today + dt.timedelta(days=rng.randint(5, 90))).isoformat(),
        }  # fmt: skip
        given |= {name: known[name] for name in rule.required if name != "note"}
        before = entry.state
        entry.state, entry.version = rule.target or entry.state, entry.version + 1
        _write(entry, rule.target, given)
        yield entry, rule.action, person, before, given


def _write(entry: Entry, target: str | None, given: dict[str, Any]) -> None:
    if "owner" in given:
        entry.owner_id = given["owner"]
    for name in ("remedy", "step", "priority"):
        if name in given:
            setattr(entry, name, given[name])
    for name in ("due", "until"):
        if name in given:
            entry.due = dt.date.fromisoformat(given[name])
    if target in ("returned", "confirmed", "under_review"):
        entry.due, entry.step = None, ""


def put(folder: Path, size: Size) -> list[Scanned]:
    """The two scans of a home, made where they are not there yet and read where they are."""
    from chainmend.desk.demo import Scanned
    from chainmend.intake.reader import read_dataset
    from chainmend.scanning import load_scan

    held = sorted((folder / "scans").iterdir())
    if not held:
        return scans(size)
    by_date = {s.manifest["date"]: s for s in map(load_scan, held)}
    read = {d.name: read_dataset(d) for d in (folder / "datasets").iterdir()}
    started = dt.datetime.now(dt.UTC)
    return [
        Scanned(name, data, by_date[data.date.isoformat()], started)
        for name, data in sorted(read.items(), key=lambda pair: pair[1].date)
    ]
