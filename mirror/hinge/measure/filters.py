"""The rate of a signal, smoothed with real time steps.

Angles are not smoothed here. The pose task filters its landmarks in video mode (one euro on each
coordinate); a second one-euro step of 1 Hz on the angles was tried on the truth bench and doubled
their error by its lag: 6.5 instead of 2.8 deg of hip flexion, at about 2 deg of jitter either way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CUTOFF_HZ = 3.0
"""Cut-off of the rate, Hz: about 50 ms of lag, and no jitter of single frames."""


@dataclass(frozen=True)
class Signal:
    """A value, its smoothed rate per second, and when."""

    value: float
    rate: float
    t: float


def smoothed_rate(memory: Signal | None, value: float, t: float) -> Signal:
    """Take one value. A step back in time, or none at all, keeps the memory as it is."""
    if memory is None:
        return Signal(value, 0.0, t)
    dt = t - memory.t
    if dt <= 0:
        return memory
    share = dt / (dt + 1.0 / (2.0 * math.pi * CUTOFF_HZ))
    rate = memory.rate + share * ((value - memory.value) / dt - memory.rate)
    return Signal(value, rate, t)
