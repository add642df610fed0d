"""The one decorator behind rules, sources, engines and indicators.

A registered thing is found by its id, carries its names in both languages, its reference and the tables it
needs; documentation is generated from here, and an outsider's extension uses the same decorator.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from chainmend.errors import RegistryError
from chainmend.i18n import _

Kind = Literal["rule", "source", "engine", "indicator", "remedy", "chip", "model", "scenario"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Entry:
    """One registered function.

    Attributes
    ----------
    kind
        Family of the thing.
    id
        Unique within its kind.
    name
        (Chinese, English).
    reference
        Where the definition comes from.
    needs
        Tables without which it cannot be computed; a scan that lacks one says "not checked".
    function
        The function itself.
    unit
        Of its values, for an indicator; "1" for a pure number.
    resample
        Whether an indicator is built from firms, so that drawing firms anew gives it an interval.
    bounds
        Least and greatest value an indicator can have; its interval stays within.
    """

    kind: Kind
    id: str
    name: tuple[str, str]
    reference: str
    needs: tuple[str, ...]
    function: Callable[..., Any]
    unit: str = ""
    resample: bool = False
    bounds: tuple[float, float] = (-math.inf, math.inf)

    @property
    def doc(self) -> str:
        """First line of the function's docstring."""
        return (self.function.__doc__ or "").strip().split("\n")[0]


_entries: dict[tuple[Kind, str], Entry] = {}


def register(
    kind: Kind,
    id: str,
    *,
    name: tuple[str, str],
    reference: str = "",
    needs: tuple[str, ...] = (),
    unit: str = "",
    resample: bool = False,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Callable[[F], F]:
    """Register the decorated function under `kind` and `id`.

    Raises
    ------
    RegistryError
        If another function already has that id.
    """

    def keep(function: F) -> F:
        old = _entries.get((kind, id))
        if old is not None and old.function.__qualname__ != function.__qualname__:
            raise RegistryError(
                _("{kind} {id} is registered twice").format(kind=kind, id=id),
                expected=_("one function an id"),
                where=f"{function.__module__}.{function.__qualname__}",
            )
        _entries[kind, id] = Entry(kind, id, name, reference, needs, function, unit, resample, bounds)
        return function

    return keep


def entries(kind: Kind) -> list[Entry]:
    """Return what is registered under `kind`, in order of id."""
    return [_entries[key] for key in sorted(_entries) if key[0] == kind]


def get(kind: Kind, id: str) -> Entry:
    """Return one entry.

    Raises
    ------
    RegistryError
        If nothing has that id; the message names those that exist.
    """
    try:
        return _entries[kind, id]
    except KeyError:
        known = ", ".join(e.id for e in entries(kind))
        raise RegistryError(
            _("unknown {kind} {id}").format(kind=kind, id=id), expected=_("one of: {ids}").format(ids=known)
        ) from None
