"""Relatedness and complexity in dense matrices, each the formula of its paper and nothing else.

An independent twin of `chainmend.indicators.relatedness` and `.complexity`, for small matrices.
"""

from __future__ import annotations

import numpy as np


def dense_proximity(m):
    """Hidalgo and others (2007), the diagonal left out."""
    m = np.asarray(m, float)
    p_given = m.T @ m / m.sum(0)  # of i given j
    phi = np.minimum(p_given, p_given.T)
    return phi - np.diag(np.diag(phi))


def dense_density(m, phi):
    """Share of the proximity around each activity that a region has; 0 where there is none around it."""
    m = np.asarray(m, float)
    around = phi.sum(0)
    return np.where(around > 0, (m @ phi) / np.where(around > 0, around, 1), 0)


def dense_eci(m):
    """ECI and PCI, and all eigenvalues, from the matrix that is not symmetric."""
    m = np.asarray(m, float)
    by_region, by_activity = m / m.sum(1)[:, None], m / m.sum(0)
    values, vectors = np.linalg.eig(by_activity.T @ by_region)
    order = np.argsort(-values.real)
    pci = vectors[:, order[1]].real
    eci = by_region @ pci
    sign = np.sign(np.corrcoef(eci, m.sum(1))[0, 1])
    return sign * (eci - eci.mean()) / eci.std(), sign * (pci - eci.mean()) / eci.std(), values[order].real


def dense_coi(m, phi, pci):
    """Complexity outlook index of each region."""
    return ((1 - np.asarray(m, float)) * dense_density(m, phi) * pci).sum(1)


def dense_cog(m, phi, pci):
    """What the outlook index changes by when one cell of M turns from 0 to 1: by doing it, cell after cell."""
    m = np.asarray(m, float)
    before = dense_coi(m, phi, pci)
    gain = np.zeros(m.shape)
    for r, c in np.argwhere(m == 0):
        after = m.copy()
        after[r, c] = 1
        gain[r, c] = dense_coi(after, phi, pci)[r] - before[r]
    return gain


def dense_fitness(m, iterations=20):
    """Tacchella and others (2012)."""
    m = np.asarray(m, float)
    f, q = np.ones(m.shape[0]), np.ones(m.shape[1])
    for _ in range(iterations):
        f, q = (m * q).sum(1), 1 / (m / f[:, None]).sum(0)
        f, q = f / f.mean(), q / q.mean()
    return f, q


def dense_cooccurrence_relatedness(m):
    """Steijn (2017), pair by pair."""
    m = np.asarray(m, float)
    c = m.T @ m
    np.fill_diagonal(c, 0)
    s, t = c.sum(1), c.sum()
    found = np.zeros(c.shape)
    for i in range(len(c)):
        for j in range(len(c)):
            if c[i, j]:
                found[i, j] = c[i, j] / (
                    (s[i] / t * s[j] / (t - s[i]) + s[j] / t * s[i] / (t - s[j])) * t / 2
                )
    return found
