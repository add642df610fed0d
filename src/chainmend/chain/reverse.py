"""A concordance read in the other direction."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from chainmend.chain.concordance import Concordance, Kind, Link

_OTHER: dict[Kind, Kind] = {
    "exact": "exact",
    "broader": "narrower",
    "narrower": "broader",
    "related": "related",
}


def reverse(concordance: Concordance) -> Concordance:
    """The concordance from `b` to `a` that follows from one from `a` to `b`.

    What was the wider of two is now the source, and which share of it the other has is not said: nothing of it goes
    over. What was the part goes over whole, unless it is whole within several: which one has it is not said either,
    and the links are only related.

    Examples
    --------
    >>> one = Link("a.bearings", "b.bearings", "narrower", 0.7, "survey")
    >>> reverse(Concordance("a", "b", (one,))).links[0]
    Link(source='b.bearings', target='a.bearings', kind='broader', share=None, citation=None, line=0)
    """
    turned = [
        Link(link.target, link.source, _OTHER[link.kind], None, None, link.line) for link in concordance.links
    ]
    whole = Counter(link.source for link in turned if link.kind in ("exact", "broader"))
    links = tuple(
        replace(link, kind="related") if link.kind == "broader" and whole[link.source] > 1 else link
        for link in turned
    )
    return Concordance(concordance.b, concordance.a, links)
