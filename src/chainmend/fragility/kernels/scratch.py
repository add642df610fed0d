"""Everything the kernels write to, allocated once: they allocate nothing themselves."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from chainmend.fragility.kernels.frontier import DOWN, UP
from chainmend.fragility.kernels.vector import LANES


class Scratch(NamedTuple):
    """State of one worker; n firms, markets and slots of a plan."""

    clock: np.ndarray
    down: np.ndarray
    felt: np.ndarray
    sums: np.ndarray
    touched: np.ndarray
    changed: np.ndarray
    queue: np.ndarray
    market_head: np.ndarray
    market_lost: np.ndarray
    market_mark: np.ndarray
    market_list: np.ndarray
    market_used: np.ndarray
    up: np.ndarray
    up_touched: np.ndarray
    rising: np.ndarray
    rise: np.ndarray
    lane_shock: np.ndarray
    lane_steps: np.ndarray
    lane_target: np.ndarray
    lane_keep: np.ndarray
    lane_rise: np.ndarray
    lane_total: np.ndarray


def scratch(plan: Any) -> Scratch:
    """Return cleared scratch for a plan."""
    n, markets = plan.n_firms, len(plan.market_total)
    down = np.zeros(n, DOWN)
    firms = [np.zeros(n + 1, np.int32) for _ in range(6)]
    return Scratch(
        clock=np.zeros(2, np.int64),
        down=down,
        felt=np.zeros(n),
        sums=np.zeros(int(plan.slot_row[-1])),
        touched=firms[0],
        changed=firms[1],
        queue=firms[2],
        market_head=np.full(markets, -1, np.int32),
        market_lost=np.zeros(markets),
        market_mark=np.zeros(markets, np.uint8),
        market_list=np.zeros(markets, np.int32),
        market_used=np.zeros(markets, np.int32),
        up=np.zeros(n, UP),
        up_touched=firms[3],
        rising=firms[4],
        rise=np.zeros(n),
        lane_shock=np.full(LANES, -1, np.int64),
        lane_steps=np.zeros(LANES, np.int64),
        lane_target=np.zeros(LANES, np.int64),
        lane_keep=np.zeros(LANES),
        lane_rise=np.zeros(LANES),
        lane_total=np.zeros(LANES),
    )
