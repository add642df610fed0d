"""How much memory a cascade needs, said before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chainmend.errors import NetworkError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.network import SupplyNetwork

_LANE_BYTES = 4 * 32 * 8  # at most four states of all lanes in float64
_FIRM_BYTES = 150  # records and lists of the frontier
_SCENARIO_BYTES = 2 * 8 + 8  # both losses and, when asked for, the larger of them
_MEMINFO = Path("/proc/meminfo")


def bytes_needed(network: SupplyNetwork, workers: int, scenarios: int = 0) -> int:
    """Bytes the plan, the buffers of `workers` threads and the losses of all firms in `scenarios` take."""
    plan = 64 * network.n_links + 64 * network.n_firms
    return plan + network.n_firms * (workers * (_LANE_BYTES + _FIRM_BYTES) + scenarios * _SCENARIO_BYTES)


def bytes_available() -> int | None:
    """Bytes of memory that are free for use, None where the system does not say."""
    try:
        lines = _MEMINFO.read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return None


def _gigabytes(size: int) -> str:
    """Return a size in GB, small ones with digits enough that two of them can be told apart."""
    return f"{size / 1e9:,.1f}" if size >= 1e10 else f"{size / 1e9:.2g}"


def check_memory(network: SupplyNetwork, workers: int, scenarios: int = 0) -> None:
    """Raise before work begins that cannot be finished.

    Raises
    ------
    NetworkError
        If more memory is needed than there is.
    """
    needed, available = bytes_needed(network, workers, scenarios), bytes_available()
    if available is not None and needed > available:
        raise NetworkError(
            _("{firms} firms and {links} links on {workers} threads need {needed} GB of memory").format(
                firms=f"{network.n_firms:,}",
                links=f"{network.n_links:,}",
                workers=workers,
                needed=_gigabytes(needed),
            ),
            expected=_("at most {available} GB, which is free now").format(available=_gigabytes(available)),
            do=_("use fewer workers, fewer scenarios at a time, or a larger machine"),
        )
