"""Every address of the desk x every role: what it answers. One file a part; a new address needs a new line there.

A file holds `TABLE`, written by hand from what the roles may see, never copied from what the code answers, and `SENT`:
what is posted to an address, where an empty form would say nothing. A cell is what GET and POST answer, such as
``200/405``. ``{near}`` and the like name things of `Things`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve

from chainmend.workflow import ROLES

COLUMNS = ("nobody", *ROLES)


@dataclass(frozen=True)
class Things:
    """What addresses name.

    Attributes
    ----------
    near, far
        Entries: one of the district officer's district that is assigned to the chain leader, and one of neither.
    word, said
        Events that attached a file: the analyst's to `near`, the chain leader's own to `near`.
    lost
        Event that attached a file to `far`.
    dataset, run, waiting
        A dataset, a scan of it that is done, and one that waits.
    person, organisation
        Of the chain chief.
    here, there
        Local firms: one of the district officer's district, one of another.
    need
        A need that waits for an analyst.
    token
        Of the analyst.
    """

    near: str
    far: str
    word: int
    said: int
    lost: int
    dataset: int
    run: int
    waiting: int
    person: int
    organisation: int
    here: str
    there: str
    need: int
    token: int


Sent = Mapping[str, Callable[[Things], dict[str, Any]]]


@dataclass(frozen=True)
class Row:
    """One line: the part it stands in, the address, and column -> (GET, POST)."""

    part: str
    address: str
    answers: Mapping[str, tuple[int, int]]

    def path(self, things: Things) -> str:
        """The address with the things it names."""
        return self.address.format(**vars(things))

    def __str__(self) -> str:
        return self.address


def _parts() -> Iterator[tuple[str, Any]]:
    for found in pkgutil.iter_modules(__path__):
        yield found.name, import_module(f"{__name__}.{found.name}")


def rows() -> list[Row]:
    """Return the lines of all parts."""
    found = []
    for part, module in _parts():
        head, *lines = filter(None, map(str.split, module.TABLE.splitlines()))
        assert tuple(head) == ("address", *COLUMNS), f"the columns of {part}.py: {head}"
        for address, *cells in lines:
            assert len(cells) == len(COLUMNS), f"{part}.py has {len(cells)} cells for {address}"
            pairs = [tuple(map(int, cell.split("/"))) for cell in cells]
            found.append(Row(part, address, dict(zip(COLUMNS, pairs, strict=True))))  # type: ignore[arg-type]
    return found


def sent(address: str, things: Things) -> dict[str, Any]:
    """Return what is posted to an address."""
    for _part, module in _parts():
        if address in module.SENT:
            made: dict[str, Any] = module.SENT[address](things)
            return made
    return {}


def known() -> dict[str, str]:
    """Return name -> route of every address that Django knows."""

    def walk(resolver: URLResolver, spaces: tuple[str, ...], route: str) -> Iterator[tuple[str, str]]:
        for pattern in resolver.url_patterns:
            here = route + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                space = (pattern.namespace,) if pattern.namespace else ()
                yield from walk(pattern, (*spaces, *space), here)
            elif isinstance(pattern, URLPattern):
                yield ":".join((*spaces, pattern.name or here)), here

    return dict(walk(get_resolver(), (), "/"))


def named(path: str) -> str:
    """Return the name of an address, as `known` has it."""
    found = resolve(path.partition("?")[0])
    return found.view_name or f"/{found.route}"
