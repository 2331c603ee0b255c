"""Points, angles and lines in the frame; no bodies.

Pixels have x to the right and y down, one unit for both. Angles are degrees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Point = tuple[float, float]


def inclination_deg(base: Point, tip: Point, facing: int) -> float:
    """Angle of the segment base -> tip from the upward vertical, positive towards `facing`.

    facing: +1 towards the right of the frame, -1 towards the left.
    """
    return math.degrees(math.atan2(facing * (tip[0] - base[0]), base[1] - tip[1]))


def distance(a: Point, b: Point) -> float:
    """Length of the segment, in the unit of its points."""
    return math.hypot(b[0] - a[0], b[1] - a[1])


def gate(value: float, full: float, none: float) -> float:
    """Linear confidence gate: 1 at `full` and better, 0 at `none` and worse.

    `full` may lie below `none` (less is better) or above it (more is better).
    """
    return min(1.0, max(0.0, (value - none) / (full - none)))


def weighted_mean(a: Sequence[float], b: Sequence[float], weights: Point) -> Point:
    """Mean of two points by their weights; the plain mean where none has weight."""
    total = weights[0] + weights[1]
    share = weights[1] / total if total > 0 else 0.5
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def corner_deg(a: Point, b: Point, c: Point) -> float:
    """Angle at b between the ways to a and c, 0..180; 180 where the three are in line."""
    u, v = (a[0] - b[0], a[1] - b[1]), (c[0] - b[0], c[1] - b[1])
    cross, dot = u[0] * v[1] - u[1] * v[0], u[0] * v[0] + u[1] * v[1]
    return abs(math.degrees(math.atan2(cross, dot)))
