"""Walks over a network in compressed rows: steps to every firm, core numbers, articulation points.

Undirected rows hold every pair once at each of its two firms, and no firm at itself. Nothing here recurses: a chain of
a million firms is a path a million deep.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def steps_from(row, to, sources, limit, steps, queue):
    """Breadth first from `sources`; return how many firms stand in `queue`, the sources first.

    Parameters
    ----------
    limit
        Most steps to go, negative: as far as it goes.
    steps
        Shape (n,), out: steps to each firm of the queue; must be -1 everywhere, other entries stay so.
    queue
        Shape (n,), out: firms in the order they were reached.
    """
    end = 0
    for i in sources:
        if steps[i] < 0:
            steps[i] = 0
            queue[end] = i
            end += 1
    at = 0
    while at < end:
        i = queue[at]
        at += 1
        if steps[i] == limit:
            break  # everything behind it in the queue is as far away
        for e in range(row[i], row[i + 1]):
            j = to[e]
            if steps[j] < 0:
                steps[j] = steps[i] + 1
                queue[end] = j
                end += 1
    return end


@njit(cache=True, nogil=True)
def reach_sizes(row, to, firms, limit, counts, far):
    """How many firms each of `firms` reaches alone and in how many steps at most."""
    n = len(row) - 1
    steps = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    for s in range(len(firms)):
        end = steps_from(row, to, firms[s : s + 1], limit, steps, queue)
        counts[s] = end - 1
        far[s] = steps[queue[end - 1]]
        for q in range(end):  # cheaper than a sweep over all firms where few are reached
            steps[queue[q]] = -1


@njit(cache=True, nogil=True)
def core_numbers(row, to, core):
    """Peel firms off by their number of partners left (Batagelj and Zaversnik 2003); `core` is written, shape (n,)."""
    n = len(row) - 1
    most = 0
    for i in range(n):
        core[i] = row[i + 1] - row[i]
        most = max(most, core[i])
    start = np.zeros(most + 2, np.int64)  # first place of each degree in `order`
    for i in range(n):
        start[core[i] + 1] += 1
    for k in range(1, most + 2):
        start[k] += start[k - 1]
    fill = start.copy()
    order = np.empty(n, np.int32)
    place = np.empty(n, np.int64)
    for i in range(n):
        place[i] = fill[core[i]]
        order[place[i]] = i
        fill[core[i]] += 1
    for p in range(n):
        i = order[p]
        for e in range(row[i], row[i + 1]):
            j = to[e]
            if core[j] > core[i]:  # swap j with the first firm of its degree, then lower its degree
                first = start[core[j]]
                other = order[first]
                order[first], order[place[j]] = j, other
                place[other], place[j] = place[j], first
                start[core[j]] = first + 1
                core[j] -= 1


@njit(cache=True, nogil=True)
def cut_points(row, to, parts, largest, component):
    """Depth first with low points (Hopcroft and Tarjan 1973), all components.

    Parameters
    ----------
    parts
        Shape (n,), out: parts that the firm's component falls into without it.
    largest
        Shape (n,), out: firms of the largest of them.
    component
        Shape (n,), out: firms of the component, the firm itself counted.
    """
    n = len(row) - 1
    seen = np.full(n, -1, np.int32)  # when the firm was first met
    low = np.empty(n, np.int32)  # the earliest firm that its subtree has a link to
    parent = np.full(n, -1, np.int32)
    size = np.ones(n, np.int32)
    apart = np.zeros(n, np.int32)  # firms of subtrees that hang on this firm alone
    at = row[:-1].copy()
    path = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    time = 0
    for root in range(n):
        if seen[root] >= 0:
            continue
        began, depth = time, 0
        path[0] = root
        seen[root] = low[root] = time
        order[time] = root
        time += 1
        while depth >= 0:
            i = path[depth]
            if at[i] < row[i + 1]:
                j = to[at[i]]
                at[i] += 1
                if seen[j] < 0:
                    parent[j] = i
                    seen[j] = low[j] = time
                    order[time] = j
                    time += 1
                    depth += 1
                    path[depth] = j
                elif j != parent[i]:
                    low[i] = min(low[i], seen[j])
                continue
            depth -= 1
            if depth >= 0:
                p = path[depth]
                low[p] = min(low[p], low[i])
                size[p] += size[i]
                if low[i] >= seen[p]:
                    parts[p] += 1
                    apart[p] += size[i]
                    largest[p] = max(largest[p], size[i])
        for q in range(began, time):
            i = order[q]
            component[i] = time - began
            rest = time - began - 1 - apart[i]  # the side of the firm's parent
            if rest > 0:
                parts[i] += 1
                largest[i] = max(largest[i], rest)
