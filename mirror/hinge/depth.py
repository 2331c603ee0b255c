"""Stop depth: the pelvis flexion at which the low back begins to move, found over the reps of a set.

Takes the descents of a set, each as two arrays in degrees, sample by sample: fold, the change of
measured hip flexion from standing, and rounding, the back's curve beyond the neutral one. Gives
a depth in degrees of pelvis flexion, or why there is none.

All reps are fitted at once with rounding = c_rep + b1 fold + b2 max(0, fold - fold0), fold0 on a
grid. The line from hip to shoulder turns with the back, so fold overstates the pelvis as soon as
the back rounds: pelvis = fold - K rounding. The fit runs over fold, where rounding's noise is not on
both axes, and is converted at the end (METRICS 4b).

Samples follow one another too closely to count one by one. They are averaged in steps of fold, and
the steps count by what their residuals' autocorrelation leaves of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirror.hinge.geometry import Array

K = 0.6
"""Degrees by which hip flexion overstates the pelvis, per degree of rounding: .64-.68 by the
figure's own joints, .56-.63 as measured through the pose estimator."""
STEP_DEG = 3.0
"""Samples of a rep are averaged in steps of this much fold."""
LEAST_DEG = 45.0
"""A descent that folds less tells nothing."""
REPS = 3
"""Fewest descents from which a depth is told."""
FIRST_DEG = 15.0
"""Shallowest fold that is tried as the change point ..."""
ROOM_DEG = 10.0
"""... and how far above the deepest fold the last one lies."""
BETTER = 10.0
"""By how much the bent line must beat the straight one (BIC)."""
JOINS = 0.35
"""Least b2, degrees of rounding per degree of pelvis. An error of the neutral curve of 4 deg that is
smooth over a fold of 80 bends by .1-.3."""
RISE_DEG = 8.0
"""Least rounding gained from the change point to the bottom: more than such an error can give."""
FROM_START = 0.25
"""b1 from which the back joins from the start."""
WIDEST_DEG = 25.0
"""Widest 95 % interval of a depth that is told."""


@dataclass(frozen=True)
class StopDepth:
    """Where the back begins to help.

    pelvis_flexion_deg: the depth. interval_deg: its 95 % interval. fold_deg: the hip flexion from
    standing that is measured there, for the live cue. b1, b2: rounding per degree of pelvis
    flexion before it, and how much more beyond. reps: descents it was found from.
    """

    pelvis_flexion_deg: float
    interval_deg: tuple[float, float]
    fold_deg: float
    b1: float
    b2: float
    reps: int


@dataclass(frozen=True)
class FromStart:
    """The back joins from the start: b1 degrees of rounding per degree of pelvis flexion."""

    b1: float
    reps: int


@dataclass(frozen=True)
class NotFound:
    """No depth; reason `few-reps`, `straight` (the back keeps its shape) or `unclear`."""

    reason: str


Found = StopDepth | FromStart | NotFound

WORDS = {
    "few-reps": "Your depth shows after three slow reps.",
    "straight": "No stop depth found: your back kept its shape.",
    "unclear": "No stop depth found yet.",
}


def find(descents: Sequence[tuple[Array, Array]]) -> Found:
    """The stop depth of a set.

    descents: for each slow descent (fold, rounding), arrays (n,) in degrees from standing to the
    bottom; samples that are not finite are left out. Costs about .2 ms for 5 descents.
    """
    reps = [rep for rep in (_steps(*descent) for descent in descents) if rep is not None]
    if len(reps) < REPS:
        return NotFound("few-reps")
    bottom = float(np.median([fold[-1] for fold, _ in reps]))
    return _judge(_fit(reps, bottom), bottom, len(reps))


def sentence(result: Found) -> str:
    """What is told of it; a depth is rounded to 5 degrees."""
    if isinstance(result, StopDepth):
        told = 5 * round(result.pelvis_flexion_deg / 5)
        return f"Your hips fold about {told} deg before your back helps. That's today's depth."
    if isinstance(result, FromStart):
        return "Your back joins from the start: try the stick."
    return WORDS[result.reason]


def reached(stop: StopDepth, fold_deg: float, margin_deg: float = 5.0) -> bool:
    """Whether the live cue is due: it comes `margin_deg` of fold before the stop depth."""
    return fold_deg >= stop.fold_deg - margin_deg


@dataclass(frozen=True)
class _Fit:
    """The bent line and the straight one; slopes in degrees per degree of fold."""

    line: float
    first: float
    more: float
    fold: float
    low: float
    high: float
    better: float
    """BIC of the straight line minus that of the bent one."""


def _steps(fold: Array, rounding: Array) -> tuple[Array, Array] | None:
    """Mean fold and rounding in each step of fold; None where the descent is too short."""
    good = np.isfinite(fold) & np.isfinite(rounding)
    fold, rounding = fold[good], rounding[good]
    if not len(fold) or fold.max() < LEAST_DEG:
        return None
    step = np.maximum(0, np.floor(fold / STEP_DEG)).astype(np.intp)
    count = np.bincount(step)
    held = count > 0
    folds = np.bincount(step, fold)[held] / count[held]
    return folds, np.bincount(step, rounding)[held] / count[held]


def _fit(reps: list[tuple[Array, Array]], bottom: float) -> _Fit:
    """Least squares for all change points of the grid at once."""
    grid = np.arange(FIRST_DEG, bottom - ROOM_DEG + 0.5)
    starts = np.cumsum([0, *(len(fold) for fold, _ in reps[:-1])])
    x, y = (np.concatenate(parts) for parts in zip(*reps, strict=True))
    columns = np.column_stack([y, x, np.maximum(0.0, x[:, None] - grid)])
    # Each rep has a level of its own (c_rep): only what differs within a rep counts.
    sizes = np.diff([*starts, len(x)])
    columns -= np.repeat(np.add.reduceat(columns, starts) / sizes[:, None], sizes, axis=0)
    y, x, bends = columns[:, 0], columns[:, 1], columns[:, 2:]
    line, leaning = (x @ y) / (x @ x), (x @ bends) / (x @ x)
    straight = y - line * x
    bends = bends - np.outer(x, leaning)
    against, size = straight @ bends, (bends * bends).sum(axis=0)
    more = against / size
    error = straight @ straight - against**2 / size
    error[more <= 0] = straight @ straight  # a back that stops moving is no stop depth
    best = int(error.argmin())
    left = straight - more[best] * bends[:, best]
    count = _independent(left, starts, len(reps))
    likely = (error / error[best]) ** (-0.5 * count) * (more > 0)
    if not likely.any():
        return _Fit(line, line, 0.0, float(grid[0]), float(grid[0]), float(grid[-1]), 0.0)
    share = np.cumsum(likely) / likely.sum()
    # The mean over the grid errs less than its best point where the bend is soft.
    fold = float(grid @ likely / likely.sum())
    near = int(np.abs(grid - fold).argmin())
    low, high = grid[np.searchsorted(share, (0.025, 0.975))]
    better = count * np.log(straight @ straight / error[best]) - 2 * np.log(count)
    first = line - more[near] * leaning[near]
    return _Fit(line, first, float(more[near]), fold, float(low), float(high), float(better))


def _independent(left: Array, starts: Array, reps: int) -> float:
    """How many of these residuals are independent: n (1 - r) / (1 + r), r of neighbours."""
    within = np.ones(len(left) - 1, dtype=bool)
    within[starts[1:] - 1] = False
    alike = float((left[1:] * left[:-1])[within].sum() / (left[:-1][within] ** 2).sum())
    alike = min(0.95, max(0.0, alike))
    return max(3.0, (len(left) - reps - 3) * (1.0 - alike) / (1.0 + alike))


def _judge(fit: _Fit, bottom: float, reps: int) -> Found:
    """The accept rules of METRICS 4b, in pelvis flexion."""
    b1 = _per_pelvis(fit.first)
    b2 = _per_pelvis(fit.first + fit.more) - b1
    bent = fit.better > BETTER and b2 >= JOINS
    if bent and b1 < FROM_START:
        pelvis = [fold * (1.0 - K * max(0.0, fit.first)) for fold in (fit.fold, fit.low, fit.high)]
        rise = (fit.first + fit.more) * (bottom - fit.fold)
        if rise < RISE_DEG or pelvis[2] - pelvis[1] > WIDEST_DEG:
            return NotFound("unclear")
        return StopDepth(pelvis[0], (pelvis[1], pelvis[2]), fit.fold, b1, b2, reps)
    if bent:
        return FromStart(b1, reps)
    whole = _per_pelvis(fit.line)
    if whole >= FROM_START:
        return FromStart(whole, reps)
    return NotFound("straight" if fit.line * bottom < RISE_DEG else "unclear")


def _per_pelvis(slope: float) -> float:
    """Rounding per degree of pelvis flexion, from rounding per degree of fold."""
    return slope / (1.0 - K * min(slope, 1.0))
