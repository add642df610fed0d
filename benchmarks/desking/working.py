"""People at work, each in a thread with a session of their own: reading, moving entries, two of them at one entry."""

from __future__ import annotations

import datetime as dt
import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .browser import Answer, Browser, Form, Forms
from .filling import PASSWORD

THINK = (1.0, 2.0)
"""Seconds between two pages, drawn evenly."""
HOT = 6
"""How many entries everybody who moves entries also moves, so that they meet."""
_COMMENTS = 0.2
_OK, _FOUND, _FAULT = 200, 302, 500
_SHARES = {"list": 20, "entry": 20, "cockpit": 10, "chain": 10, "pull": 4, "segment": 11, "move": 25}
ROLES = {"analyst": 15, "promoter": 9, "scientist": 7, "district": 7, "leader": 4, "chief": 6, "auditor": 2}
"""How fifty people are spread over the roles."""


@dataclass(frozen=True)
class Places:
    """What people look at: addresses of each kind, and the entries that everybody moves."""

    segments: Sequence[str]
    chains: Sequence[str]
    pulls: Sequence[str]
    hot: Sequence[str]


@dataclass
class Work:
    """What one person did.

    Attributes
    ----------
    accepted, refused
        Marks that stood in the note of each move: those that the desk took, and those it did not.
    statuses
        Kind and status of every answer -> how many.
    seconds
        Kind -> how long each answer took.
    faults
        What should not happen: an answer of 500 or more, or none in time.
    """

    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Person(threading.Thread):
    """One person at work until `ended`."""

    def __init__(self, username: str, port: int, places: Places, seed: int, ended: threading.Event) -> None:
        super().__init__(name=username, daemon=True)
        self.work = Work()
        self._rng = random.Random(seed)
        self._browser = Browser(port, self._rng.choice(("zh", "zh", "en")))
        self._places, self._ended = places, ended
        self._entries: list[str] = []
        self._moves = 0

    def log_in(self) -> None:
        """Log in; before the clock starts, for a password takes its time on purpose."""
        self._browser.log_in(self.name, PASSWORD)

    def run(self) -> None:
        """Do one thing after another."""
        self._ended.wait(self._rng.uniform(0, THINK[1]))
        kinds, weights = list(_SHARES), list(_SHARES.values())
        while not self._ended.is_set():
            kind = self._rng.choices(kinds, weights)[0]
            try:
                self._do(kind)
            except (OSError, http.client.HTTPException) as error:
                self.work.faults.append(f"{kind}: {error!r}")
                return
            self._ended.wait(self._rng.uniform(*THINK))
        self._browser.close()

    def _do(self, kind: str) -> None:
        rng, places = self._rng, self._places
        if kind == "list" or not self._entries:
            query = rng.choice(("", "?view=mine", "?view=red", "?order=due", f"?page={rng.randint(1, 20)}"))
            found = Forms(self._seen("list", self._browser.get(f"/list/{query}")).text)
            links = {a for a in found.links if a.startswith("/list/E") and "?" not in a}
            self._entries = sorted(links) or self._entries
        elif kind == "entry":
            self._seen(kind, self._browser.get(rng.choice(self._entries)))
        elif kind == "move":
            self._move(rng.choice(places.hot if rng.random() < 0.4 else self._entries))
        else:
            of = {"cockpit": ("/",), "chain": places.chains, "pull": places.pulls, "segment": places.segments}
            self._seen(kind, self._browser.get(rng.choice(of[kind])))

    def _seen(self, kind: str, answer: Answer) -> Answer:
        self.work.statuses[kind, answer.status] += 1
        self.work.seconds.setdefault(kind, []).append(answer.seconds)
        if answer.status >= _FAULT:
            self.work.faults.append(f"{kind}: {answer.status}")
        return answer

    def _move(self, path: str) -> None:
        """Open an entry, think, and send one of its forms; meanwhile somebody else may have moved it."""
        page = self._seen("entry", self._browser.get(path))
        if page.status != _OK:
            return
        every = Forms(page.text).forms
        forms = [f for f in every if f.action.endswith("/move/") and "version" in f.values]
        talk = [f for f in every if f.action.endswith("/talk/")]
        if self._rng.random() < _COMMENTS and talk:
            forms = talk
        if not forms:
            return
        form = self._rng.choice(forms)
        self._moves += 1
        mark = f"{self.name}-{self._moves}."
        data = {"text": f"load {mark}"} if form in talk else self._filled(form, mark)
        self._ended.wait(self._rng.uniform(*THINK))
        answer = self._seen("comment" if form in talk else "move", self._browser.post(form.action, data))
        (self.work.accepted if answer.status == _FOUND else self.work.refused).append(mark)

    def _filled(self, form: Form, mark: str) -> dict[str, str]:
        day = (dt.date.today() + dt.timedelta(days=self._rng.randint(3, 60))).isoformat()
        data = dict(form.values)
        for name, choices in form.choices.items():
            data[name] = self._rng.choice([c for c in choices if c] or [""])
        for name, kind in form.kinds.items():
            if kind == "date":
                data[name] = day
            elif name not in ("action", "version", "csrfmiddlewaretoken"):
                data[name] = f"load {mark}"
        return data | {"note": f"load {mark}"}


def crowd(people: int) -> list[str]:
    """Who works: as many log-in names, spread over the roles."""
    names = [f"{role}{n}" for role, count in ROLES.items() for n in range(count)]
    spread = sorted(names, key=lambda name: (int("".join(filter(str.isdigit, name))), name))
    return spread[:people]


def work(port: int, places: Places, people: int, seconds: float) -> list[Work]:
    """Let people work for so many seconds, after all of them have logged in."""
    ended = threading.Event()
    everybody = [Person(name, port, places, seed, ended) for seed, name in enumerate(crowd(people))]
    for person in everybody:
        person.log_in()
    for person in everybody:
        person.start()
    time.sleep(seconds)
    ended.set()
    for person in everybody:
        person.join(60)
        if person.is_alive():
            person.work.faults.append("did not come back")
    return [p.work for p in everybody]
