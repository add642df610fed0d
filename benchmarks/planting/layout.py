"""What is planted where in a made-up city, and which segments buy which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .chains import LENGTH, stage_of
from .decoys import DECOYS
from .gaps import GAPS
from .plan import Floats, Plan, healthy

_NEXT = {"up": "mid", "mid": "down"}
_SPREAD = {"up": 0.3, "mid": 0.3, "down": 0.8}


@dataclass(frozen=True)
class Layout:
    """Plans, sizes and buyers of all segments.

    Attributes
    ----------
    plans
        One a segment.
    size
        Share of the city's output on each segment, shape (segments,).
    buyers
        Segment -> segments that buy it.
    inputs
        Segment -> what goes into it, and whether it is essential.
    """

    plans: tuple[Plan, ...]
    size: Floats
    buyers: dict[int, tuple[int, ...]]
    inputs: dict[int, list[tuple[int, bool]]]


def lay_out(rng: np.random.Generator, *, chains: int, each: int, copies: int, firms: int) -> Layout:
    """Draw what is planted where.

    Parameters
    ----------
    rng
        Source of chance.
    chains
        Number of chains.
    each
        Gaps of each kind.
    copies
        Decoys of each sort.
    firms
        Firms of the city, local and elsewhere.
    """
    number = chains * LENGTH
    local, away = 0.65 * firms / number, 0.35 * firms / number
    plans = [
        healthy(
            rng,
            int(rng.integers(max(5, int(local * 0.7)), int(local * 1.3) + 1)),
            int(rng.integers(4, max(6, int(2 * away) - 4))),
        )
        for _segment in range(number)
    ]
    where = _slots(rng, number, each, copies)
    for segment, (name, n) in where.items():
        if name == "unneeded":
            plans[segment] = replace(_nobody(plans[segment]), role=name, looks_like="missing")
        elif name in GAPS:
            plans[segment] = replace(GAPS[name](rng, plans[segment], n), role=name, kind=name)
        else:
            kind, make = DECOYS[name]
            plans[segment] = replace(make(rng, plans[segment], n), role=name, looks_like=kind)
    unneeded = [s for s, (name, _n) in where.items() if name == "unneeded"]
    empty = _finals(rng, number, len(unneeded))
    for segment in empty:
        plans[segment] = replace(_nobody(plans[segment]), role="nobody")
    present = np.array([p.local > int(p.closed) for p in plans])
    size = np.array([p.size * rng.lognormal(0, _SPREAD[stage_of(s)]) for s, p in enumerate(plans)]) * present
    size /= size.sum()
    buyers = {
        s: _buyers(rng, s, plans[s], size)
        for s in range(number)
        if stage_of(s) != "down" and s not in unneeded
    } | {s: (e,) for s, e in zip(unneeded, empty, strict=True)}
    inputs: dict[int, list[tuple[int, bool]]] = {}
    for s, targets in sorted(buyers.items()):
        for t in targets:
            inputs.setdefault(t, []).append((s, plans[s].essential))
    return Layout(tuple(plans), size, buyers, inputs)


def _nobody(p: Plan) -> Plan:
    """Neither a firm here, nor one elsewhere that is known."""
    return replace(p, local=0, outside=(), shares=dict.fromkeys(p.shares, np.zeros(0)), exporters=np.zeros(0))


def _slots(rng: np.random.Generator, number: int, each: int, copies: int) -> dict[int, tuple[str, int]]:
    """Segment -> what is planted there; what needs buyers of a certain size goes to the middle of a chain."""
    turn = int(rng.integers(0, 12))  # small cities hold only a part of a kind's variants, not always the same
    wanted = [(name, turn + n) for name in GAPS for n in range(each)]
    wanted += [(name, turn + n) for name in (*DECOYS, "unneeded") for n in range(copies)]
    middle = {"systemic", "fragile_segment", "needed_by_few", "unneeded"}
    mid = rng.permutation([s for s in range(number) if stage_of(s) == "mid"]).tolist()
    first = [w for w in wanted if w[0] in middle]
    others = [w for w in wanted if w[0] not in middle]
    free = mid[len(first) :] + [s for s in range(number) if stage_of(s) == "up"]
    if len(first) > len(mid) or len(others) > len(free):
        raise ValueError(f"{len(wanted)} segments wanted, {len(mid)} and {len(free)} are free: add chains")
    chosen = rng.permutation(free).tolist()
    return dict(zip(mid, first, strict=False)) | dict(zip(chosen, others, strict=False))


def _finals(rng: np.random.Generator, number: int, n: int) -> list[int]:
    """Final products that nobody here makes, in different chains."""
    chains = rng.permutation(number // LENGTH)[:n]
    return [int(c) * LENGTH + LENGTH - 1 for c in chains]


def _buyers(rng: np.random.Generator, segment: int, plan: Plan, size: Floats) -> tuple[int, ...]:
    stage = _NEXT[stage_of(segment)]
    able = [s for s in rng.permutation(len(size)).tolist() if stage_of(s) == stage and size[s] > 0]
    if plan.reach is None:
        near = [s for s in able if s // LENGTH == segment // LENGTH]
        chosen = [*near, *(s for s in able if s not in near)]
        return tuple(chosen[: int(rng.integers(2, 4))])
    return _of_size(able, size, *plan.reach)


def _of_size(able: Sequence[int], size: Floats, least: float, most: float) -> tuple[int, ...]:
    """Segments that make between `least` and `most` of the city's output together."""
    found: list[int] = []
    total = 0.0
    for s in able:
        if total < least and total + size[s] <= most:
            found.append(s)
            total += size[s]
    if total < least:
        raise ValueError(f"no segments with between {least} and {most} of the city's output")
    return tuple(found)
