"""The machine a trial runs on: processor, memory, system, and what it says of memory taken and energy used."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib import metadata
from pathlib import Path

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.record import Machine

_CPUINFO = Path("/proc/cpuinfo")
_ENERGY = Path("/sys/class/powercap/intel-rapl:0/energy_uj")
_FEATURES = (
    "avx",
    "avx2",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "avx512_bf16",
    "amx_int8",
    "amx_bf16",
    "asimddp",
    "sve",
)


def version(package: str) -> str | None:
    """Version of an installed package, None where it is not installed.

    Examples
    --------
    >>> version("numpy") is not None, version("no-such-package")
    (True, None)
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


TOOL = version("chainmend") or ""
"""Version of chainmend, which stands in every result."""


def machine() -> Machine:
    """Say where this is.

    Examples
    --------
    >>> machine().cores >= 1
    True
    """
    lines = _cpuinfo()
    flags = set((lines.get("flags") or lines.get("Features") or "").split())
    return Machine(
        processor=lines.get("model name") or platform.processor() or platform.machine(),
        cores=cores(),
        memory_bytes=_memory(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        features=tuple(f for f in _FEATURES if f in flags),
    )


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resident_bytes() -> int:
    """Memory this process takes now.

    Examples
    --------
    >>> resident_bytes() > 2**20
    True
    """
    import psutil

    return int(psutil.Process().memory_info().rss)


def peak_bytes() -> int:
    """Most memory this process has taken."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def energy_joules() -> float | None:
    """Energy counter of the processor package, None where the machine does not show it."""
    try:
        return int(_ENERGY.read_text()) / 1e6
    except (OSError, ValueError):
        return None


def need(*packages: str) -> None:
    """Refuse to go on where a package of the extra is not installed.

    Raises
    ------
    PilotError
        Naming the packages that are missing and the extra that holds them.
    """
    missing = [p for p in packages if version(p) is None]
    if missing:
        raise PilotError(
            _("packages are not installed: {names}").format(names=", ".join(missing)),
            expected=_("the extra {extra}").format(extra="pilot"),
            do=_("run: {command}").format(command="pip install 'chainmend[pilot]'"),
        )


def first_line(text: str) -> str:
    """First line that says something, at most 300 characters, with the folders of paths taken away.

    Examples
    --------
    >>> first_line("\\n Load model from /a/b/c.onnx failed\\nmore")
    'Load model from c.onnx failed'
    """
    line = next((x.strip() for x in text.splitlines() if x.strip()), "")
    return re.sub(r"(?:[A-Za-z]:)?[/\\][\w.~@+\-/\\]*[/\\]", "", line)[:300]


def _cpuinfo() -> dict[str, str]:
    """First value of each line of the processor's description, nothing where the system has none."""
    try:
        lines = _CPUINFO.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in lines:
        key, _colon, value = line.partition(":")
        found.setdefault(key.strip(), value.strip())
    return found


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
