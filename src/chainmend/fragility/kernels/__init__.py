"""Compiled loops; the only modules, beside the CUDA engine, that import numba.

numba keeps what it compiled beside the source and looks only at that one file to see whether it is still good. Kernels
use each other, so all of it is dropped here when any of them has changed, before any of it is read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numba

_STAMP = "sources.sha256"


@numba.njit(cache=True)
def _probe() -> int:
    return 0


def digest(folder: Path) -> str:
    """Digest of the sources that compiled kernels depend on."""
    found = hashlib.sha256(numba.__version__.encode())
    for source in [
        *sorted(folder.glob("*.py")),
        folder.parent / "plan.py",
        folder.parent / "engines/threads.py",
    ]:
        found.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return found.hexdigest()


def drop_stale(cache: Path, current: str) -> int:
    """Delete compiled kernels of other sources; return how many files that were."""
    stamp = cache / _STAMP
    try:
        if stamp.exists() and stamp.read_text("ascii") == current:
            return 0
        stale = [*cache.glob("*.nbi"), *cache.glob("*.nbc")]
        for file in stale:
            file.unlink(missing_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        stamp.write_text(current, "ascii")
    except OSError:  # a folder that cannot be written to holds nothing that could grow old
        return 0
    return len(stale)


drop_stale(Path(_probe.stats.cache_path), digest(Path(__file__).parent))
