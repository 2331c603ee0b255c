"""Stop depth: the pelvis flexion at which the low back begins to move, found over a set's reps.

The input is the descents of a set, each as two arrays in degrees, frame by frame: depth, the change
of measured hip flexion since standing, and rounding.

Each descent is read by itself. Its rounding runs level at first, then rises to the bottom;
the depth is where it has risen by a share of that. The line from hip to shoulder turns with the
back, so the measured hip flexion overstates the pelvis from there on; that part is taken off. The
stop depth is the median of the set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirror.hinge.measure.geometry import Array

SHARE, K = 0.15, 0.5
"""Share of the rise at which the back begins to move, and degrees by which hip flexion overstates
the pelvis for each degree of rounding until then. Chosen on nine sets of rendered people, as one
tracker and as two see them: the depth at which the lumbar spine has moved by 5 degrees was found
within 8 degrees in eight. With a share of .1 or .2 it was so in seven and six."""
LEVEL_DEG = (5.0, 30.0)
"""Depths between which the back is taken to be level."""
LEAST_DEG = 45.0
"""Least fold of a descent that is used, degrees."""
REPS = 3
"""Fewest descents for a stop depth."""
RISE_DEG = 18.0
"""Least rise of the rounding from that level to the bottom."""
SUM_DEG = 41.0
"""Least sum of that rise and of the rounding at the bottom. Neither alone separates a neutral set,
whose sum is 39 at most on rendered people, from the nine, where it is 42 and more."""
FROM_START = 0.25
"""Degrees of rounding per degree of depth, at those depths, of a back that joins from the start.
The nine sets read -.06 to .19."""
APART_DEG = 8.0
"""Greatest usual distance of the descents of a set from their median."""


@dataclass(frozen=True)
class StopDepth:
    """The depth at which the back begins to help.

    pelvis_flexion_deg: the depth. fold_deg: the hip flexion since standing that is measured there,
    for the live cue. reps: number of descents used.
    """

    pelvis_flexion_deg: float
    fold_deg: float
    reps: int


@dataclass(frozen=True)
class FromStart:
    """The back joins from the start."""

    reps: int


@dataclass(frozen=True)
class NotFound:
    """No depth; reason `few-reps`, `straight` (the back keeps its shape) or `unclear`."""

    reason: str


Found = StopDepth | FromStart | NotFound


def find_stop_depth(descents: Sequence[tuple[Array, Array]]) -> Found:
    """The stop depth of a set.

    descents: for each slow descent (depth, rounding), arrays (n,) in degrees from standing to the
    bottom; samples that are not finite are left out. Both must lag alike.
    """
    seen = [one for depth, rounding in descents if (one := _begins(depth, rounding)) is not None]
    if len(seen) < REPS:
        return NotFound("few-reps")
    rounded = [one for one in seen if one[0] >= RISE_DEG and one[0] + one[1] >= SUM_DEG]
    if 2 * len(rounded) < len(seen) or len(rounded) < REPS:
        return NotFound("straight")
    table = np.array(rounded)
    depth, pelvis = np.median(table[:, 2:4], axis=0).tolist()
    if np.median(table[:, 4]) >= FROM_START:
        return FromStart(len(rounded))
    if np.median(np.abs(table[:, 3] - pelvis)) > APART_DEG:
        return NotFound("unclear")
    return StopDepth(pelvis, depth, len(rounded))


def _begins(depth: Array, rounding: Array) -> tuple[float, ...] | None:
    """Rise, rounding at the bottom, depth and pelvis flexion where one descent begins to round.

    The last number is its slope before. None for a shallow descent, or one that was hardly seen.
    """
    good = np.isfinite(depth) & np.isfinite(rounding)
    depth, rounding = depth[good], rounding[good]
    level = (depth > LEVEL_DEG[0]) & (depth < LEVEL_DEG[1])
    if level.sum() < 2 or depth.max() < LEAST_DEG:
        return None
    padded = np.pad(rounding, 1, mode="edge")
    rounding = np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)
    x, y = depth[level] - depth[level].mean(), rounding[level]
    slope = float(x @ y / max(float(x @ x), 1e-9))
    bottom = int(depth.argmax())
    base = float(np.median(y))
    top = float(np.median(rounding[max(0, bottom - 2) : bottom + 3]))
    begun = base + SHARE * (top - base)
    below = np.flatnonzero(rounding[:bottom] < begun)
    at = float(depth[bottom])
    if len(below):
        pair = slice(int(below[-1]), int(below[-1]) + 2)
        at = float(np.interp(begun, rounding[pair], depth[pair]))
    return top - base, top, at, at - K * max(0.0, begun - base), slope


def text_key(result: Found) -> tuple[str, int]:
    """The key of its text (`stop.KEY`), and a depth rounded to 5 degrees (else 0)."""
    if isinstance(result, StopDepth):
        return "depth", 5 * round(result.pelvis_flexion_deg / 5)
    return (result.reason if isinstance(result, NotFound) else "from-start"), 0


def reached(stop: StopDepth, fold_deg: float, margin_deg: float = 5.0) -> bool:
    """Whether the live cue is due: `margin_deg` of fold before the stop depth."""
    return fold_deg >= stop.fold_deg - margin_deg
