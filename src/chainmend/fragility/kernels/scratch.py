"""Everything the kernels write to, allocated once: they allocate nothing themselves."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from chainmend.fragility.kernels.frontier import DOWN, UP
from chainmend.fragility.kernels.vector import LANES

_LINE = 64


class Scratch(NamedTuple):
    """State of one worker; n firms, markets and slots of a plan."""

    clock: np.ndarray
    down: np.ndarray
    sums: np.ndarray
    touched: np.ndarray
    changed: np.ndarray
    queue: np.ndarray
    market_lost: np.ndarray
    market_mark: np.ndarray
    market_share: np.ndarray
    market_used: np.ndarray
    market_bare: np.ndarray
    active: np.ndarray
    up: np.ndarray
    up_touched: np.ndarray
    rising: np.ndarray
    rise: np.ndarray
    lane_shock: np.ndarray
    lane_steps: np.ndarray
    lane_target: np.ndarray
    lane_keep: np.ndarray
    lane_rise: np.ndarray
    lane_empty: np.ndarray
    lane_total: np.ndarray


def records(count: int, dtype: np.dtype) -> np.ndarray:
    """Return cleared records that begin at a cache line."""
    room = np.zeros(count * dtype.itemsize + _LINE, np.uint8)
    begin = -room.ctypes.data % _LINE
    return room[begin : begin + count * dtype.itemsize].view(dtype)


def scratch(plan: Any) -> Scratch:
    """Return cleared scratch for a plan."""
    n, markets = plan.n_firms, len(plan.market_total)
    down = records(n, DOWN)
    down["begin"], down["links"] = plan.push_row[:-1], np.diff(plan.push_row)
    down["slots"] = np.diff(plan.slot_row)
    down["sold"] = plan.out_strength
    down["market"] = plan.market if markets else -1
    up = records(n, UP)
    up["begin"], up["links"] = plan.back_row[:-1], np.diff(plan.back_row)
    firms = [np.zeros(n + 1, np.int32) for _ in range(6)]
    return Scratch(
        clock=np.zeros(3, np.int64),
        down=down,
        sums=np.zeros(int(plan.slot_row[-1])),
        touched=firms[0],
        changed=firms[1],
        queue=firms[2],
        market_lost=np.zeros(markets),
        market_mark=np.zeros(markets, np.int64),
        market_share=np.zeros(markets),
        market_used=np.zeros(markets, np.int32),
        market_bare=np.zeros(markets, np.int32),
        active=firms[5],
        up=up,
        up_touched=firms[3],
        rising=firms[4],
        rise=np.zeros(n),
        lane_shock=np.full(LANES, -1, np.int64),
        lane_steps=np.zeros(LANES, np.int64),
        lane_target=np.zeros(LANES, np.int64),
        lane_keep=np.zeros(LANES),
        lane_rise=np.zeros(LANES),
        lane_empty=np.zeros(LANES),
        lane_total=np.zeros(3 * LANES),
    )
