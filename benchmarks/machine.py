"""What the figures were measured on, and how much memory a process has had."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import numpy as np


def peak_bytes() -> int:
    """Largest resident memory this process has had."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def machine() -> str:
    """Processor, cores, memory, system."""
    info = Path("/proc/cpuinfo")
    rows = info.read_text().splitlines() if info.exists() else []
    names = [row.partition(":")[2].strip() for row in rows if "model name" in row]
    flags = next((row for row in rows if row.startswith("flags")), "")
    vectors = " with AVX-512" if " avx512f" in flags else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{names[0] if names else platform.machine()}{vectors}, {cores} cores, {memory:.0f} GiB,"
        f" {platform.system()}, Python {platform.python_version()}"
    )


def load() -> str:
    """How busy the machine is: processes that want to run, mean of the last minute."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


def streaming_limit() -> float:
    """Bytes a second that one core reads from memory: the best of five sums over 512 MiB."""
    data = np.ones(2**26)
    best = min(_seconds(data) for _ in range(5))
    return data.nbytes / best


def _seconds(data: np.ndarray) -> float:
    start = time.perf_counter()
    data.sum()
    return time.perf_counter() - start
