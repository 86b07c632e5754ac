"""Finds clicks: jumps in a signal that what is around them does not explain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_AROUND = 441
_FLOOR = 1e-4


def largest_jump(samples: NDArray[np.float64]) -> float:
    """The largest second difference of a mono signal against those within 10 ms around it.

    Voice and noise stay under about 25; a step or a lost sample is far over it.
    """
    bend = np.abs(np.diff(samples, 2))
    energy = np.cumsum(np.concatenate([[0.0], bend**2]))
    count = len(bend)
    low = np.clip(np.arange(count) - _AROUND, 0, count)
    high = np.clip(np.arange(count) + _AROUND, 0, count)
    # Without the three values at the jump itself, which would hide it.
    near = (
        energy[np.clip(np.arange(count) + 2, 0, count)]
        - energy[np.clip(np.arange(count) - 1, 0, count)]
    )
    around = (energy[high] - energy[low] - near) / np.maximum(1, high - low - 3)
    floor = _FLOOR * float(np.abs(samples).max(initial=0.0)) + 1e-12
    return float((bend / np.sqrt(np.maximum(around, 0.0) + floor**2)).max(initial=0.0))
