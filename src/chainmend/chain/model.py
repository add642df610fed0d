"""The values a catalogue is made of; all frozen, all small.

A *catalogue* holds clusters, a cluster holds chains, a chain holds stages and segments; a *dependence* says that
one segment goes into another.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Status = Literal["confirmed", "stated", "unofficial", "open"]
Tier = Literal["trillion", "hundred-billion", "unranked", "future"]
DependenceClass = Literal["essential", "substitutable", "irrelevant"]
SuccessionKind = Literal["continues", "renamed", "splits", "merges"]
Sureness = Literal["confirmed", "stated", "inferred"]


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    @property
    def pair(self) -> tuple[str, str]:
        """(Chinese, English), as `i18n.both` takes it."""
        return self.zh, self.en


@dataclass(frozen=True)
class CodeShare:
    """A code of the statistical classification and the share of it that counts (0..1)."""

    code: str
    share: float = 1.0


@dataclass(frozen=True)
class Terms:
    """Words that place a product here, and words that exclude it."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difficulty:
    """How hard a segment is to grow at home.

    `readiness` is the domestic technology readiness 1..9; `concentration` the HHI of world supply over countries
    (0..1), None where no source gives it.
    """

    readiness: int | None = None
    concentration: float | None = None
    source: str | None = None
    reason: Text | None = None


@dataclass(frozen=True)
class Dependence:
    """`source` goes into `target`."""

    source: str
    target: str
    kind: DependenceClass


@dataclass(frozen=True)
class Stage:
    """A column of a chain, upstream first."""

    id: str
    name: Text


@dataclass(frozen=True)
class Segment:
    """The unit of everything: a kind of product, process or service a firm can be placed on."""

    id: str
    name: Text
    what: Text
    stage: str
    chain_id: str
    cluster_id: str
    codes: tuple[str, ...] = ()
    hs: tuple[str, ...] = ()
    terms: Terms = Terms()
    firms: tuple[str, ...] = ()
    difficulty: Difficulty = Difficulty()
    unit: Text | None = None
    inputs: tuple[Dependence, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Chain:
    """Stages and segments from raw material to final product."""

    id: str
    name: Text
    cluster_id: str
    stages: tuple[Stage, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Cluster:
    """A named group of chains that a city governs together; `status` says how sure its name is."""

    id: str
    name: Text
    tier: Tier
    status: Status
    chains: tuple[Chain, ...] = ()
    codes: tuple[CodeShare, ...] = ()
    scope_note: Text | None = None
    aliases: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    file: str = ""


@dataclass(frozen=True)
class Origin:
    """A group that the city governed before its clusters, or a named part of one (`within` is then the group)."""

    id: str
    name: Text
    date: str
    status: Sureness
    within: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Succession:
    """The group or part `origin` leads to `cluster`; `status` says how surely, `note` or `source` why."""

    origin: str
    cluster: str
    kind: SuccessionKind
    date: str
    status: Sureness
    note: Text | None = None
    source: str | None = None


@dataclass(frozen=True)
class Lineage:
    """What the clusters of a catalogue grew out of."""

    origins: tuple[Origin, ...] = ()
    successions: tuple[Succession, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Trade:
    """A trade that no chain has; `terms` are words of its goods and services."""

    id: str
    name: Text
    terms: Terms = Terms()
    line: int = 0


@dataclass(frozen=True)
class Catalogue:
    """Clusters of one city or one taxonomy, with the code system they are written in."""

    id: str
    version: str
    name: Text
    code_system: str
    clusters: tuple[Cluster, ...]
    codes: tuple[tuple[str, Text], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    lineage: Lineage = Lineage()
    elsewhere: tuple[Trade, ...] = ()
    fingerprint: str = field(default="", compare=False)

    @cached_property
    def segments(self) -> dict[str, Segment]:
        """All segments by id, in catalogue order."""
        return {s.id: s for c in self.clusters for chain in c.chains for s in chain.segments}

    @cached_property
    def cluster_names(self) -> dict[str, dict[str, str]]:
        """Cluster id -> its names and how surely they are known, as every output keeps it."""
        return {c.id: {"zh": c.name.zh, "en": c.name.en, "status": c.status} for c in self.clusters}

    @cached_property
    def chains(self) -> dict[str, Chain]:
        """All chains by id."""
        return {chain.id: chain for c in self.clusters for chain in c.chains}

    @cached_property
    def dependences(self) -> tuple[Dependence, ...]:
        """All dependences, in catalogue order."""
        return tuple(d for s in self.segments.values() for d in s.inputs)

    @cached_property
    def downstream(self) -> dict[str, tuple[Dependence, ...]]:
        """Segment id -> dependences that leave it."""
        out: dict[str, list[Dependence]] = defaultdict(list)
        for d in self.dependences:
            out[d.source].append(d)
        return {k: tuple(v) for k, v in out.items()}

    def depends_on(
        self, segment_id: str, kinds: tuple[DependenceClass, ...] = ("essential",)
    ) -> frozenset[str]:
        """Segments that need `segment_id` directly or through others, by paths of dependences of these kinds."""
        reached: set[str] = set()
        queue = [segment_id]
        while queue:
            for d in self.downstream.get(queue.pop(), ()):
                if d.kind in kinds and d.target not in reached:
                    reached.add(d.target)
                    queue.append(d.target)
        return frozenset(reached - {segment_id})
