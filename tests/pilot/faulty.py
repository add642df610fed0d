"""A back end that does wrong on purpose, one chip a fault; an extension as a laboratory would write it."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace

import numpy as np

from chainmend.pilot.chips.onnxruntime_cpu import load as load_cpu
from chainmend.pilot.chips.onnxruntime_cpu import probe as probe_cpu
from chainmend.pilot.scenarios.random_inputs import random_inputs
from chainmend.pilot.trial import Array, Arrays, BackEnd, Chip, InputSpec, Limits, Model, Scenario, Session
from chainmend.registry import register

FAULTS = {
    "right": ("works", "right"),
    "wrong": ("wrong", "error"),
    "subtly-wrong": ("wrong", "error"),
    "wrong-sometimes": ("wrong", "error"),
    "other-shape": ("wrong", "shape"),
    "not-a-number": ("wrong", "not_finite"),
    "random": ("unstable", "repeat"),
    "drift": ("unstable", "drift"),
    "not-thread-safe": ("unstable", "concurrent"),
    "leak": ("unstable", "growth"),
    "takes-all-memory": ("fails", "memory"),
    "crash": ("fails", "crash"),
    "quiet-exit": ("fails", "crash"),
    "hang": ("fails", "hang"),
    "raises": ("fails", "failed_operator"),
    "does-not-load": ("fails", "failed"),
    "slow": ("degraded", "too_slow"),
    "absent": ("untested", "missing"),
}
"""Fault -> verdict and reason that are right for it."""


def probe() -> list[Chip]:
    """One chip a fault; all are there but one."""
    cpu = probe_cpu()[0]
    return [
        replace(
            cpu,
            id=f"faulty-{fault}",
            name=(fault, fault),
            back_end="faulty",
            found=fault != "absent",
            how="made up",
        )
        for fault in FAULTS
    ]


def load(chip: Chip, model: Model) -> Session:
    """Load a model on the processor, and put the fault of the chip before it."""
    fault = chip.id.removeprefix("faulty-")
    if fault == "does-not-load":
        raise OSError("cannot open /dev/accelerator0")
    return Faulty(load_cpu(chip, model), fault)


class Faulty:
    """A session with a fault."""

    def __init__(self, session: Session, fault: str) -> None:
        self._session, self._fault = session, fault
        self._runs, self._held = 0, []  # type: ignore[var-annotated]
        self._busy = threading.Lock()

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return self._session.inputs

    def device_memory(self) -> int | None:
        return None

    def run(self, inputs: Arrays) -> dict[str, Array]:
        self._runs += 1
        outputs = self._session.run(inputs)
        change = getattr(self, "_" + self._fault.replace("-", "_"), None)
        return {n: np.asarray(change(a) if change else a) for n, a in outputs.items()}

    def _wrong(self, array: Array) -> Array:
        return array[..., ::-1].copy()

    def _subtly_wrong(self, array: Array) -> Array:
        changed = np.array(array)
        changed.flat[-1] += 5e-4
        return changed

    def _wrong_sometimes(self, array: Array) -> Array:
        """Wrong for inputs that give a positive first value, the same each time."""
        return array * np.float32(1.01) if array.flat[0] > 0 else array

    def _other_shape(self, array: Array) -> Array:
        return array.reshape(-1)

    def _not_a_number(self, array: Array) -> Array:
        changed = np.array(array)
        changed.flat[3] = np.nan
        return changed

    def _random(self, array: Array) -> Array:
        return np.random.default_rng().standard_normal(array.shape).astype(np.float32)

    def _drift(self, array: Array) -> Array:
        """Right in the random trials, another thing from the twentieth run on."""
        return array + np.float32(1e-3) if self._runs > 20 else array

    def _not_thread_safe(self, array: Array) -> Array:
        if not self._busy.acquire(blocking=False):
            return array * np.float32(2)
        try:
            time.sleep(0.02)
            return array
        finally:
            self._busy.release()

    def _leak(self, array: Array) -> Array:
        self._held.append(np.ones(2**20))  # 8 MiB
        return array

    def _takes_all_memory(self, array: Array) -> Array:
        while True:
            self._held.append(np.ones(2**22))
            time.sleep(0.01)

    def _crash(self, array: Array) -> Array:
        os.kill(os.getpid(), signal.SIGSEGV)
        return array

    def _quiet_exit(self, array: Array) -> Array:
        os._exit(0)

    def _hang(self, array: Array) -> Array:
        time.sleep(3600)
        return array

    def _raises(self, array: Array) -> Array:
        raise RuntimeError("Could not find an implementation for ConvInteger(10) node with name ''")

    def _slow(self, array: Array) -> Array:
        time.sleep(0.15)
        return array


def faulty() -> BackEnd:
    """Chips that do wrong on purpose."""
    return BackEnd(probe, load)


def limited() -> Scenario:
    """Random inputs with a limit of latency."""
    plain = random_inputs()
    task = replace(plain.task, id="limited", limits=Limits(latency_seconds=0.1))
    return replace(plain, task=task)


if __name__.startswith("chainmend_extension"):  # where a test imports it, nothing is registered
    register("chip", "faulty", name=("有意出错的芯片", "Faulty on purpose"))(faulty)
    register("scenario", "limited", name=("限时", "Within a limit"))(limited)
