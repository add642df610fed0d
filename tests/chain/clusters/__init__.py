"""What an engineer expects of the shipped chain of each cluster: one module of data a cluster.

A module here defines `EXPECTATION`; `test_clusters.py` finds it and holds the shipped chain against it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expectation:
    """The segments of a chain, what goes into them, and which products name them."""

    chain: str
    stages: dict[str, str]  # names of segments without the chain's prefix, separated by spaces
    facts: tuple[
        tuple[str, str, str | None], ...
    ]  # source, target, kind of the flow or None where there is none
    products: tuple[tuple[str, str], ...] = ()  # a product and the one segment it names
    strangers: tuple[tuple[str, str], ...] = ()  # a product that sounds like a segment and is none of it
    apart: str = ""  # segments that only other chains link to the rest of theirs

    def ids(self, names: str) -> list[str]:
        return [f"{self.chain}.{name}" for name in names.split()]
