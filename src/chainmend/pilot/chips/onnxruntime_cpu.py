"""ONNX Runtime on the processor: one column a number of threads and a level of graph optimisation."""

from __future__ import annotations

from chainmend.i18n import both
from chainmend.pilot.chips.onnx_session import OnnxSession, builds
from chainmend.pilot.machine import cores, machine
from chainmend.pilot.trial import BackEnd, Chip, Model, Session
from chainmend.registry import register

REFERENCE = "onnxruntime_cpu-t1-none"
"""One thread and no graph optimisation: the plainest reading of a model, with which all others are compared."""


def probe() -> list[Chip]:
    """One thread without graph optimisation, one thread and all threads with it.

    Examples
    --------
    >>> [chip.id for chip in probe()][0]
    'onnxruntime_cpu-t1-none'
    """
    here, every, runtime = machine(), cores(), builds()
    columns = [("1", "1", "none"), ("1", "1", "all"), *([("n", str(every), "all")] if every > 1 else [])]
    return [
        Chip(
            id=f"onnxruntime_cpu-t{label}-{level}",
            name=both("CPU, ONNX Runtime, threads {n}, optimisation {level}", n=threads, level=level),
            back_end="onnxruntime_cpu",
            found=bool(runtime),
            how="CPUExecutionProvider of onnxruntime" if runtime else "onnxruntime is not installed",
            hardware=here.processor,
            runtime=runtime,
            memory_bytes=here.memory_bytes,
            options={"threads": threads, "optimisation": level},
        )
        for label, threads, level in columns
    ]


def load(chip: Chip, model: Model) -> Session:
    """Load a model on the processor."""
    return OnnxSession(chip, model, "CPUExecutionProvider")


@register(
    "chip", "onnxruntime_cpu", name=("ONNX Runtime，处理器", "ONNX Runtime, CPU"), needs=("onnxruntime",)
)
def onnxruntime_cpu() -> BackEnd:
    """ONNX Runtime on the processor."""
    return BackEnd(probe, load)
