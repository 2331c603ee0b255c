"""The outline of the back -> its rounding in degrees, low and upper back apart.

Rounding is the flexion of the lumbar and the thoracic spine since standing. A linear model reads it
from all that the frame shows of the trunk: the outline of the back, the place of the head, and
the angles of trunk, hip and knee, each as the change since standing. Its weights are fitted on
people with known spines (`back_weights`); no single point of the outline carries it, so that hair,
an arm or a shadow on a part of the back costs little.

The standing back is seen badly where an arm or long hair hides it, and a hollow that flattens is no
fault. So the person's baseline counts only by the share `OWN`; the rest is the mean standing shape
of people. The reading is then partly the change and partly the shape itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirror.hinge.measure.back_weights import CONSTANT, GAINS, USUAL
from mirror.hinge.measure.contour import Axis, T
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark, Pose

PELVIS, UPPER = 0.15, 0.85
"""Ends of the dowel along the axis: the top of the sacrum, since the seat below it changes its
shape as the hip folds; and the upper back, above which a hood or the shoulders are seen."""
NECK = 0.97
BOW = (T >= 0.25) & (T <= 0.6)

CURVES, STIFF = 10, 0.03
"""Number of the curves that an edge is made of, and the cost of its bends. With a tenth of that
cost, or with a polynomial of the fourth order, rounding is read as well."""
OUT, IN = 0.012, 0.03
"""Distance from the line, trunk lengths, at which a bin loses most of its weight. Hair, arms and
shadows lie outside; little takes anything away from a body."""
PASSES = 6
LEAST_BINS = 0.3
"""Least share of the bins of an edge."""
OWN = 0.9
"""Share of the person's own back in the standing back. With 1, people with known spines are read as
well, and a baseline that an arm or hair has spoilt costs more on real people."""
HEAD = (Mark.LEFT_EAR, Mark.RIGHT_EAR, Mark.NOSE)


@dataclass(frozen=True)
class Flexion:
    """Flexion since standing, degrees: of the lumbar and of the thoracic spine."""

    low_deg: float
    upper_deg: float

    @property
    def sum_deg(self) -> float:
        """Rounding of the whole back."""
        return self.low_deg + self.upper_deg


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the model: (32, 2) degrees of low and upper back a feature, and (2,) constant."""

    gains: Array
    constant: Array


SHIPPED = Weights(GAINS, CONSTANT)


def _curves() -> Array:
    """(59, 10) cubic B-splines over the bins, at even distances."""
    step = (T[-1] - T[0]) / (CURVES - 3)
    off = np.abs((T[:, None] - T[0]) / step - np.arange(-1, CURVES - 1))
    near, far = 2 / 3 - off**2 + off**3 / 2, (2 - off) ** 3 / 6
    curves: Array = np.where(off < 1, near, np.where(off < 2, far, 0.0))
    return curves


_CURVES = _curves()
_BEND = np.diff(np.eye(CURVES), 2, axis=0)
_COST = STIFF * len(T) * _BEND.T @ _BEND + 1e-7 * np.eye(CURVES)


def smooth_edge(dorsal: Array) -> Array | None:
    """The smooth line along the back of an edge; None if too few of its bins are left.

    dorsal: (59,) trunk lengths behind the axis, NaN where dropped. Bins that stand off the line
    lose their weight, those outside more so.
    """
    kept = np.isfinite(dorsal)
    if kept.mean() < LEAST_BINS:
        return None
    depth = np.where(kept, dorsal, 0.0)
    weight = kept.astype(np.float64)
    line = depth
    for left in range(PASSES - 1, -1, -1):
        weighed = _CURVES * weight[:, None]
        line = _CURVES @ np.linalg.solve(weighed.T @ _CURVES + _COST, weighed.T @ depth)
        off = (depth - line) / (np.where(depth > line, OUT, IN) * (1 + 0.7 * left))
        weight = kept / (1 + off**2) ** 1.5
    return line


def head(pose: Pose, axis: Axis) -> Array:
    """(4,) the middle of the ears and the nose: along the axis and behind it, trunk lengths."""
    at, depth = axis.locate(pose.points[list(HEAD)])
    return np.array([at[:2].mean(), depth[:2].mean(), at[2], depth[2]])


def features(
    shape: Array, standing: Array | None, trunk: float, hip: float, knee: float, length: float
) -> Array:
    """(32,) the inputs of the model.

    shape, standing: `shape_of` now and in standing; None where that back was not seen: then the
    mean of people stands for it. trunk, hip, knee: angles since standing, degrees. length: of the
    trunk in the frame, over standing.
    """
    base = USUAL if standing is None else OWN * standing + (1 - OWN) * USUAL
    a, b, c = np.radians((trunk, hip, knee))
    d = length - 1.0
    turns = (a, b, a**2, b**2, c, d, d * a, a**3, b**3, c**2, a * b, d**2, d * b)
    return np.concatenate([shape - base, turns])


def shape_of(edge: Array, place: Array) -> Array:
    """(19,) every fourth bin of a smooth edge, and the `head`."""
    return np.concatenate([edge[1::4], place])


def flexion(seen: Array, weights: Weights = SHIPPED) -> Flexion:
    """Flexion by the `features` of one frame.

    On rendered people whose bodies are left out of the fit, a rep is read with a mean error of 5.8
    degrees (`scripts/bench back`).
    """
    low, upper = seen @ weights.gains + weights.constant
    return Flexion(float(low), float(upper))


def chord(edge: Array) -> Array:
    """(59,) the straight dowel from the pelvis to the upper back, trunk lengths from the axis."""
    start, end = np.interp((PELVIS, UPPER), T, edge)
    line: Array = start + (end - start) * (T - PELVIS) / (UPPER - PELVIS)
    return line


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
