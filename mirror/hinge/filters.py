"""Smoothing with real time steps.

The pose task already smooths its landmarks in video mode (a one-euro filter on each
coordinate), so positions are not filtered again. Angles take one light one-euro step, which
also gives the angular velocity that the rep phases need.

One Euro: Casiez, Roussel, Vogel, CHI 2012, doi 10.1145/2207676.2208639.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class OneEuro:
    """Parameters. Frequencies in Hz, beta in 1/(unit of the value)."""

    min_cutoff: float = 1.0
    beta: float = 0.02
    d_cutoff: float = 1.0


@dataclass(frozen=True)
class Smoothed:
    """Memory of one filtered value: the value, its rate per second, when, and what came in."""

    value: float
    rate: float
    t: float
    raw: float


def one_euro(memory: Smoothed | None, value: float, t: float, by: OneEuro) -> Smoothed:
    """One step of the filter.

    A step back in time, or none at all, keeps the memory as it is.
    """
    if memory is None:
        return Smoothed(value, 0.0, t, value)
    dt = t - memory.t
    if dt <= 0:
        return memory
    raw_rate = (value - memory.raw) / dt
    rate = _blend(memory.rate, raw_rate, _alpha(by.d_cutoff, dt))
    smooth = _blend(memory.value, value, _alpha(by.min_cutoff + by.beta * abs(rate), dt))
    return Smoothed(smooth, rate, t, value)


def _alpha(cutoff_hz: float, dt: float) -> float:
    tau = 1.0 / (2.0 * math.pi * cutoff_hz)
    return dt / (dt + tau)


def _blend(old: float, new: float, share: float) -> float:
    return old + share * (new - old)
