"""Words of the pilot field in both languages: verdicts, metrics, headings of columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from chainmend.errors import RegistryError
from chainmend.i18n import both
from chainmend.pilot.trial import Verdict
from chainmend.pilot.verdict import verdict_name
from chainmend.registry import get

if TYPE_CHECKING:
    from chainmend.pilot.trial import Chip, Names

VERDICT_NAMES: dict[Verdict, Names] = {
    verdict: (verdict_name(verdict)[0], verdict_name(verdict)[1].capitalize())
    for verdict in get_args(Verdict)
}
"""As they stand in a legend."""
METRIC_NAMES: dict[str, Names] = {
    "accuracy": both("accuracy"),
    "characters": both("characters right"),
    "f1": ("F1",) * 2,
    "auc": ("AUC",) * 2,
}


def how_found(how: str) -> Names:
    """Return how a chip was found, or why it was not, in both languages; results hold it in English.

    Examples
    --------
    >>> how_found("torch is not installed")[1], how_found("seen by a lab's own probe")[1]
    ('torch is not installed', "seen by a lab's own probe")
    """
    build = " is not in this build of onnxruntime"
    if how.endswith(build):
        return both("{provider} is not in this build of onnxruntime", provider=how.removesuffix(build))
    known = {
        "torch is not installed": both("torch is not installed"),
        "onnxruntime is not installed": both("onnxruntime is not installed"),
        "no back end on this machine found a device of this maker": both(
            "no back end on this machine found a device of this maker"
        ),
    }
    return known.get(how, (how, how))


def back_end_name(chip: Chip) -> Names:
    """Return the name of what drives a chip; the id where it is not registered here.

    Examples
    --------
    >>> from chainmend.pilot.trial import Chip
    >>> back_end_name(Chip("x", ("甲", "A"), "lab_driver", True, "found"))
    ('lab_driver', 'lab_driver')
    """
    try:
        return get("chip", chip.back_end).name
    except RegistryError:
        return chip.back_end, chip.back_end


def chip_heading(chip: Chip, *, tested: bool) -> tuple[Names, Names]:
    """Return the two lines over a column: what it is, and how it is driven or why there is nothing.

    Examples
    --------
    >>> from chainmend.pilot.trial import Chip
    >>> chip = Chip("x", ("处理器，某软件", "CPU, some software"), "x", True, "", options={"threads": "2"})
    >>> chip_heading(chip, tested=True)[0]
    ('处理器', 'CPU')
    """
    parts = [re.split("[，,]", name)[0] for name in chip.name]
    name = parts[0], parts[1]
    if not tested:
        return name, (both("untested") if chip.found or chip.maker else both("not found"))
    if chip.driver:
        return name, both("driver {version}", version=chip.driver)
    threads, level = chip.options.get("threads"), chip.options.get("optimisation")
    if threads and level:
        return name, both("threads {n} · opt. {level}", n=threads, level=level)
    kept = [v for k, v in chip.options.items() if k in ("precision", "threads")]
    text = " · ".join(kept) or ", ".join(f"{k} {v}" for k, v in sorted(chip.runtime.items()))
    return name, (text, text)
