"""Which state a segment is drawn in, from what a scan found about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from chainmend.i18n import _, language
from chainmend.registry import entries

State = Literal["missing", "outside", "single", "weak", "none", "ok"]
STATES: tuple[State, ...] = get_args(State)
_OF: Mapping[str, State] = {
    "missing": "missing",
    "outside_dependent": "outside",
    "single_source": "single",
    "weak": "weak",
}


def state_of(kinds: Iterable[str], firms: float | None) -> State:
    """Return the gravest state that findings of these rules put a segment in.

    Without a finding that has a shape it is ``none`` where nobody here is on the segment (and nothing here needs it, or
    it would be missing), ``ok`` where somebody is or nobody knows.

    Parameters
    ----------
    kinds
        Rules that found something.
    firms
        How many firms of the city are on the segment; None where not known.

    Examples
    --------
    >>> state_of(["weak", "outside_dependent"], 4), state_of(["systemic"], 4), state_of([], 0)
    ('outside', 'ok', 'none')
    """
    found = {_OF[k] for k in kinds if k in _OF}
    return next((s for s in STATES if s in found), "none" if firms == 0 else "ok")


def badge_of(kind: str) -> str:
    """Return the class of a finding's badge: that of its state, ``other`` where it has no shape."""
    return _OF.get(kind, "other")


def state_name(state: State) -> str:
    """Return what a state is called."""
    return {
        "missing": _("Missing"),
        "outside": _("Outside-dependent"),
        "single": _("Single source"),
        "weak": _("Weak"),
        "none": _("Nobody here"),
        "ok": _("In order"),
    }[state]


def counted(states: Iterable[State]) -> str:
    """Return how many segments there are, and how many in each state, in words.

    Examples
    --------
    >>> counted(["ok", "ok", "weak"])
    '3 segments: Missing 0, Outside-dependent 0, Single source 0, Weak 1, Nobody here 0, In order 2'
    """
    count = Counter(states)
    comma = "，" if language() == "zh" else ", "
    parts = comma.join(f"{state_name(s)} {count[s]}" for s in STATES)
    return _("{n} segments: {parts}").format(n=sum(count.values()), parts=parts)


def kind_name(kind: str, of: Literal["rule", "remedy"] = "rule") -> str:
    """Return what a rule or a remedy is called; its id where this installation does not have it.

    Examples
    --------
    >>> kind_name("weak"), kind_name("stock", "remedy"), kind_name("other")
    ('Weak', 'Stock', 'other')
    """
    import chainmend.gaps.judge
    import chainmend.remedy.candidates  # noqa: F401  (both register)

    found = {e.id: e.name for e in entries(of)}.get(kind)
    return found[0 if language() == "zh" else 1] if found else kind
