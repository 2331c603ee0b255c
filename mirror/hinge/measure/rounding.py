"""The line of the back -> its rounding in degrees, against the person's own standing.

The back's curve is read twice: as *bow*, how far the low back stands off the chord from pelvis
to upper back, and as *bend*, the turn between the tangents of the low and the upper back. From
both the change since standing is taken, and what a neutral hinge to this depth changes by
itself is removed. Where the two readings disagree, neither is to be believed.

Rounding is the flexion of lumbar and thoracic spine together beyond that of a neutral hinge.
An outline does not tell the two apart, so it is called the rounding of the back.

A third reading, `course`, takes the curve tenth by tenth. Its error runs straighter over the fold
than that of the other two, so that it shows better where a back begins to move: the stop depth is
sought in it. Verdicts are not made of it: it has learnt from drawn backs only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mirror.hinge.measure.contour import Axis, T
from mirror.hinge.measure.geometry import Array

PELVIS, UPPER = 0.15, 0.85
"""Ends of the chord along the axis: the top of the sacrum, since the seat below it changes its
shape as the hip folds; and the upper back, above which a hood or the shoulders are seen. Chosen
among 15 pairs on the bodies of both halves of the truth bench."""
NECK = 0.97
BOW = (T >= 0.25) & (T <= 0.6)
LOW, HIGH = (T >= PELVIS) & (T <= 0.4), (T >= 0.5) & (T <= 0.75)

# Degrees of rounding for each unit of change since standing, and what a neutral hinge changes by
# itself with each degree of fold. Fitted by least squares, each reading for itself, on the `fit`
# bodies and clothes of the truth bench (folds above 15 deg).
BOW_GAIN, BOW_NEUTRAL = 612.0, 0.069
BEND_GAIN, BEND_NEUTRAL = 1.93, 0.039
BOW_SHARE = 0.5
"""On figures the bow errs less (3.6 against 4.6 deg); on real footage it reads about 13 deg lower
than the bend, in neutral and rounded reps alike. The mean of both serves either."""

# Of the whole curve: degrees for each trunk length that a tenth of the back, about t = 0, .1 .. .8,
# has come off the dowel since standing; and for each right angle of fold, its square and its cube.
# Ridge regression on 69 sets of reps of 24 bodies drawn at random, none of them in `truth`; each
# told by the weights of the others: mean error 2.4 deg (both readings above: 2.9), and its bend
# over the fold 1.2 deg (1.6), which is what a stop depth is mistaken for.
TENTHS = [np.abs(T - 0.1 * tenth) < 0.05 + 1e-9 for tenth in range(9)]
COURSE = np.array([-110.6, 152.2, 87.9, 60.8, 71.3, 46.9, 172.4, 92.2, 30.3])
COURSE_NEUTRAL = np.array([-4.1, 1.6, 4.5])


Bins = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Curve:
    """Two readings of one back. bow: share of the chord. bend_deg: positive when bowed out."""

    bow: float
    bend_deg: float


def rounding(now: Curve, standing: Curve, fold_deg: float) -> tuple[float, float]:
    """Rounding by both readings together, and how far apart they are, degrees.

    fold_deg: change of the measured hip flexion from standing. It contains part of the rounding
    itself, which the fit of the constants has taken into account.
    """
    bow = BOW_GAIN * (now.bow - standing.bow) - BOW_NEUTRAL * fold_deg
    bend = BEND_GAIN * (now.bend_deg - standing.bend_deg) - BEND_NEUTRAL * fold_deg
    return BOW_SHARE * bow + (1.0 - BOW_SHARE) * bend, abs(bow - bend)


def course(edge: Array, standing: Array, fold_deg: float) -> float:
    """Rounding by the whole curve, degrees, of edges that `steady` gave; for the stop depth."""
    change = (edge - chord(edge)) - (standing - chord(standing))
    parts = np.array([change[part].mean() for part in TENTHS])
    fold = fold_deg / 90.0
    return float(COURSE @ parts + COURSE_NEUTRAL @ (fold, fold**2, fold**3))


def steady(dorsal: Array) -> Array | None:
    """The edge with dropped bins bridged and single outliers taken out; None if too few are left.

    dorsal: (64,) trunk lengths from the axis, NaN where dropped.
    """
    kept = np.isfinite(dorsal)
    if kept.mean() < 0.5:
        return None
    edge = np.interp(T, T[kept], dorsal[kept])
    middle = np.median(np.stack([edge[:-2], edge[1:-1], edge[2:]]), axis=0)
    return np.concatenate([edge[:1], middle, edge[-1:]])


def chord(edge: Array) -> Array:
    """(64,) the straight dowel from the pelvis to the upper back, trunk lengths from the axis."""
    low, high = np.abs(T - PELVIS) < 0.03, np.abs(T - UPPER) < 0.03
    from_, to = T[low].mean(), T[high].mean()
    start, end = edge[low].mean(), edge[high].mean()
    line: Array = start + (end - start) * (T - from_) / (to - from_)
    return line


def read(edge: Array) -> Curve:
    """Both readings of an edge that `steady` gave."""
    bow = (edge - chord(edge))[BOW].mean() / (UPPER - PELVIS)
    return Curve(float(bow), _slope_deg(edge, LOW) - _slope_deg(edge, HIGH))


def _slope_deg(edge: Array, part: Bins) -> float:
    x = T[part] - T[part].mean()
    return float(np.degrees(np.arctan(edge[part] @ x / (x @ x))))


def gap(edge: Array) -> float:
    """Where the low back stands farthest off the dowel, in trunk lengths; negative if hollow."""
    off: Array = (edge - chord(edge))[BOW]
    return float(off[np.abs(off).argmax()])


def line_px(edge: Array, axis: Axis) -> tuple[Array, Array]:
    """The spine line and the dowel beside it, (n, 2) and (2, 2) pixels, from pelvis to neck."""
    part = (T >= 0.0) & (T <= NECK)
    spine = axis.place(T[part], edge[part])
    ends = np.array([PELVIS, UPPER])
    return spine, axis.place(ends, np.interp(ends, T, chord(edge)))
