"""Which part of an industry code counts towards which cluster: the statistical scope of a catalogue.

The rule that resolves double counting, in this order:

1. a cluster counts a firm's code with the share of the longest of its scope codes that the firm's code begins with:
   where it counts ``39`` and ``3973``, a firm of class 3973 counts with the share of 3973;
2. shares of one code sum to at most 1 over all clusters: the catalogue check refuses more, and should a catalogue
   come here unchecked, its shares are scaled to sum to 1;
3. a firm whose code is wider than every code that is counted below it (``39`` where only ``3973`` counts) is left
   out and said to be too coarse: nobody knows which class it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from chainmend.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chainmend.chain.model import Catalogue, Cluster
    from chainmend.dataset import Dataset

Unreached = Literal["no code", "too coarse", "not in scope"]
_ROUNDING = 1e-9


@lru_cache(maxsize=1 << 16)
def bare_code(code: str) -> str:
    """Return an industry code as digits alone: without the letter of its section, dots and blanks.

    Examples
    --------
    >>> bare_code("C3973"), bare_code("26.11"), bare_code("C 26.11")
    ('3973', '2611', '2611')
    """
    return re.sub(r"^[A-Z](?=[0-9])", "", re.sub(r"[.\s]", "", code))


def same_system(dataset: Dataset, catalogue: Catalogue) -> bool:
    """Whether the dataset's industry codes may be read as the catalogue's; yes where the dataset does not say.

    The same digits mean different things in two systems: 2451 is the casting of iron in NACE Rev. 2 and the making
    of electric toys in GB/T 4754-2017.
    """
    told = dataset.code_system
    return told is None or _plain(told) == _plain(catalogue.code_system)


def system_notes(dataset: Dataset, catalogue: Catalogue) -> tuple[str, ...]:
    """What a user should know where the two are written in different code systems."""
    if same_system(dataset, catalogue):
        return ()
    told = _("industry codes of {theirs} say nothing in a catalogue of {ours}; they were left out")
    return (told.format(theirs=dataset.code_system, ours=catalogue.code_system),)


def _plain(system: str) -> str:
    return re.sub(r"[\W_]", "", system).casefold()


def claims(clusters: Iterable[Cluster], code: str) -> dict[str, float]:
    """Share of `code` that each cluster counts by its own file, whatever the others count.

    Examples
    --------
    >>> from chainmend.chain.model import Cluster, CodeShare, Text
    >>> chips = Cluster("chips", Text("", ""), "future", "open", (), (CodeShare("39", 0.2), CodeShare("3973", 0.6)))
    >>> claims([chips], "3973"), claims([chips], "3911"), claims([chips], "3800")
    ({'chips': 0.6}, {'chips': 0.2}, {})
    """
    bare = bare_code(code)
    found: dict[str, float] = {}
    for cluster in clusters:
        near = [c.code for c in cluster.codes if bare.startswith(bare_code(c.code))]
        if near:
            longest = max(near, key=len)
            found[cluster.id] = sum(c.share for c in cluster.codes if c.code == longest)
    return found


def code_shares(catalogue: Catalogue, code: str) -> dict[str, float]:
    """Cluster id -> share of an industry code that counts there, by the rule above; sums to at most 1.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> code_shares(load_catalogue("hangzhou-296x"), "C3491")
    {'embodied-intelligence': 0.8, 'high-end-general-equipment': 0.2}
    """
    found = claims(catalogue.clusters, code)
    total = sum(found.values())
    return {c: share / total for c, share in found.items()} if total > 1 + _ROUNDING else found


def why_unreached(catalogue: Catalogue, code: str | None) -> Unreached | None:
    """Why no cluster counts a firm of this code; None where one does.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> catalogue = load_catalogue("hangzhou-296x")
    >>> [why_unreached(catalogue, code) for code in (None, "39", "6631", "3973")]
    ['no code', 'too coarse', 'not in scope', None]
    """
    bare = bare_code(code or "")
    if not bare:
        return "no code"
    if code_shares(catalogue, bare):
        return None
    wider = any(bare_code(c.code).startswith(bare) for cluster in catalogue.clusters for c in cluster.codes)
    return "too coarse" if wider else "not in scope"


def uncounted(catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """Industry codes of segments that no cluster counts -> the segments, by code.

    A firm of such a code is placed on a segment, and its output counts towards no cluster: a service or a trade that
    the scope leaves out on purpose, or a class that somebody forgot.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> uncounted(load_catalogue("hangzhou-296x"))["4416"]
    ('nee.pv-plants',)
    """
    users: dict[str, list[str]] = defaultdict(list)
    for segment in catalogue.segments.values():
        for code in segment.codes:
            if not code_shares(catalogue, code):
                users[code].append(segment.id)
    return {code: tuple(users[code]) for code in sorted(users)}
